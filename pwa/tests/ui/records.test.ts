/** What stands in a record, as every device works it out from its entries. */
import { describe, expect, it } from "vitest";
import type { LocalEntry } from "../../src/core/types";
import { filled, KIND, mended, named, said, standing } from "../../src/records/standing";

let n = 0;
function entry(kind: string, payload: Record<string, unknown>, about: Partial<LocalEntry> = {}): LocalEntry {
  n += 1;
  const id = `0199f1a0-0000-7000-8000-${String(n).padStart(12, "0")}`;
  return {
    id, kind, subject: "", actor: "P-1", device: "T-1", seq: n, capturedAt: "2026-11-22T09:30:00.000Z", offset: 480, recordedAt: null, corrects: null, reason: null,
    payload: { record: "R-1", ...payload }, place: "logged", flags: [], index: n, own: true, signature: "right", ...about,
  };
}
const value = (path: string, given: unknown, type = "typed") => ({ path, value: given, source: { type, device: null, entry: null }, comment: null });
const values = (...all: object[]) => ({ values: all });
const shown = (...entries: LocalEntry[]) => filled(standing(said(entries)));

describe("what a record is of", () => {
  it("HMI-04 is a batch by its number, or what somebody typed", () => {
    expect(["batch/B261127-02", "B261127-02", "Line 2, batch/week 7"].map(named)).toEqual(["B261127-02", "B261127-02", "Line 2, batch/week 7"]);
  });
});

describe("what stands in a record", () => {
  it("ENG-01 is what was said last by those who wrote, in whatever order it came", () => {
    const [early, late] = [entry(KIND.values, values(value("a", "1"))), entry(KIND.values, values(value("a", "2")))];
    expect(shown(early, late)).toEqual({ a: "2" });
    expect(shown(late, early)).toEqual({ a: "2" });
    expect(standing(said([late, early])).get("a")!.map(({ value }) => value)).toEqual(["1", "2"]);
  });

  it("ENG-01 leaves out what was corrected, and only at the path that was", () => {
    const first = entry(KIND.values, values(value("a", "1"), value("b", "1")));
    const right = entry(KIND.values, values(value("a", "2")), { corrects: first.id, reason: "read wrongly" });
    expect(standing(said([first, right])).get("a")!.length).toBe(1);
    expect(shown(first, right)).toEqual({ a: "2", b: "1" });
    const baseless = entry(KIND.values, values(value("b", "3")), { corrects: first.id, flags: ["correction_unknown"] });
    expect(standing(said([first, right, baseless])).get("b")!.length).toBe(2);
  });

  it("ENG-01 lets a calculation take the place of one before, without a correction", () => {
    const first = entry(KIND.values, values(value("c", "1", "calculated")));
    const second = entry(KIND.values, values(value("c", "2", "calculated")));
    expect(standing(said([first, second])).get("c")!.map(({ value }) => value)).toEqual(["2"]);
  });

  it("ENG-01 follows the decision of a conflict, at its path alone", () => {
    const one = entry(KIND.values, values(value("a", "1"), value("b", "1")));
    const other = entry(KIND.values, values(value("a", "2"), value("b", "2")));
    const conflict = entry(KIND.conflict, { path: "a", entries: [one.id, other.id] });
    const settled = entry(KIND.settled, { item: conflict.id, chosen: one.id, reason: "" });
    expect(shown(one, other, conflict, settled)).toEqual({ a: "1", b: "2" });
  });

  it("ENG-01 has signatures as values, nothing of refused input, and no field that was cleared", () => {
    const signed = entry(KIND.signed, { path: "done", signed_by: "P-1", digest: "ab", meaning: {}, signature: null });
    const refused = entry(KIND.values, values(value("a", "1")), { place: "quarantined" });
    const given = entry(KIND.values, values(value("b", "1")));
    const cleared = entry(KIND.values, values(value("b", null)), { corrects: given.id, reason: "wrong field" });
    expect(shown(signed, refused, given, cleared)).toEqual({ done: { signed_by: "P-1", digest: "ab" } });
  });

  it("ENG-01 attack: half a character never keeps an entry from being signed", () => {
    expect(mended({ a: ["\ud800x", { b: "y\udfff" }], c: "好" })).toEqual({ a: ["\ufffdx", { b: "y\ufffd" }], c: "好" });
  });
});

describe("a row of a record", () => {
  const strike = (row: string, struck: boolean) => entry(KIND.struck, { row, struck, reason: "wrong drum" });

  it("ENG-01 is struck out by whoever said so last, and what stood in it is still told", () => {
    const given = entry(KIND.values, values(value("t/2/a", "1")));
    const [out, back] = [strike("t/2", true), strike("t/2", false)];
    expect(shown(given, out)).toEqual({ "t/2/a": "1", "t/2": true });
    expect(shown(given, out, back)).toEqual({ "t/2/a": "1", "t/2": false });
    const all = said([given, out, back]).filter(({ path }) => path === "t/2");
    expect(all.map(({ superseded, comment }) => [superseded, comment])).toEqual([[true, "wrong drum"], [false, "wrong drum"]]);
  });
});
