/** How far a batch is, read from its entries alone: which claims stand in which slot, which phase is next. */
import type { Limits, LocalEntry, Phase } from "../core/types";

export const KIND = {
  started: "production.phase_started.v1",
  cleared: "production.line_cleared.v1",
  weighed: "production.material_weighed.v1",
  dispensed: "production.material_dispensed.v1",
  parameter: "production.parameter_recorded.v1",
  bound: "production.parameter_recorded.v2",
  checked: "production.check_recorded.v1",
  completed: "production.phase_completed.v1",
  held: "production.phase_held.v1",
  resumed: "production.phase_resumed.v1",
  aborted: "production.phase_aborted.v1",
  skipped: "production.phase_skipped.v1",
  identified: "production.equipment_identified.v1",
  remark: "production.remark_added.v1",
  requested: "production.sample_requested.v1",
  photo: "production.photo_attached.v1",
  verified: "production.entry_verified.v1",
  exception: "production.exception_raised.v1",
  reported: "production.exception_reported.v1",
  paperBegun: "production.paper_begun.v1",
  paperEnded: "production.paper_ended.v1",
  yielded: "production.yield_recorded.v1",
  explained: "production.yield_explained.v1",
  balanced: "production.material_balanced.v1",
} as const;

/** QA's choice between the claims of a slot, as the server has written it into the batch's document. */
export const DECIDED = "release.conflict_resolved.v1";

/** Kinds whose slot holds one value. */
export const SINGLE: string[] = [KIND.cleared, KIND.weighed, KIND.dispensed, KIND.parameter, KIND.bound, KIND.checked, KIND.yielded, KIND.balanced];

export const slot = {
  clearance: (phase: Phase): string => `${phase.id}/clearance`,
  net: (phase: Phase): string => `${phase.id}/net`,
  portion: (phase: Phase, line: string, portion: number): string => `${phase.id}/${line}/${portion}`,
  parameter: (phase: Phase, parameter: string): string => `${phase.id}/${parameter}`,
  check: (phase: Phase, check: string, round: number): string => `${phase.id}/${check}/${round}`,
  yield: (phase: Phase): string => `${phase.id}/${phase.item ?? "yield"}`,
};

/** All slots that a phase must fill, in the order of work; of dispensing those that it has at least, one for each line; of
 * checks on a schedule the first round. An instruction has none: to end it confirms it. */
export function slots(phase: Phase): string[] {
  if (phase.type === "line_clearance") return [slot.clearance(phase)];
  if (phase.type === "weighing") return [slot.net(phase)];
  if (phase.type === "dispensing") return (phase.lines ?? []).map((line) => slot.portion(phase, line.id, 1));
  if (phase.type === "parameters") return (phase.parameters ?? []).map((one) => slot.parameter(phase, one.id));
  if (phase.type === "instruction") return [];
  if (phase.type === "yield") return [slot.yield(phase)];
  if (phase.type === "packaging") return (phase.printed ?? []).map((one) => `${phase.id}/${one.id}`);
  return roundSlots(phase, phase.schedule ? 1 : (phase.rounds ?? 0));
}

/** The slots of the first so many rounds of checks. */
export function roundSlots(phase: Phase, last: number): string[] {
  const rounds = Array.from({ length: last }, (_, i) => i + 1);
  return rounds.flatMap((round) => (phase.checks ?? []).map((check) => slot.check(phase, check.id, round)));
}

export interface Standing {
  /** The claims nobody has corrected: one, or a conflict. */
  claims: LocalEntry[];
  /** Everything that was ever said here, in order of capture. */
  history: LocalEntry[];
  conflict: boolean;
  /** The last decision about what stands here; null when there was none. */
  decision: LocalEntry | null;
}

/** What stands in each single-valued slot. Refused input is no record and claims nothing. */
export function standings(entries: LocalEntry[]): Map<string, Standing> {
  const corrected = new Set(entries.map((entry) => entry.corrects).filter((id) => id !== null));
  const all = new Map<string, Standing>();
  for (const entry of entries) {
    if (!SINGLE.includes(entry.kind) || entry.place === "quarantined") continue;
    const standing = all.get(entry.subject) ?? { claims: [], history: [], conflict: false, decision: null };
    standing.history.push(entry);
    if (!corrected.has(entry.id)) standing.claims.push(entry);
    standing.conflict = standing.claims.length > 1;
    all.set(entry.subject, standing);
  }
  for (const decision of entries.filter(isDecision)) decide(all, decision);
  return all;
}

/** Only the server takes decisions: its signature must fit, and the log must have it. */
function isDecision({ kind, device, signature, index }: LocalEntry): boolean {
  return kind === DECIDED && device === "server" && signature === "right" && index !== null;
}

/** What stood in the log in this slot when it was decided, and was not chosen, claims nothing any more. What came
 * later does: then the conflict is open again. */
function decide(all: Map<string, Standing>, decision: LocalEntry): void {
  const standing = [...all.values()].find(({ history }) => history.some(({ id }) => id === decision.payload.chosen));
  if (!standing) return;
  const passed = ({ id, index }: LocalEntry): boolean => id !== decision.payload.chosen && index !== null && index < decision.index!;
  standing.claims = standing.claims.filter((entry) => !passed(entry));
  standing.conflict = standing.claims.length > 1;
  if ((standing.decision?.index ?? -1) < decision.index!) standing.decision = decision;
}

export const phaseOf = (entry: Pick<LocalEntry, "subject" | "payload">): string =>
  typeof entry.payload.phase === "string" ? entry.payload.phase : (entry.subject.split("/")[0] ?? "");

export const isStarted = (phase: Phase, entries: LocalEntry[]): boolean =>
  entries.some((entry) => entry.payload.phase === phase.id && (entry.kind === KIND.started || SINGLE.includes(entry.kind)));

/** With each of these a phase has ended; those after it may begin. */
const ENDS: string[] = [KIND.completed, KIND.aborted, KIND.skipped];

export const isDone = (phase: Phase, entries: LocalEntry[]): boolean =>
  entries.some((entry) => ENDS.includes(entry.kind) && entry.payload.phase === phase.id);

export interface Progress { done: number; started: boolean; current: Phase | null }

/** The first phase that has not ended is the current one. */
export function progress(phases: Phase[], entries: LocalEntry[]): Progress {
  const open = phases.filter((phase) => !isDone(phase, entries));
  return { done: phases.length - open.length, started: entries.some((entry) => entry.kind === KIND.started), current: open[0] ?? null };
}

/** The limits that go into a payload, copied from the frozen phase. */
export function limitsOf(given: { low?: string | null; high?: string | null; target?: string | null; unit?: string }): Limits {
  return { low: given.low ?? null, high: given.high ?? null, target: given.target ?? null, unit: given.unit ?? "" };
}

/** The limits of a slot of a phase; null for a clearance. */
export function limitsOfSlot(phase: Phase, subject: string): Limits | null {
  if (phase.type === "weighing") return limitsOf(phase);
  const id = subject.split("/")[1];
  const found = phase.parameters?.find((one) => one.id === id) ?? phase.checks?.find((one) => one.id === id);
  return found ? limitsOf(found) : null;
}
