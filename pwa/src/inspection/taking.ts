/** What is put into a sample while it is taken, and what of it an inspection still lacks: with a network or without. */
import type { LentInspection, LocalEntry } from "../core/types";
import { SAMPLED } from "../warehouse/types";
import type { Draft, Looked, Purpose, Sampled } from "./types";

/** As much of an inspection as taking a sample needs. */
export type Inspected = Pick<LentInspection, "inspection" | "lot" | "sampling" | "drawn" | "missing" | "labelled">;
export interface Taking { purpose: Purpose; lines: Draft[]; unit: string; comment: string }

export const begun = (inspected: Inspected | null): Taking => ({ purpose: "test", lines: [], unit: (inspected?.sampling.quantity ?? inspected?.sampling.retained)?.unit ?? "kg", comment: "" });

const LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/** A number that no other device makes, of the inspection's: five letters by chance, none that is read as another. */
export function sampleNumber(inspection: string, bytes: Uint8Array = crypto.getRandomValues(new Uint8Array(5))): string {
  return `${inspection.replace(/^INS-/, "SMP-")}-${[...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join("")}`;
}

/** What the day's document says was sampled of an inspection to be tested: opened, or replaced by another. */
export function done(entries: readonly LocalEntry[], inspection: string): Set<string> {
  const lines = entries.filter(({ kind, payload, place }) => kind === SAMPLED && place !== "quarantined" && payload.inspection === inspection && payload.purpose !== "retained").flatMap(({ payload }) => payload.containers as Sampled[]);
  return new Set(lines.flatMap((one) => [one.container, one.instead_of]).filter((one) => one !== null));
}

/** What a container is to an inspection, from what a device took along; `of`: which lot it is of, where it is known. */
export function looked(inspected: Inspected, label: string, of: { material: string; lot: string } | null, material: string, sampled: Set<string>): Looked {
  const code = of === null ? "unknown" : of.material !== material ? "other_material" : of.lot !== inspected.lot ? "other_lot" : sampled.has(label) ? "sampled" : inspected.drawn === null || inspected.drawn.includes(label) ? "drawn" : "not_drawn";
  return { container: label, code, samples: [], of, held: null, gone: null };
}
