/** What may be done of the material of a batch, by where the batch stands. */
import { describe, expect, it, vi } from "vitest";
import { OPEN, rights } from "../../src/issuing/types";

vi.stubGlobal("navigator", { language: "en" });
const { it: words } = await import("../../src/issuing/words");
const { figuresOf } = await import("../../src/release/differences");

describe("MAT-08: what is left of a batch's material comes back", () => {
  it("while the batch takes more, and when it has ended", () => {
    for (const status of OPEN) expect(rights(status, true)).toEqual({ bring: true, back: true });
    for (const status of ["released", "rejected"]) expect(rights(status, true)).toEqual({ bring: false, back: true });
  });
  it("by nobody who may not issue", () => {
    for (const status of [...OPEN, "released"]) expect(rights(status, false)).toEqual({ bring: false, back: false });
  });
});

describe("MAT-09: what a batch does not account for", () => {
  const kg = (value: string): { value: string; unit: string } => ({ value, unit: "kg" });
  const said = { material: "api-1", issued: kg("25.000"), used: kg("12.640"), returned: kg("0.000"), scrapped: null, balanced: null, difference: kg("12.360") };
  it("names the containers that were weighed out of and never issued, before the difference", () => {
    const names = figuresOf({ ...said, unissued: ["A-1", "A-2"] }).map(([name]) => name);
    expect(names).toEqual([words().issued, words().used, words().unissued, words().difference]);
    expect(figuresOf({ ...said, unissued: ["A-1", "A-2"] })[2]?.[1]).toBe("A-1, A-2");
  });
  it("says nothing of them where there are none", () => {
    expect(figuresOf({ ...said, unissued: [] })).toHaveLength(3);
    expect(figuresOf(said)).toHaveLength(3);
  });
});
