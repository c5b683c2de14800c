import { describe, expect, it } from "vitest";
import type { TestResult } from "../../src/api/types";
import { answered, begun } from "../../src/specifications/answering";
import type { Test } from "../../src/specifications/types";

const empty = { unit: null, decimals: null, rounding: null, low: null, high: null, options: [] };
const tests: Test[] = [
  { ...empty, code: "assay", name: { zh: "含量", en: "Assay" }, method: "0512", kind: "numeric", unit: "%", decimals: 1, rounding: "gbt8170" },
  { ...empty, code: "look", name: { zh: "性状", en: "Appearance" }, method: "SOP", kind: "choice", options: [{ code: "white", zh: "白", en: "white", conforms: true }, { code: "other", zh: "其他", en: "other", conforms: false }] },
  { ...empty, code: "identity", name: { zh: "鉴别", en: "Identity" }, method: "0402", kind: "conform" },
];
const result = (test: string, value: string, verdict: string): TestResult => ({ stage: "incoming", test, name: null, value: { value, unit: "" }, low: null, high: null, verdict, reported: null, specification: "QS/1", entry: "E-1" });

describe("answering a specification (QUA-03)", () => {
  it("QUA-03: what was left empty was not tested, and what is half is not sent", () => {
    const given = begun(tests, []);
    expect(answered(tests, given)).toEqual([]);
    expect(answered(tests, { ...given, identity: { value: "", text: "IR", conforms: "" } })).toEqual([]);
    for (const wrong of ["1,5", "abc", "1e3", "."]) expect(answered(tests, { ...given, assay: { value: wrong, text: "", conforms: "" } }), wrong).toEqual([]);
  });

  it("QUA-03: a correction begins with what was recorded, digits and all", () => {
    const given = begun(tests, [result("assay", "102.050", "pass"), result("look", "其他 / other", "fail"), result("identity", "IR", "fail")]);
    expect(answered(tests, given)).toEqual([
      { test: "assay", value: "102.050", text: null, conforms: null },
      { test: "look", value: null, text: "other", conforms: null },
      { test: "identity", value: null, text: "IR", conforms: false },
    ]);
  });
});
