/** Hands every scan, from whichever source, to the one place that waits for it, and lets the person hear, feel and see it. */
import { flash } from "./feedback";
import { watchKeys } from "./keys";

export type Source = "wedge" | "camera" | "nfc" | "typed";
/** `symbology`: the AIM identifier such as "]d2", "" where it is not known; `at`: milliseconds since 1970. */
export interface Scan { text: string; symbology: string; source: Source; at: number }

interface Waiting { handler: (scan: Scan) => void; shown: () => boolean }
const waiting: Waiting[] = [];
let watching = false;

/** The topmost handler gets every scan until its disposer is called. One that is not `shown` (behind the locked glass) is passed over. */
export function onScan(handler: (scan: Scan) => void, shown: () => boolean = () => true): () => void {
  if (!watching && typeof window !== "undefined") {
    watching = true;
    watchKeys(window, (symbology, text) => deliver(text, symbology, "wedge"), () => feedback(false));
  }
  const one = { handler, shown };
  waiting.push(one);
  return () => {
    const at = waiting.indexOf(one);
    if (at >= 0) waiting.splice(at, 1);
  };
}

/** A text that a source has read whole. Where nobody waits for one, the person learns that it went nowhere. */
export function deliver(text: string, symbology: string, source: Source): void {
  const top = waiting.findLast((one) => one.shown());
  if (top) top.handler({ text, symbology, source, at: Date.now() });
  else feedback(false);
}

/** Sound, vibration, colour within 100 ms. */
export function feedback(right: boolean): void {
  flash(right);
}
