/** What a page knows of what is named in a field of a form: the same codes as the server's. */
import { describe, expect, it } from "vitest";
import type { Field } from "../../src/engines/forms/types";
import { doubt } from "../../src/forms/doubts";
import type { Around } from "../../src/forms/filling";

const common = { id: "f", label: { zh: "", en: "" }, hint: null, required: false, when: null, checks: [] };
const lot = (material: string | null): Field => ({ ...common, type: "lot", material });
const machine = (wanted: string | null): Field => ({ ...common, type: "equipment", class: wanted });
const person = (permission: string | null): Field => ({ ...common, type: "person", permission });
const WORDS = { zh: "", en: "" };
const AROUND: Around = {
  equipment: [{ equipment: "BAL-07", class: "balance", name: WORDS, calibration_due: "2026-11-22" }, { equipment: "BAL-08", class: "balance", name: WORDS, calibration_due: "2026-11-21" }],
  permitted: { "batch.review": ["P-5"] },
  lots: { "api-1": [{ lot: "A-5/2", status: "released", expiry: "2026-11-22" }, { lot: "A-7", status: "quarantine", expiry: null }, { lot: "A-8", status: "released", expiry: "2026-11-21" }] },
};

describe("ENG-01 what is named in a form", () => {
  it.each([
    [lot("api-1"), "A-5/2", null], [lot("api-1"), "api-1/A-5/2", null], [lot("api-1"), "A-99", "lot_unknown"], [lot("api-1"), "A-7", "lot_not_usable"], [lot("api-1"), "A-8", "lot_not_usable"],
    [lot(null), "A-99", null], [lot("exc-1"), "A-99", null],
    [machine(null), "BAL-07", null], [machine("balance"), "BAL-07", null], [machine("balance"), "X", "equipment_unknown"], [machine("blender"), "BAL-07", "equipment_other_class"], [machine("balance"), "BAL-08", "calibration_overdue"],
    [person("batch.review"), "P-5", null], [person("batch.review"), "P-1", "person_lacks"], [person(null), "P-1", null], [person("other"), "P-1", null],
  ] as [Field, string, string | null][])("ENG-01 %j: %s", (field, value, code) => {
    expect(doubt(field, value, AROUND, "2026-11-22")).toBe(code);
  });

  it("ENG-01 is not doubted where nothing is known", () => {
    for (const field of [lot("api-1"), machine("balance"), person("batch.review")]) expect(doubt(field, "X", {}, "2026-11-22")).toBeNull();
    expect(doubt(lot("api-1"), null, AROUND, "2026-11-22")).toBeNull();
  });
});
