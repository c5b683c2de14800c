import { describe, expect, it } from "vitest";
import { compare } from "../../src/specifications/difference";
import type { Test, Version } from "../../src/specifications/types";
import { complete, defined, drafted, findingsOf, fresh, moved } from "../../src/specifications/writing";

const assay: Test = { code: "assay", name: { zh: "含量", en: "Assay" }, method: "0512", kind: "numeric", unit: "%", decimals: 1, rounding: "gbt8170", low: "98.0", high: "102.0", options: [] };
const look: Test = { code: "look", name: { zh: "性状", en: "Appearance" }, method: "SOP", kind: "choice", unit: null, decimals: null, rounding: null, low: null, high: null, options: [{ code: "white", zh: "白", en: "white", conforms: true }] };
const person = { id: "P-1", name: "赵", name_en: null, roles: [], key: null };
const version = (tests: Test[], more: Partial<Version> = {}): Version => ({ version: 1, material: "api-1", stage: "incoming", sha256: "", effective_from: "2026-01-01", first_day: null, reason: "", name: { zh: "标准", en: "Specification" }, tests, sampling: null, opened: [], state: "effective", by: person, at: "", decided_by: null, decided_at: null, decided_reason: null, instance: null, ...more });

describe("writing a specification (QUA-01)", () => {
  it("QUA-01: what is opened and not touched says the same again", () => {
    const before = version([assay, look]);
    const given = defined(drafted("QS-1", "2026-02-01", before));
    expect(given.tests).toEqual(before.tests);
    expect([given.material, given.stage, given.effective_from]).toEqual(["api-1", "incoming", "2026-02-01"]);
  });

  it("QUA-01: what only numbers have goes with another kind, and options with numbers", () => {
    const draft = drafted("QS-1", "2026-02-01", version([assay, look]));
    if (draft.tests[0]) draft.tests[0].kind = "conform";
    if (draft.tests[1]) Object.assign(draft.tests[1], { kind: "numeric", unit: "mg", decimals: "2" });
    const [first, second] = defined(draft).tests;
    expect([first?.unit, first?.low, first?.decimals, first?.rounding]).toEqual([null, null, null, null]);
    expect([second?.options, second?.unit, second?.decimals]).toEqual([[], "mg", 2]);
  });

  it("QUA-01: is complete when everything but limits is filled in", () => {
    const draft = drafted("QS-1", "2026-02-01", version([assay, look]));
    expect(complete(draft)).toBe(true);
    for (const change of [{ code: " " }, { material: "" }, { tests: [] }, { tests: [fresh()] }]) expect(complete({ ...draft, ...change }), JSON.stringify(change)).toBe(false);
    const one = draft.tests[0] ?? fresh();
    expect(complete({ ...draft, tests: [{ ...one, low: "", high: "" }] })).toBe(true);
    expect(complete({ ...draft, tests: [{ ...one, low: "98,0" }] })).toBe(false);
  });

  it("QUA-02: a plan of sampling carries what its rule needs, and only what comes in has one", () => {
    const draft = drafted("QS-1", "2026-02-01", version([assay]));
    const plan = { ...draft.sampling, rule: "iso2859", quantity: "0.120", instruction: " " };
    const empty = { number: null, level: null, aql: null, severity: null, retained: null, instruction: null };
    expect(defined({ ...draft, sampling: plan }).sampling).toEqual({ ...empty, rule: "iso2859", level: "II", aql: "0.65", severity: "normal", identity: "drawn", quantity: { value: "0.120", unit: "kg" } });
    expect(defined({ ...draft, sampling: { ...plan, rule: "fixed", number: "5", quantity: "" } }).sampling).toEqual({ ...empty, rule: "fixed", number: 5, identity: "drawn", quantity: null });
    expect(defined({ ...draft, stage: "release" }).sampling).toBeNull();
    for (const change of [{ rule: "fixed", number: "0" }, { rule: "fixed", number: "x" }, { quantity: "1,5" }, { retained: "1", unit: " " }]) expect(complete({ ...draft, sampling: { ...draft.sampling, ...change } }), JSON.stringify(change)).toBe(false);
  });

  it("QUA-02: what differs between two plans of sampling is told beside the tests", () => {
    const plan = { rule: "sqrt_cn", number: null, level: null, aql: null, severity: null, identity: "drawn" as const, quantity: { value: "0.1", unit: "kg" }, retained: null, instruction: null };
    const [found] = compare(version([assay], { sampling: plan }), version([assay], { sampling: { ...plan, rule: "all", quantity: { value: "0.2", unit: "kg" } } }));
    expect(found?.properties).toEqual([{ name: "rule", before: "sqrt_cn", after: "all" }, { name: "quantity", before: "0.1 kg", after: "0.2 kg" }]);
  });

  it("QUA-01: tests are moved one place, and findings belong to theirs", () => {
    expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
    const found = [{ code: "needed", path: "tests/1/unit" }, { code: "needed", path: "tests/11/unit" }, { code: "material_unknown", path: "material" }];
    expect(findingsOf(found, 1)).toEqual([found[0]]);
    expect(findingsOf(found, null)).toEqual([found[2]]);
  });
});

describe("comparing two versions (QUA-01)", () => {
  it("QUA-01: names new, gone and changed tests with what was and is, and the day", () => {
    const found = compare(version([assay, look]), version([{ ...assay, low: "99.0" }, { ...look, code: "new" }], { effective_from: "2026-03-01" }));
    expect(found.map((one) => [one.what, one.code])).toEqual([["changed", null], ["changed", "assay"], ["added", "new"], ["removed", "look"]]);
    expect(found[1]?.properties).toEqual([{ name: "low", before: "98.0", after: "99.0" }]);
  });

  it("QUA-01: an order alone is a difference, and the same says nothing", () => {
    expect(compare(version([assay, look]), version([look, assay])).map((one) => one.what)).toEqual(["moved", "moved"]);
    expect(compare(version([assay, look]), version([assay, look]))).toEqual([]);
  });
});
