/** Places and marks a drawing: all of it in view, where a flow has been, where it stands, and what differs between versions. */
import type { Drawing, Picture } from "./canvas";

interface Box { x: number; y: number; width: number; height: number }
interface View { viewbox(): { inner: Box; outer: Box }; viewbox(box: Box): void; resized(): void; scroll(by: { dx: number; dy: number }): void }
const GROUND = 28;
/** Smaller than this nobody reads what stands in a drawing. */
const READABLE = 0.72;

/** At which scale a drawing is shown: whole, and no larger than it is drawn; or at least so that it can be read. */
function scaleOf({ inner, outer }: { inner: Box; outer: Box }, left: number, whole: boolean): number {
  const fits = Math.min(1, (outer.width - left - 2 * GROUND) / inner.width, (outer.height - 2 * GROUND) / inner.height);
  return whole ? fits : Math.max(fits, READABLE);
}

/** Shows a drawing in the middle of its ground. Where it is too wide to be read as a whole, it begins at its left, or `at` an element
 * is in the middle; `left` is what the palette covers, in pixels. False where something of it is out of sight. */
export function fitted(on: Drawing | Picture, { left = 0, whole = true, at }: { left?: number; whole?: boolean; at?: string | undefined } = {}): boolean {
  const canvas = on.get<View>("canvas");
  const view = canvas.viewbox();
  const { inner, outer } = view;
  if (outer.width === 0 || inner.width === 0) return true;
  const scale = scaleOf(view, left, whole);
  const [from, to] = [inner.x - (left + GROUND) / scale, inner.x + inner.width + (GROUND - outer.width) / scale];
  const shape = at === undefined ? undefined : on.get<{ get(id: string): Partial<Box> | undefined }>("elementRegistry").get(at);
  const middle = shape?.x === undefined ? from : shape.x + (shape.width ?? 0) / 2 - (left + outer.width) / 2 / scale;
  const x = to > from ? Math.min(Math.max(middle, from), to) : (from + to) / 2;
  canvas.viewbox({ x, y: inner.y + inner.height / 2 - outer.height / 2 / scale, width: outer.width / scale, height: outer.height / scale });
  return to <= from + 1;
}

/** Makes the ground as high as the drawing needs at the scale that it is read at, within bounds. */
export function heightened(on: Picture, place: HTMLElement): void {
  const canvas = on.get<View>("canvas");
  const { inner, outer } = canvas.viewbox();
  const scale = scaleOf({ inner, outer: { ...outer, height: 10_000 } }, 0, false);
  place.style.blockSize = `${Math.min(560, Math.max(200, inner.height * scale + 2 * GROUND + 40))}px`;
  canvas.resized();
}

/** A finger moves the drawing sideways, which bpmn-js leaves to mice; up and down it scrolls the page. */
export function draggable(on: Picture, place: HTMLElement): void {
  let last = 0;
  place.style.touchAction = "pan-y";
  place.addEventListener("pointerdown", (event) => (last = event.clientX));
  place.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") return;
    on.get<View>("canvas").scroll({ dx: event.clientX - last, dy: 0 });
    last = event.clientX;
  });
}

/** Ids of elements, by what they are marked as. */
export interface Marks { been?: readonly string[]; now?: readonly string[]; added?: readonly string[]; removed?: readonly string[]; changed?: readonly string[] }
interface Canvas { addMarker(id: string, name: string): void; removeMarker(id: string, name: string): void }
interface Registry { get(id: string): unknown }

/** What `show` has marked it takes away again when it marks anew. */
export function marked(): { show(on: Drawing | Picture, marks: Marks): void } {
  let last: [id: string, name: string][] = [];
  const show = (on: Drawing | Picture, marks: Marks): void => {
    const canvas = on.get<Canvas>("canvas");
    const known = on.get<Registry>("elementRegistry");
    for (const [id, name] of last) if (known.get(id)) canvas.removeMarker(id, name);
    const wanted = Object.entries(marks).flatMap(([what, ids]) => (ids as readonly string[]).map((id) => [id, `flow-${what}`] as [string, string]));
    last = wanted.filter(([id]) => known.get(id));
    for (const [id, name] of last) canvas.addMarker(id, name);
  };
  return { show };
}

interface Overlays { add(element: string, what: object): void; clear(): void }

/** Writes a line above each of these elements, in the place of those that stood there. */
export function noted(on: Picture, lines: ReadonlyMap<string, string>): void {
  const [overlays, known] = [on.get<Overlays>("overlays"), on.get<Registry>("elementRegistry")];
  overlays.clear();
  for (const [element, text] of lines) {
    if (!known.get(element)) continue;
    const html = document.createElement("div");
    html.className = "flow-note";
    html.dataset.testid = `note-${element}`;
    html.textContent = text;
    overlays.add(element, { position: { top: -1, left: 0 }, scale: { min: 0.75 }, html });
  }
}
