/** How long a person has looked at the review of a batch, on this device: for planning, never a control. */
import { keep, kept } from "../ui/keep";

/** A page of values, or one photo, is read without touching anything for about so long; whoever does not touch the page
 *  for longer has most likely gone to ask somebody, or to lunch. */
export const IDLE_MS = 120_000;
/** How often is counted. A timer that fires much later was asleep, with the page or the machine: that is not counted. */
export const TICK_MS = 1_000;
const ASLEEP_MS = 5 * TICK_MS;

/** What one tick adds, in milliseconds: nothing unless the page is visible and was touched lately. */
export function counted(last: number, now: number, touched: number, visible: boolean): number {
  const passed = now - last;
  return visible && passed > 0 && passed <= ASLEEP_MS && now - touched <= IDLE_MS ? passed : 0;
}

const place = (person: string, batch: string): string => `pestle.reviewing.${person}.${batch}`;

/** Whole seconds up to now: kept through reloads and days, until this person signs. */
export function spent(person: string, batch: string): number {
  return Math.floor((Number(kept(place(person, batch))) || 0) / 1_000);
}

export function signedOff(person: string, batch: string): void {
  keep(place(person, batch), "0");
}

/** Count from now on; the answer ends it. Opening the page is a touch. */
export function measure(person: string, batch: string): () => void {
  const touches = ["pointerdown", "keydown", "wheel", "scroll"];
  let last = Date.now();
  let touched = last;
  const touch = (): void => void (touched = Date.now());
  const tick = (): void => {
    const now = Date.now();
    const more = counted(last, now, touched, document.visibilityState === "visible");
    last = now;
    if (more > 0) keep(place(person, batch), String((Number(kept(place(person, batch))) || 0) + more));
  };
  for (const one of touches) addEventListener(one, touch, { capture: true, passive: true });
  const timer = setInterval(tick, TICK_MS);
  return () => {
    tick();
    clearInterval(timer);
    for (const one of touches) removeEventListener(one, touch, { capture: true });
  };
}
