/** The glass locks itself where nobody has touched the device for as long as the plant has set; work stays behind it. */
const LOOK_MS = 1_000;
/** Pages of one browser tell each other of touches, so that one that lies behind ends nobody's session. */
const TOLD_MS = 5_000;
const TOUCHES = ["pointerdown", "keydown", "wheel"] as const;

/** Calls `lock` once each time that `minutes()` have passed without a touch; null there: never. Counted by a clock that
 * nobody sets, and told when the page is seen again after a sleep. Returns what ends it. */
export function watchIdle(minutes: () => number | null, lock: () => void, now: () => number = () => performance.now()): () => void {
  let touched = now();
  let told = -TOLD_MS;
  const others = new BroadcastChannel("pestle.touched");
  others.onmessage = () => {
    touched = now();
  };
  const touch = (): void => {
    touched = now();
    if (touched - told < TOLD_MS) return;
    told = touched;
    others.postMessage(null);
  };
  const look = (): void => {
    const most = minutes();
    if (most === null || now() - touched < most * 60_000) return;
    touched = now();
    lock();
  };
  for (const name of TOUCHES) addEventListener(name, touch, { capture: true, passive: true });
  const timer = setInterval(look, LOOK_MS);
  return () => {
    for (const name of TOUCHES) removeEventListener(name, touch, { capture: true });
    clearInterval(timer);
    others.close();
  };
}
