/** Keeps a page of devices true by itself: the server says when something has changed, and the page asks what.
 *
 * The stream says nothing else, so that what may be seen is decided in one place. While there is none (too many pages
 * listen, a proxy that lets no stream through, no network) the page looks by itself every few seconds; with one it still
 * looks now and then, for what time alone changes. A page that nobody looks at listens to nothing. */

const STREAM = "/api/fleet/news";
const WITHOUT_MS = 5_000;
const WITH_MS = 30_000;
/** At most so often, however much changes. */
const GATHER_MS = 300;
/** A stream that failed is tried again after so long. */
const AGAIN_MS = 15_000;

/** For an effect: load now and whenever something may have changed, as that stream says; returns what ends it. */
export function watch(load: () => void, address = STREAM): () => void {
  let stream: EventSource | null = null;
  let due: ReturnType<typeof setTimeout> | undefined;
  let loaded = 0;
  let failed = 0;

  function now(): void {
    clearTimeout(due);
    due = undefined;
    loaded = Date.now();
    load();
  }

  function close(): void {
    stream?.close();
    stream = null;
  }

  function open(): void {
    const made = (stream = new EventSource(address));
    made.onmessage = () => (due ??= setTimeout(now, GATHER_MS));
    made.onerror = () => {
      if (stream !== made) return;
      close();
      failed = Date.now();
    };
  }

  function look(): void {
    if (document.visibilityState !== "visible") return close();
    if (!stream && Date.now() - failed > AGAIN_MS) open();
    if (Date.now() - loaded >= (stream?.readyState === EventSource.OPEN ? WITH_MS : WITHOUT_MS)) now();
  }

  now();
  look();
  const timer = setInterval(look, WITHOUT_MS);
  document.addEventListener("visibilitychange", look);
  return () => {
    clearInterval(timer);
    clearTimeout(due);
    document.removeEventListener("visibilitychange", look);
    close();
  };
}
