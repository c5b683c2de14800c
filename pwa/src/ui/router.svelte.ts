/** Which screen is shown: the address bar is the only state, so that links, reload and the back key simply work. */

class Router {
  path = $state(location.pathname);
  query = $state(location.search);

  constructor() {
    window.addEventListener("popstate", () => this.read());
    document.addEventListener("click", (event) => this.intercept(event));
  }

  /** The address split at its slashes, decoded: /batch/B%2F1 gives ["batch", "B/1"]. */
  get parts(): string[] {
    return this.path.split("/").filter(Boolean).map(decoded);
  }

  get(name: string): string {
    return new URLSearchParams(this.query).get(name) ?? "";
  }

  go(to: string, replace = false): void {
    history[replace ? "replaceState" : "pushState"](null, "", to);
    this.read();
    window.scrollTo(0, 0);
  }

  private read(): void {
    this.path = location.pathname;
    this.query = location.search;
  }

  private intercept(event: MouseEvent): void {
    const link = (event.target as Element).closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || link.target || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || /^\/(api|log\/)/.test(link.pathname)) return;
    // A place on this very page, such as where the skip link leads: the browser goes there, and takes the focus along.
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

/** A part that somebody mistyped is taken as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const router = new Router();
