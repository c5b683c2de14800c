import { describe, expect, it } from "vitest";
import type { TestResult } from "../../src/api/types";
import { answered, begun, sampleOf, unfit, type Given, type Made } from "../../src/inspection/answering";
import type { Test } from "../../src/specifications/types";

const empty = { unit: null, decimals: null, rounding: null, low: null, high: null, options: [] };
const tests: Test[] = [
  { ...empty, code: "assay", name: { zh: "含量", en: "Assay" }, method: "0512", kind: "numeric", unit: "%", decimals: 1, rounding: "gbt8170" },
  { ...empty, code: "look", name: { zh: "性状", en: "Appearance" }, method: "SOP", kind: "choice", options: [{ code: "white", zh: "白", en: "white", conforms: true }, { code: "other", zh: "其他", en: "other", conforms: false }] },
  { ...empty, code: "identity", name: { zh: "鉴别", en: "Identity" }, method: "0402", kind: "conform" },
];
const result = (test: string, value: string, verdict: string): TestResult => ({ stage: "incoming", test, name: null, value: { value, unit: "" }, low: null, high: null, verdict, reported: null, specification: "QS/1", entry: "E-1" });

const none: Given = { value: "", text: "", conforms: "", instrument: "", reagents: [] };
const unsaid = { instrument: null, reagents: [] };

describe("answering a specification (QUA-03)", () => {
  it("QUA-03: what was left empty was not tested, and what is half is not sent", () => {
    const given = begun(tests, []);
    expect(answered(tests, given)).toEqual([]);
    expect(answered(tests, { ...given, identity: { ...none, text: "IR" } })).toEqual([]);
    for (const wrong of ["1,5", "abc", "1e3", "."]) expect(answered(tests, { ...given, assay: { ...none, value: wrong } }), wrong).toEqual([]);
  });

  it("QUA-03: a correction begins with what was recorded, digits and all", () => {
    const given = begun(tests, [result("assay", "102.050", "pass"), result("look", "其他 / other", "fail"), result("identity", "IR", "fail")]);
    expect(answered(tests, given)).toEqual([
      { test: "assay", value: "102.050", text: null, conforms: null, ...unsaid },
      { test: "look", value: null, text: "other", conforms: null, ...unsaid },
      { test: "identity", value: null, text: "IR", conforms: false, ...unsaid },
    ]);
  });

  it("QUA-03: a correction keeps the sample, the instrument and the reagents until somebody says otherwise", () => {
    const said = [result("assay", "99.1", "pass"), result("look", "白 / white", "pass")];
    const used = { instrument: "HPLC-2", reagents: [{ kind: "reagent" as const, name: "MeOH", lot: "3", expiry: null }] };
    const made: Made[] = [{ entry: "E-0", test: "look", sample: "SMP-0", instrument: "X", reagents: [] }, { entry: "E-1", test: "assay", sample: "SMP-1", ...used }];
    expect(answered(tests, begun(tests, said, made))).toEqual([
      { test: "assay", value: "99.1", text: null, conforms: null, ...used },
      { test: "look", value: null, text: "white", conforms: null, ...unsaid },
    ]);
    expect([sampleOf(said, made), sampleOf(said, []), sampleOf([], made)]).toEqual(["SMP-1", "", ""]);
  });

  it("QUA-03: a result says with what it was found, and what is past its day is told before it is sent", () => {
    const standard = { kind: "standard" as const, name: "RS ", lot: " 3", expiry: "2026-01-31" };
    const given = { ...none, value: "99.1", instrument: "HPLC-2", reagents: [standard, { ...standard, lot: " " }] };
    expect(answered(tests, { assay: given })).toEqual([{ test: "assay", value: "99.1", text: null, conforms: null, instrument: "HPLC-2", reagents: [{ kind: "standard", name: "RS", lot: "3", expiry: "2026-01-31" }] }]);
    const known = [{ equipment: "HPLC-2", name: { zh: "液相", en: "HPLC" }, calibration_due: "2026-03-01" }];
    expect(unfit(given, known, "2026-01-31")).toEqual({ instrument: false, reagents: false });
    expect(unfit(given, known, "2026-03-02")).toEqual({ instrument: true, reagents: true });
  });
});
