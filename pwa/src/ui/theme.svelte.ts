/** The look: light, or dark for dim rooms; with high contrast for eyes and glass that need it; or as the system says. */
import { keep, kept } from "./keep";

export type Theme = "light" | "dark" | "system";
export type Contrast = "more" | "system";
/** As this device has it, and, with `.now`, as its last person has chosen, with which a reload begins. */
const [THEME, CONTRAST] = ["pestle.theme", "pestle.contrast"];
const NOW = ".now";
/** What the browser paints around the page, by what data-theme and data-contrast say. */
const BARS: Record<string, string> = { light: "#fbfcfa", dark: "#1d2325", lightMore: "#ffffff", darkMore: "#000000" };
const dim = window.matchMedia("(prefers-color-scheme: dark)");
const strong = window.matchMedia("(prefers-contrast: more)");

const chosen = <Choice extends Theme | Contrast>(key: string): Choice | null => (kept(key) || null) as Choice | null;

class Themes {
  current = $state<Theme>(chosen(THEME + NOW) ?? chosen(THEME) ?? "system");
  contrast = $state<Contrast>(chosen(CONTRAST + NOW) ?? chosen(CONTRAST) ?? "system");

  constructor() {
    for (const media of [dim, strong]) media.addEventListener("change", () => this.apply());
    this.apply();
  }

  /** As somebody chose it; null is what this device has for everybody. */
  set(theme: Theme | null, contrast: Contrast | null): void {
    this.current = theme ?? chosen<Theme>(THEME) ?? "system";
    this.contrast = contrast ?? chosen<Contrast>(CONTRAST) ?? "system";
    keep(THEME + NOW, this.current);
    keep(CONTRAST + NOW, this.contrast);
    this.apply();
  }

  private apply(): void {
    const theme = this.current === "dark" || (this.current === "system" && dim.matches) ? "dark" : "light";
    const more = this.contrast === "more" || strong.matches;
    Object.assign(document.documentElement.dataset, { theme, contrast: more ? "more" : "usual" });
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", BARS[`${theme}${more ? "More" : ""}`] ?? "");
  }
}

export const theme = new Themes();
