/** Drags a phase, or a type of one, to a phase in the drawing, the same by mouse, pen and finger: where over a phase it is
 * let go says whether it comes before it (its top), beside it (its right) or after it. */
import type { Where } from "./change";

export interface Over { id: string; where: Where }
export interface Drag {
  /** What is shown under the finger. */
  label: string;
  onover: (over: Over | null) => void;
  ondrop: (over: Over) => void;
}

const FAR = 6;
const EDGE = 40;

export function whereIn(rect: { left: number; top: number; width: number; height: number }, x: number, y: number): Where {
  if ((x - rect.left) / rect.width > 0.66) return "beside";
  return (y - rect.top) / rect.height < 0.3 ? "before" : "after";
}

function target(x: number, y: number): Over | null {
  const node = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-flow]");
  const id = node?.dataset["flow"];
  return node && id !== undefined ? { id, where: whereIn(node.getBoundingClientRect(), x, y) } : null;
}

/** For a pointer that has come down on what can be dragged; a press that goes nowhere stays a press. */
export function drag(event: PointerEvent, { label, onover, ondrop }: Drag): void {
  if (event.button !== 0) return;
  const { clientX, clientY, pointerId } = event;
  let ghost: HTMLElement | null = null;
  let over: Over | null = null;

  function begin(): HTMLElement {
    const made = document.createElement("div");
    made.className = "recipe-ghost";
    made.textContent = label;
    document.body.append(made);
    return made;
  }
  function move(next: PointerEvent): void {
    if (next.pointerId !== pointerId) return;
    if (!ghost && Math.hypot(next.clientX - clientX, next.clientY - clientY) < FAR) return;
    ghost ??= begin();
    ghost.style.translate = `${next.clientX + 12}px ${next.clientY + 12}px`;
    over = target(next.clientX, next.clientY);
    onover(over);
    scroll(next.clientX, next.clientY);
  }
  /** A drawing longer than the glass goes on under the finger. */
  function scroll(x: number, y: number): void {
    const sheet = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-sheet]");
    const box = sheet?.getBoundingClientRect();
    if (sheet && box) sheet.scrollTop += y > box.bottom - EDGE ? 12 : y < box.top + EDGE ? -12 : 0;
  }
  function end(next: PointerEvent): void {
    if (next.pointerId !== pointerId) return;
    stop();
    if (ghost && over && next.type === "pointerup") ondrop(over);
  }
  function key(next: KeyboardEvent): void {
    if (next.key === "Escape") stop();
  }
  function stop(): void {
    ghost?.remove();
    onover(null);
    for (const name of ["pointerup", "pointercancel"] as const) window.removeEventListener(name, end);
    window.removeEventListener("pointermove", move);
    window.removeEventListener("keydown", key);
  }
  window.addEventListener("pointermove", move);
  window.addEventListener("keydown", key);
  for (const name of ["pointerup", "pointercancel"] as const) window.addEventListener(name, end);
}
