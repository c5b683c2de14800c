/** Listens to the keys of the whole page for a wedge scanner, before any field or button hears them. */
import { ready } from "./feedback";
import { Wedge, type Key } from "./wedge";

/** Only after so long without a key is a burst given up, so that a truncated one does not swallow what people type next. */
export const SILENCE_MS = 3_000;

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
/** What a field held before the first character of a prefix fell into it. */
interface Before { field: Field; value: string; start: number | null; end: number | null }

/** `done` gets every whole scan, `refused` is told of one that cannot be any. */
export function watchKeys(target: Window, done: (symbology: string, text: string) => void, refused: () => void): void {
  const wedge = new Wedge();
  let before: Before | null = null;
  let silence: ReturnType<typeof setTimeout> | undefined;
  /** A keyboard app (or a scanner's own) names no keys; its characters come with the input. */
  let unnamed = false;
  /** The keyup of a key that was the scanner's: a button would take Space or Enter at it. */
  const down = new Set<string>();

  function feed(key: Key): boolean {
    if (key.key === "]" && !wedge.capturing) before = heldBy(target.document.activeElement);
    const verdict = wedge.key(key);
    if (verdict.what === "pass") return false;
    if (verdict.what === "opened") {
      takeBack(before);
      ready();
    }
    clearTimeout(silence);
    if (wedge.capturing) silence = setTimeout(() => { wedge.drop(); refused(); }, SILENCE_MS);
    if (verdict.what === "done") done(verdict.symbology, verdict.text);
    else if (verdict.what === "refused") refused();
    return true;
  }

  target.addEventListener("keydown", (event) => {
    unnamed = event.key === "Unidentified" || event.isComposing;
    if (!feed({ key: event.key, ctrl: event.ctrlKey, alt: event.altKey, meta: event.metaKey })) return;
    down.add(event.code);
    stop(event);
  }, true);
  target.addEventListener("keyup", (event) => {
    if (down.delete(event.code)) stop(event);
  }, true);
  target.addEventListener("beforeinput", (event) => {
    const text = event.data ?? "";
    // What is pasted or dropped no scanner has sent.
    if (!event.inputType.startsWith("insertText") || (!unnamed && text.length < 2)) return;
    let ours = false;
    for (const char of text) ours = feed({ key: char === "\n" || char === "\r" ? "Enter" : char, ctrl: false, alt: false, meta: false }) || ours;
    if (ours) stop(event);
  }, true);
}

function stop(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function heldBy(element: Element | null): Before | null {
  if (!(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement)) return null;
  const [start, end] = element instanceof HTMLSelectElement ? [null, null] : [element.selectionStart, element.selectionEnd];
  return { field: element, value: element.value, start, end };
}

/** The field as it was before the prefix; what listens to it hears of it. */
function takeBack(before: Before | null): void {
  if (!before || before.field.value === before.value) return;
  const { field, value, start, end } = before;
  field.value = value;
  if (!(field instanceof HTMLSelectElement) && start !== null) field.setSelectionRange(start, end);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (field instanceof HTMLSelectElement) field.dispatchEvent(new Event("change", { bubbles: true }));
}
