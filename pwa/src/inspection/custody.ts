/** In whose hands samples are, as far as a device knows: what it took along, and what its day's document says since. */
import type { LentSample, LocalEntry, WarehouseLease } from "../core/types";
import { HANDED, SAMPLED } from "../warehouse/types";
import type { Purpose, StepCode } from "./types";

/** `holder` has it; `to`: whom it was handed to, who has not received it. */
export interface Held extends LentSample { state: "taken" | StepCode }

/** Every sample that this device knows of, those that were taken last first. */
export function samplesHeld(lease: Pick<WarehouseLease, "samples" | "inspections" | "warehouse">, entries: readonly LocalEntry[]): Held[] {
  const known = new Map<string, Held>([...(lease.samples ?? [])].reverse().map((one) => [one.sample, { ...one, state: one.to === null ? "taken" : "handed" }]));
  // What the log had when this was taken along is in it already; the rest comes on top, as it was captured.
  const later = entries.filter(({ index, place }) => place !== "quarantined" && (index === null || index >= lease.warehouse.size));
  for (const entry of later.sort((a, b) => Date.parse(a.capturedAt) - Date.parse(b.capturedAt))) {
    if (entry.kind === SAMPLED) take(known, lease, entry);
    else if (entry.kind === HANDED) hand(known, entry);
  }
  return [...known.values()].reverse();
}

function take(known: Map<string, Held>, lease: Pick<WarehouseLease, "inspections">, { payload, actor }: LocalEntry): void {
  const [sample, inspection] = [String(payload.sample), String(payload.inspection)];
  const of = lease.inspections?.find((one) => one.inspection === inspection);
  if (!known.has(sample)) known.set(sample, { sample, inspection, material: of?.material ?? "", lot: of?.lot ?? "", purpose: payload.purpose as Purpose, holder: actor, to: null, state: "taken" });
}

function hand(known: Map<string, Held>, { payload, actor }: LocalEntry): void {
  const one = known.get(String(payload.sample));
  const step = payload.step as StepCode;
  if (one) known.set(one.sample, { ...one, state: step, to: step === "handed" ? String(payload.to) : null, holder: step === "received" ? actor : one.holder });
}

/** What this person does with it next; null where it is for somebody else, or nothing is to be done on the way. */
export function stepOf(one: Held, person: string | undefined): "handed" | "received" | null {
  if (one.state === "handed") return one.to === person && one.holder !== person ? "received" : null;
  return one.state === "taken" && one.holder === person ? "handed" : null;
}

/** Those for this person to take in, then those to hand over. */
export function forPerson(all: readonly Held[], person: string | undefined): Held[] {
  return (["received", "handed"] as const).flatMap((step) => all.filter((one) => stepOf(one, person) === step));
}
