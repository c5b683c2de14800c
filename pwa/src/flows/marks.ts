/** Places and marks a drawing: all of it in view, where a flow has been, where it stands, and what differs between versions. */
import type { Drawing, Picture } from "./canvas";

interface Box { x: number; y: number; width: number; height: number }
interface View { viewbox(): { inner: Box; outer: Box }; viewbox(box: Box): void }
const GROUND = 28;

/** Shows the whole drawing in the middle of its ground, and no larger than it is drawn; `left` is what the palette covers, in pixels. */
export function fitted(on: Drawing | Picture, left = 0): void {
  const canvas = on.get<View>("canvas");
  const { inner, outer } = canvas.viewbox();
  if (outer.width === 0 || inner.width === 0) return;
  const scale = Math.min(1, (outer.width - left - 2 * GROUND) / inner.width, (outer.height - 2 * GROUND) / inner.height);
  const x = inner.x + inner.width / 2 - (left + outer.width) / 2 / scale;
  canvas.viewbox({ x, y: inner.y + inner.height / 2 - outer.height / 2 / scale, width: outer.width / scale, height: outer.height / scale });
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
