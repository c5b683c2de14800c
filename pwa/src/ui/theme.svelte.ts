/** The theme: light, dark for dim rooms, or as the system says. */
import { keep, kept } from "./keep";

export type Theme = "light" | "dark" | "system";
const KEY = "pestle.theme";
const dim = window.matchMedia("(prefers-color-scheme: dark)");

class Themes {
  current = $state<Theme>((kept(KEY) as Theme | null) ?? "system");

  constructor() {
    dim.addEventListener("change", () => this.apply());
    this.apply();
  }

  set(theme: Theme): void {
    this.current = theme;
    keep(KEY, theme);
    this.apply();
  }

  private apply(): void {
    const dark = this.current === "dark" || (this.current === "system" && dim.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", dark ? "#1d2325" : "#fbfcfa");
  }
}

export const theme = new Themes();
