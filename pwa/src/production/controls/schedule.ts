/** When rounds of in-process checks are due, by the running time of their phase: the mirror of
 *  server/production/controls/schedule.py, held to it by tests/vectors/controls.json. Times are milliseconds. */
import type { LocalEntry, Phase, Schedule } from "../../core/types";
import { SINGLE, slot } from "../progress";

const MINUTE = 60_000;
export interface Hold { begin: number; end: number | null }
export interface Course { started: number | null; ended: number | null; holds: Hold[] }
/** What moves a phase, by what it is to its course. Its first work is its beginning, whether or not somebody said so. */
const MARKS: Record<string, "started" | "ended" | "held" | "resumed"> = {
  ...Object.fromEntries(SINGLE.map((kind) => [kind, "started" as const])),
  "production.phase_started.v1": "started",
  "production.phase_completed.v1": "ended",
  "production.phase_aborted.v1": "ended",
  "production.phase_skipped.v1": "ended",
  "production.phase_held.v1": "held",
  "production.phase_resumed.v1": "resumed",
};

/** Of several starts or ends the first counts; a hold lasts until the next resumption. */
export function course(marks: readonly { mark: "started" | "ended" | "held" | "resumed"; at: number }[]): Course {
  const of = (mark: string): number[] => marks.filter((one) => one.mark === mark).map((one) => one.at).sort((a, b) => a - b);
  const holds: Hold[] = [];
  // At the same moment going on comes before being held again.
  const changes = marks.filter(({ mark }) => mark === "held" || mark === "resumed").sort((a, b) => a.at - b.at || (a.mark === "resumed" ? -1 : 1));
  for (const { mark, at } of changes) {
    const last = holds[holds.length - 1];
    if (mark === "held" && (!last || last.end !== null)) holds.push({ begin: at, end: null });
    else if (mark === "resumed" && last?.end === null) last.end = at;
  }
  return { started: of("started")[0] ?? null, ended: of("ended")[0] ?? null, holds };
}

export function courseOf(phase: Phase, entries: readonly LocalEntry[]): Course {
  return course(entries.filter((one) => one.payload.phase === phase.id && one.kind in MARKS && one.place !== "quarantined").map((one) => ({ mark: MARKS[one.kind]!, at: Date.parse(one.capturedAt) })));
}

/** How long the phase had run at a moment, in milliseconds: until it ended at most, without the time in which it was held. */
export function running({ started, ended, holds }: Course, at: number): number {
  if (started === null) return 0;
  const last = ended === null ? at : Math.min(at, ended);
  const held = holds.reduce((sum, { begin, end }) => sum + Math.max(0, Math.min(last, end ?? last) - Math.max(begin, started)), 0);
  return Math.max(0, last - started) - held;
}

/** When a round is due; null while the phase has not begun, and where a hold that goes on puts it off. */
export function dueAt({ started, holds }: Course, schedule: Schedule, turn: number): number | null {
  if (started === null) return null;
  let due = started + schedule.every * turn * MINUTE;
  for (const { begin, end } of holds) {
    const begins = Math.max(begin, started);
    if (begins >= due) break;
    if (end === null) return null;
    due += Math.max(0, end - begins);
  }
  return due;
}

/** Whether a round that is taken at this moment is later than its grace allows. */
export const overdue = (known: Course, schedule: Schedule, turn: number, at: number): boolean => running(known, at) > (schedule.every * turn + schedule.grace) * MINUTE;

/** How many rounds were due by a moment: by the end of the phase at the latest. */
export const owed = (known: Course, schedule: Schedule, most: number, at: number): number => Math.min(most, Math.floor(running(known, at) / (schedule.every * MINUTE)));

/** The first round of which a check is missing; null once all that there are have been taken. */
export function nextRound(phase: Phase, taken: (subject: string) => boolean): number | null {
  for (let turn = 1; turn <= (phase.rounds ?? 0); turn++) if ((phase.checks ?? []).some((check) => !taken(slot.check(phase, check.id, turn)))) return turn;
  return null;
}
