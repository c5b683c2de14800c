/** How many alerts wait for the person at work, kept true by the server's news while the page is looked at. */
import { api } from "../api/client";
import { watch } from "../devices/watch";
import { router } from "../ui/router.svelte";

class Waiting {
  open = $state(0);
  /** Grows with every look, so that an open inbox looks as well. */
  looked = $state(0);

  /** For an effect, while the server's session is that of the person at work; returns what ends it. */
  follow(): () => void {
    const end = watch(() => void this.load(), "/api/alerts/news");
    return () => {
      end();
      this.open = 0;
    };
  }

  async load(): Promise<void> {
    try {
      this.open = (await api.get<{ open: number }>("/api/alerts/count")).open;
      this.looked += 1;
    } catch {
      // Offline, or the session has ended: the frame says so, and a number that nobody can look up helps nobody.
      this.open = 0;
    }
  }
}

export const waiting = new Waiting();

// Whoever taps a notification while the app is open is led there, without a reload that would cost what is typed.
navigator.serviceWorker?.addEventListener("message", (event: MessageEvent<{ open?: unknown }>) => {
  const to = event.data?.open;
  if (typeof to === "string" && to.startsWith("/")) router.go(to);
});
