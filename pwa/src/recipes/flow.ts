/** Where each phase stands in the drawing of a recipe's flow: below what it comes after, side by side with what goes on
 * at once; and the lines between them, which never lead through a phase. Lengths are in px. */
import { type Linked, levels, ordered, predecessors } from "./structure";

export const WIDE = 146;
export const HIGH = 84;
const GAP = 18;

export interface Cell { id: string; row: number; lane: number }
export interface Drawing { cells: Cell[]; lines: { from: string; to: string; d: string }[]; width: number; height: number }

/** Below its first predecessor where that is free, else in the next free lane. */
export function cells(phases: Linked[]): Cell[] {
  const direct = predecessors(phases);
  const rows = new Map(levels(phases).flatMap((ids, row) => ids.map((id) => [id, row] as const)));
  const placed = new Map<string, Cell>();
  const taken = new Set<string>();
  for (const id of ordered(phases)) {
    const row = rows.get(id) ?? 0;
    const free = (lane: number): boolean => !taken.has(`${row} ${lane}`);
    const liked = (direct.get(id) ?? []).map((one) => placed.get(one)?.lane).find((lane) => lane !== undefined && free(lane));
    let lane = liked ?? 0;
    while (!free(lane)) lane += 1;
    taken.add(`${row} ${lane}`);
    placed.set(id, { id, row, lane });
  }
  return phases.flatMap(({ id }) => placed.get(id) ?? []);
}

export const left = ({ lane }: Cell): number => GAP + lane * (WIDE + GAP);
export const top = ({ row }: Cell): number => row * (HIGH + GAP * 1.5);

/** Down into the gap below, along it, and down again; past rows that it skips it goes beside the lane. */
function line(from: Cell, to: Cell): string {
  const [x, y] = [left(from) + WIDE / 2, top(from) + HIGH];
  const [endX, endY] = [left(to) + WIDE / 2, top(to)];
  const below = y + GAP / 2;
  if (to.row === from.row + 1) return `M${x} ${y}V${below}H${endX}V${endY}`;
  const beside = left(from) + WIDE + GAP / 2;
  return `M${x} ${y}V${below}H${beside}V${endY - GAP / 2}H${endX}V${endY}`;
}

export function drawing(phases: Linked[]): Drawing {
  const all = cells(phases);
  const by = new Map(all.map((one) => [one.id, one]));
  const lines = [...predecessors(phases)].flatMap(([to, before]) => before.flatMap((from) => {
    const [start, end] = [by.get(from), by.get(to)];
    return start && end ? [{ from, to, d: line(start, end) }] : [];
  }));
  return { cells: all, lines, width: Math.max(0, ...all.map(left)) + WIDE + GAP, height: Math.max(0, ...all.map(top)) + HIGH };
}
