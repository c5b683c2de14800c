/** What the API says of inspections and samples (see server/quality/inspection/pages.py). */
import type { Named } from "../api/types";
import { plain } from "../core/amount";
import type { Text2 } from "../core/types";
import type { Opened, Sampling } from "../specifications/types";
import type { Quantity } from "../ui/format";

export type Purpose = "test" | "identity" | "retained";
export type StepCode = "handed" | "received" | "stored" | "destroyed";
export interface InspectionLine { inspection: string; material: string; lot: string; name: Text2 | null; containers: number; number: number; state: string; reason: string | null; opened_at: string; status: string | null; supplier: string | null; supplier_lot: string | null; expiry: string | null }
/** A released lot to be tested again; `past`: since its day nothing may be used of it; `inspection` was opened for that. */
export interface Retest { material: string; lot: string; name: Text2 | null; retest: string; containers: number | null; supplier_lot: string | null; inspection: string | null; past: boolean }
export interface Sampled { container: string; quantity: Quantity; instead_of: string | null; reason: string | null }
export interface Link { step: StepCode; at: string; place: string | null; until: string | null; reason: string | null; by: Named | null; to: Named | null; breaks: string[] }
export interface Sample { sample: string; inspection: string; purpose: Purpose; comment: string | null; taken_at: string; taken_by: Named | null; counts: boolean; containers: Sampled[]; flags: string[]; steps: Link[]; broken: boolean; state: string }
/** What the switching rules of ISO 2859-1 came to; `cause`: the lots because of which it is tightened, the last one last. */
export interface Switching { severity: string; discontinued: boolean; accepted: number; cause: string[]; rejected: string[] }
export interface InspectionView extends InspectionLine { specification: string | null; version: number | null; sampling: Sampling; plan: Omit<Opened, "containers">; switching: Switching | null; drawn: string[] | null; labelled: number; missing: string[]; missing_count: number; unidentified: string[]; unidentified_count: number; opened_by: Named | null; samples: Sample[] }
export interface SampleView extends Sample { of: InspectionLine | null; receivers: Named[] }
/** What a container is to an inspection; `code` one of the words below. */
export interface Looked { container: string; code: "drawn" | "not_drawn" | "sampled" | "other_lot" | "other_material" | "unknown"; samples: string[]; of: { material: string; lot: string } | null; held: Quantity | null; gone: string | null }

/** A line of a sample while it is taken. */
export interface Draft { container: string; quantity: string; insteadOf: string | null; reason: string }

const DECIMAL = /^(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$/;

/** Whether a sample may be recorded: something of every container, and a reason where it was not drawn. */
export function complete(lines: readonly Draft[], unit: string): boolean {
  return lines.length > 0 && unit.trim() !== "" && lines.every((one) => DECIMAL.test(plain(one.quantity)) && /[1-9]/.test(plain(one.quantity)));
}

export function taken(lines: readonly Draft[], unit: string): Sampled[] {
  return lines.map((one) => ({ container: one.container, quantity: { value: plain(one.quantity), unit: unit.trim() }, instead_of: one.insteadOf, reason: one.reason.trim() || null }));
}

/** What one may do next with a sample, the likeliest first. */
export function nextSteps(sample: Pick<Sample, "state" | "purpose">): StepCode[] {
  if (sample.state === "destroyed") return [];
  if (sample.state === "handed") return ["received"];
  if (sample.state === "taken") return sample.purpose === "retained" ? ["stored", "handed"] : ["handed", "stored"];
  return ["stored", "handed", "destroyed"];
}
