import { describe, expect, it } from "vitest";
import { idle, later, unchecked, type LotResult } from "../../src/inspection/usage";

const result = (entry: string, test: string, more: Partial<LotResult> = {}): LotResult => ({
  stage: "incoming", test, name: null, value: { value: "99.1", unit: "%" }, low: null, high: null, verdict: "pass", reported: null, specification: "QS/1", entry,
  by: { id: "P-1", name: "a", name_en: null }, at: "", flags: [], counts: true, digest: "", checked: null, aside: null, instrument: null, reagents: [], sample: null, retest_of: null, ...more,
});

describe("results of a lot (QUA-03)", () => {
  it("QUA-03: what waits for a second person are whole entries that count and that nobody checked", () => {
    const checked = { by: null, at: "", comment: null };
    const all = [result("E-1", "assay"), result("E-2", "assay", { checked }), result("E-1", "look"), result("E-3", "assay", { counts: false }), result("E-4", "assay", { by: { id: "server", name: "s", name_en: null } })];
    expect(unchecked(all).map((lines) => lines.map((one) => `${one.entry} ${one.test}`))).toEqual([["E-1 assay", "E-1 look"]]);
  });

  it("QUA-03: without any result, none is said to be within limits or checked", () => {
    const gates = (met: boolean) => [{ code: "results_complete", met, details: [] }];
    const said = (met: boolean, results: LotResult[]) => ["sampling", "results_pass", "results_checked"].map((code) => idle(code, { gates: gates(met), results }));
    expect([said(false, []), said(false, [result("E-1", "assay")]), said(true, [])]).toEqual([[false, true, true], [false, false, false], [false, false, false]]);
  });

  it("QUA-03: only a later result of the same test may stand in the place of one that fails", () => {
    const failed = result("E-2", "assay", { verdict: "fail" });
    const earlier = result("E-1", "assay"), other = result("E-3", "water"), again = result("E-4", "assay");
    expect(later([earlier, failed, other], failed)).toBeUndefined();
    expect(later([earlier, failed, other, again], failed)).toBe(again);
    expect(later([failed, { ...again, aside: { by: null, at: "", reason: "x" } }], failed)).toBeUndefined();
    expect(later([earlier, again], earlier)).toBeUndefined();
  });
});
