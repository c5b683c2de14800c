/** What a scan sounds, feels and looks like: two tones up for right, two low ones for wrong; a mark as well as a colour. */
import "./feedback.css";

const SHOWN_MS = 700;
/** Hertz and seconds: told apart by pitch and by rhythm, in a noisy room too. */
const RIGHT = [{ pitch: 1_320, from: 0, to: 0.07 }, { pitch: 1_980, from: 0.07, to: 0.16 }];
const WRONG = [{ pitch: 220, from: 0, to: 0.18 }, { pitch: 165, from: 0.24, to: 0.5 }];

let sound: AudioContext | null = null;
let mark: HTMLElement | null = null;
let away: ReturnType<typeof setTimeout> | undefined;

/** Opens what makes sound ahead of the end of a scan; browsers let pages do so once a key or a finger came. */
export function ready(): void {
  if (typeof AudioContext === "undefined") return;
  sound ??= new AudioContext({ latencyHint: "interactive" });
  if (sound.state === "suspended") void sound.resume().catch(() => undefined);
}

export function flash(right: boolean): void {
  if (typeof document === "undefined") return;
  show(right);
  navigator.vibrate?.(right ? 60 : [120, 80, 120]);
  ready();
  if (sound) for (const tone of right ? RIGHT : WRONG) play(sound, tone, right);
}

/** A frame round the whole page with ✓ or ✕. A modal dialog lies above everything but what opens after it: so it is a popover. */
function show(right: boolean): void {
  mark?.remove();
  clearTimeout(away);
  mark = document.createElement("div");
  mark.className = `scan-mark ${right ? "right" : "wrong"}`;
  mark.dataset.testid = "scan-mark";
  mark.dataset.right = String(right);
  mark.setAttribute("aria-hidden", "true");
  mark.popover = "manual";
  const sign = document.createElement("span");
  sign.textContent = right ? "✓" : "✕";
  mark.append(sign);
  document.body.append(mark);
  mark.showPopover?.();
  away = setTimeout(() => mark?.remove(), SHOWN_MS);
}

function play(context: AudioContext, { pitch, from, to }: { pitch: number; from: number; to: number }, right: boolean): void {
  const tone = context.createOscillator();
  const level = context.createGain();
  tone.type = right ? "sine" : "square";
  tone.frequency.value = pitch;
  const start = context.currentTime;
  level.gain.setValueAtTime(0.25, start + from);
  level.gain.exponentialRampToValueAtTime(0.001, start + to);
  tone.connect(level).connect(context.destination);
  tone.start(start + from);
  tone.stop(start + to);
}
