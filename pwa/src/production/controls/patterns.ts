/** The points of a check's chart as they stand, and what Nelson's rules say of them. */
import type { Check, Phase } from "../../core/types";
import { told, type Round } from "../../engines/statistics/charts";
import type { Found } from "../../engines/statistics/nelson";
import { slot, type Standing } from "../progress";

export interface Point extends Round { round: number }

/** Of several claims of a round, which QA decides, the first. */
export function series(phase: Phase, check: Check, standings: ReadonlyMap<string, Standing>): Point[] {
  return Array.from({ length: phase.rounds ?? 0 }, (_, at) => at + 1).flatMap((round) => {
    const [first] = [...(standings.get(slot.check(phase, check.id, round))?.claims ?? [])].sort((a, b) => a.capturedAt.localeCompare(b.capturedAt) || a.id.localeCompare(b.id));
    return first ? [{ round, mean: String(first.payload.mean), values: first.payload.values as string[] }] : [];
  });
}

/** With one more point, in the order of the rounds. */
export const withPoint = (points: readonly Point[], point: Point): Point[] => [...points.filter(({ round }) => round !== point.round), point].sort((a, b) => a.round - b.round);

/** What a point that is about to be signed would be told of: asked before it is signed, so that its cause is written down. */
export function warned(points: readonly Point[], point: Point, check: Check): Found[] {
  const all = withPoint(points, point);
  const at = all.findIndex(({ round }) => round === point.round);
  return check.chart ? told(all, check.target, at) : [];
}
