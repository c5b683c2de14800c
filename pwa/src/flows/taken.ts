/** Which ways of a drawing a flow has gone, and who was last at each of its elements: from what happened, in order. */
import type { Person } from "../core/types";
import type { Happened } from "./types";

export interface Arrow { id: string; from: string; to: string }
/** How often something was done, and by whom last and when; nobody: it was time, or a message. */
export interface Done { times: number; by: Person | null; at: string }

const LEAVES = new Set(["passed", "completed", "started"]);
const ENTERS = new Set(["passed", "waiting"]);

/** The arrows of a drawing; those that lead to a parallel or inclusive gateway may have waited there. */
export function arrowsOf(xml: string): { arrows: Arrow[]; joins: Set<string> } {
  const tree = new DOMParser().parseFromString(xml, "application/xml");
  const all = [...tree.querySelectorAll("[id]")];
  const flows = all.filter((one) => one.localName === "sequenceFlow");
  const arrows = flows.map((one) => ({ id: one.id, from: one.getAttribute("sourceRef") ?? "", to: one.getAttribute("targetRef") ?? "" }));
  return { arrows, joins: new Set(all.filter((one) => ["parallelGateway", "inclusiveGateway"].includes(one.localName)).map((one) => one.id)) };
}

/** The arrows that were gone: what was entered came from what was left just before, in the same entry; a join from all that came. */
export function taken(arrows: readonly Arrow[], joins: ReadonlySet<string>, history: readonly Happened[]): string[] {
  const gone = new Set<string>();
  const left = new Set<string>();
  let entry = -1;
  let here: string[] = [];
  for (const one of history) {
    if (one.index !== entry) [entry, here] = [one.index, []];
    const ways = one.node === null || !ENTERS.has(one.event) ? [] : arrows.filter((arrow) => arrow.to === one.node);
    const near = here.findLast((node) => ways.some((arrow) => arrow.from === node));
    for (const arrow of ways) if (arrow.from === near || (joins.has(arrow.to) && left.has(arrow.from))) gone.add(arrow.id);
    if (one.node !== null && LEAVES.has(one.event)) {
      here.push(one.node);
      left.add(one.node);
    }
  }
  return [...gone];
}

/** What people have done where, by element. */
export function doneAt(history: readonly Happened[]): Map<string, Done> {
  const found = new Map<string, Done>();
  for (const one of history) {
    if (one.node === null || one.event !== "completed") continue;
    found.set(one.node, { times: (found.get(one.node)?.times ?? 0) + 1, by: one.by, at: one.at });
  }
  return found;
}
