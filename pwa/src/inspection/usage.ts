/** What the API says of the use of a lot (see server/quality/usage/pages.py). */
import type { Gate, Named, TestResult } from "../api/types";
import type { Quantity, Text2 } from "../core/types";
import type { Test } from "../specifications/types";
import type { Reagent } from "./answering";
import type { Switching } from "./types";

export interface Said { by: Named | null; at: string }
/** A result with who stands for it; `digest` is what whoever checks its entry signs. */
export interface LotResult extends TestResult, Said {
  instrument: string | null; reagents: Reagent[]; sample: string | null; retest_of: string | null;
  entry: string; flags: string[]; counts: boolean; digest: string;
  checked: (Said & { comment: string | null }) | null; aside: (Said & { reason: string }) | null;
}
export interface Decision extends Said { entry: string; status: string; reason: string | null; conditions: string | null; retest: string | null; signed: boolean }
export interface Line { id: string; kind: string; captured_at: string; by: Named | null; flags: string[] }
export interface UsageView {
  lot: { material: string; name: Text2 | null; lot: string; status: string; expiry: string | null; retest: string | null; manufacturer: string | null; received_at: string; quantity: Quantity | null; containers: number | null; supplier: string | null; supplier_lot: string | null };
  supplier: { named: string | null; waits: boolean; code: string | null; name: Text2 | null; standing: string | null };
  specification: string | null; version: number | null; inspection: string | null; digest: string; switching: Switching | null;
  tests: Test[]; results: LotResult[]; certificates: Certificate[]; claims: Claims[]; gates: Pick<Gate, "code" | "met" | "details">[]; decisions: Decision[]; history: Line[];
}
export interface CertificateLine { test: string; name: string | null; value: string | null; unit: string | null; text: string | null }
export interface Certificate extends Said { entry: string; number: string | null; issued: string | null; file: { sha256: string; name: string } | null; lines: CertificateLine[] }
/** What certificates, and results that were imported, say of a test; `of` is the entry that says so. */
export interface Claims { test: string; claims: { of: string; value: string | null; unit: string | null; text: string | null; verdict: string }[]; contradictions: string[] }
export type Status = "released" | "rejected" | "restricted";

/** The entries whose results no second person has checked, each with its results, in the order of the log. */
export function unchecked(results: readonly LotResult[]): LotResult[][] {
  const open = results.filter((one) => one.checked === null && one.counts && one.by?.id !== "server");
  return [...new Set(open.map((one) => one.entry))].map((entry) => open.filter((one) => one.entry === entry));
}

/** A gate about results that is met only because there is no result yet. */
export function idle(code: string, { gates, results }: Pick<UsageView, "gates" | "results">): boolean {
  const complete = gates.find((one) => one.code === "results_complete");
  return ["results_pass", "results_checked"].includes(code) && results.length === 0 && complete?.met === false;
}

/** The result of the same test that came after one which fails, and may stand in its place once QA says so. */
export function later(results: readonly LotResult[], failed: LotResult): LotResult | undefined {
  if (failed.verdict !== "fail" || failed.aside !== null) return undefined;
  const same = results.filter((one) => one.test === failed.test);
  return same.slice(same.indexOf(failed) + 1).find((one) => one.entry !== failed.entry && one.aside === null);
}
