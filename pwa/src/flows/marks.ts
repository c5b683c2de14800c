/** Marks elements of a drawing: where a flow has been, where it stands, and what differs between versions. */
import type { Drawing, Picture } from "./canvas";

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
