/** Which phases may be done now, which is held, and what time limits run: from entries alone, also offline. Order and
 * limits are those of server/production/course/rules.py. */
import type { Equipment, LocalEntry, Phase } from "../../core/types";
import { ancestors } from "../../recipes/structure";
import { courseOf } from "../controls/schedule";
import { isDone, KIND, SINGLE } from "../progress";

const MINUTE = 60_000;
/** Of what is left of a time limit: from then on it is an alert. */
const WARN_MS = 15 * MINUTE;

/** The phases that have not ended and that nothing that has not ended comes before. */
export function permitted(phases: Phase[], entries: LocalEntry[]): Phase[] {
  const open = new Set(phases.filter((phase) => !isDone(phase, entries)).map(({ id }) => id));
  const above = ancestors(phases);
  return phases.filter(({ id }) => open.has(id) && ![...(above.get(id) ?? [])].some((one) => one !== id && open.has(one)));
}

/** The first phase that comes before this one and has not ended; null where none does. */
export function firstBefore(phases: Phase[], phase: Phase, entries: LocalEntry[]): Phase | null {
  const above = ancestors(phases).get(phase.id) ?? new Set();
  return phases.find((one) => one.id !== phase.id && above.has(one.id) && !isDone(one, entries)) ?? null;
}

/** Where to go on: what follows the phase that was ended here last, else what nobody has begun, else the first that may be
 * done; so it is where nothing was ended here yet. */
export function next(phases: Phase[], entries: LocalEntry[], last: string | null): Phase | null {
  const may = permitted(phases, entries);
  const above = ancestors(phases);
  const begun = (phase: Phase): boolean => courseOf(phase, entries).started !== null;
  return may.find(({ id }) => last !== null && above.get(id)?.has(last)) ?? (last === null ? may[0] : may.find((one) => !begun(one))) ?? may[0] ?? phases.find((one) => !isDone(one, entries)) ?? null;
}

/** The entry by which a phase is held now; null while it goes on. */
export function holding(phase: Phase, entries: LocalEntry[]): LocalEntry | null {
  const open = courseOf(phase, entries).holds.at(-1);
  if (!open || open.end !== null || isDone(phase, entries)) return null;
  return entries.find((one) => one.kind === KIND.held && one.payload.phase === phase.id && Date.parse(one.capturedAt) === open.begin) ?? null;
}

/** How a phase was left, if it was not completed. */
export function leftBy(phase: Phase, entries: LocalEntry[]): "aborted" | "skipped" | null {
  const found = entries.find(({ kind, payload, place }) => (kind === KIND.aborted || kind === KIND.skipped) && payload.phase === phase.id && place !== "quarantined");
  if (!found) return null;
  return found.kind === KIND.aborted ? "aborted" : "skipped";
}

/** A time limit that runs: at least until `from`, at most until `until`, in milliseconds. */
export interface Running { phase: Phase; to: "start" | "end"; from: number | null; until: number | null }

/** Limits whose beginning is known and whose end is not yet. A hold stops none of them. */
export function running(phases: Phase[], entries: LocalEntry[]): Running[] {
  const moments = new Map(phases.map((phase) => [phase.id, momentsOf(phase, entries)]));
  return phases.filter((phase) => !isDone(phase, entries)).flatMap((phase) => (phase.times ?? []).flatMap(({ since, from, to, min, max }) => {
    const began = moments.get(since)?.[from] ?? null;
    if (began === null || (moments.get(phase.id)?.[to] ?? null) !== null) return [];
    return [{ phase, to, from: min === null ? null : began + min * MINUTE, until: max === null ? null : began + max * MINUTE }];
  }));
}

/** When a phase began, by its first work, and when it was first said to be complete or aborted; what was skipped has
 * neither. */
function momentsOf(phase: Phase, entries: LocalEntry[]): { start: number | null; end: number | null } {
  const first = (kinds: string[]): number | null => {
    const times = entries.filter((one) => one.payload.phase === phase.id && kinds.includes(one.kind) && one.place !== "quarantined").map((one) => Date.parse(one.capturedAt));
    return times.length ? Math.min(...times) : null;
  };
  return { start: first([KIND.started, ...SINGLE]), end: first([KIND.completed, KIND.aborted]) };
}

/** The pieces of equipment that a phase may be done with on this day, and those that are not calibrated: of the class that it
 * names, or the piece. */
export function machines(phase: Phase, equipment: Equipment[], day: string): { fit: string[]; overdue: string[] } {
  const own = equipment.filter((one) => phase.equipment && [one.class, one.equipment].includes(phase.equipment) && (!phase.candidates?.length || phase.candidates.includes(one.equipment)));
  // A balance is asked about when something is weighed on it.
  const isOver = (one: Equipment): boolean => one.class !== "balance" && one.calibration_due !== null && one.calibration_due < day;
  return { fit: own.filter((one) => !isOver(one)).map((one) => one.equipment), overdue: own.filter(isOver).map((one) => one.equipment) };
}

/** Whether it is still to be recorded what a phase is done with; what is weighed names its balance by the reading. Orders of
 * the older form record nothing of the kind. */
export function unidentified(phase: Phase, equipment: Equipment[], entries: LocalEntry[]): boolean {
  if (!phase.after || !phase.equipment || phase.type === "weighing" || phase.type === "dispensing") return false;
  const known = equipment.some((one) => [one.class, one.equipment].includes(phase.equipment!));
  return known && !entries.some(({ kind, payload, place }) => kind === KIND.identified && payload.phase === phase.id && place !== "quarantined");
}

export type Tone = "waits" | "runs" | "soon" | "over";

/** How a limit stands: too early still, running, about to run out, or passed. */
export function toneOf({ from, until }: Running, now: number): Tone {
  if (from !== null && now < from) return "waits";
  if (until === null || now < until - WARN_MS) return "runs";
  return now <= until ? "soon" : "over";
}
