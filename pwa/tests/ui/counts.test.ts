/** Counting blind beside others, and what whoever approves it signs. */
import { describe, expect, it } from "vitest";
import type { LocalEntry } from "../../src/core/types";
import { begun, change, closing, difference, undecided, variances } from "../../src/counts/closing";
import type { Counting, CountLine, Result } from "../../src/counts/types";
import { countedIn, differ, standing } from "../../src/warehouse/counting";
import { COUNTED, type Held } from "../../src/warehouse/types";

let made = 0;
function said(container: string, device: string, value: string | null, more: Record<string, unknown> = {}): LocalEntry {
  const payload = { count: "SC-2026-0001", container, location: "R-01", quantity: value === null ? null : { value, unit: "kg" }, seen: true, ...more };
  return { id: `e-${++made}`, kind: COUNTED, payload, place: "device", actor: "P-1", device, own: device === "T-1", capturedAt: "2026-11-26T09:00:00.000Z" } as unknown as LocalEntry;
}
const HELD = { held: { value: "25.000", unit: "kg" } } as Held;

describe("counting on handhelds", () => {
  it("MAT-09 keeps every counting, and lets the last of a device stand", () => {
    const entries = [said("A", "T-1", "24.0"), said("A", "T-1", "24.5"), said("A", "T-2", "24.5"), said("B", "T-1", null), { ...said("A", "T-3", "1"), place: "quarantined" } as LocalEntry, said("A", "T-1", "9", { count: "SC-2026-0002" })];
    const found = countedIn(entries, "SC-2026-0001");
    expect([...found.keys()]).toEqual(["A", "B"]);
    expect(found.get("A")).toHaveLength(3);
    expect(standing(found.get("A")!).map(({ device, quantity }) => [device, quantity?.value])).toEqual([["T-1", "24.5"], ["T-2", "24.5"]]);
    expect(differ(found.get("A")!, HELD)).toBe(false);
  });

  it("MAT-09 tells that handhelds differ: another amount, another place, not there", () => {
    const all = (...entries: LocalEntry[]) => countedIn(entries, "SC-2026-0001").get("A")!;
    expect(differ(all(said("A", "T-1", "24.5"), said("A", "T-2", "24.4")), HELD)).toBe(true);
    expect(differ(all(said("A", "T-1", null), said("A", "T-2", null, { location: "R-02" })), HELD)).toBe(true);
    expect(differ(all(said("A", "T-1", null), said("A", "T-2", null, { seen: false })), HELD)).toBe(true);
    // What was not measured is as it is booked.
    expect(differ(all(said("A", "T-1", null), said("A", "T-2", "25.000")), HELD)).toBe(false);
    expect(differ(all(said("A", "T-1", null), said("A", "T-2", "24.000")), HELD)).toBe(true);
  });
});

const kg = (value: string) => ({ value, unit: "kg" });
function counting(entry: string, more: Partial<Counting> = {}): Counting {
  return { entry, container: "A", location: "R-01", quantity: null, seen: true, person: "P-1", device: entry, at: "", book: kg("25.000"), place: "R-01", stands: true, ...more };
}
function line(container: string, result: Result, ...countings: Counting[]): CountLine {
  return { container, material: "LAC", lot: "L-1", name: null, book: kg("25.000"), place: "R-01", result, countings };
}

describe("the variances of a count", () => {
  const conflict = line("C", "conflict", counting("old", { stands: false, quantity: kg("1") }), counting("one", { quantity: kg("24.500") }), counting("two", { seen: false }));
  const all = [line("A", "same", counting("a")), line("B", "missing"), conflict, line("D", "moved", counting("d", { location: "R-02" })), { ...line("E", "strange", counting("e", { book: null })), book: null }];

  it("MAT-09 are what the book does not say; a label of no book is none", () => {
    expect(variances(all).map(({ container }) => container)).toEqual(["B", "C", "D"]);
  });

  it("MAT-09 are there once somebody has counted: before, nothing is missing", () => {
    expect([begun(all), begun([line("A", "missing"), line("B", "missing")]), begun([])]).toEqual([true, false, true]);
  });

  it("MAT-09 wait for a reason each, and for a choice where counts differ", () => {
    const names = (choices: Parameters<typeof undecided>[1]): string[] => undecided(all, choices).map(({ container }) => container);
    expect(names({})).toEqual(["B", "C", "D"]);
    expect(names({ B: { entry: undefined, reason: "lost" }, C: { entry: undefined, reason: "why" }, D: { entry: undefined, reason: " " } })).toEqual(["C", "D"]);
    expect(names({ B: { entry: undefined, reason: "lost" }, C: { entry: "one", reason: "why" }, D: { entry: undefined, reason: "put there" } })).toEqual([]);
  });

  it("MAT-09 IDN-04 say exactly what the server reckons of them", () => {
    const lines = closing(all, { B: { entry: undefined, reason: " lost " }, C: { entry: "one", reason: "weighed anew" }, D: { entry: undefined, reason: "put there" } });
    expect(lines).toEqual([
      { container: "B", entry: null, was: kg("25.000"), counted: kg("0"), from: "R-01", to: null, reason: "lost" },
      { container: "C", entry: "one", was: kg("25.000"), counted: kg("24.500"), from: "R-01", to: "R-01", reason: "weighed anew" },
      { container: "D", entry: "d", was: kg("25.000"), counted: kg("25.000"), from: "R-01", to: "R-02", reason: "put there" },
    ]);
    expect(lines.map(difference)).toEqual(["−25 kg", "−0.5 kg", null]);
    expect(change(conflict, "two", "gone")).toMatchObject({ entry: "two", counted: kg("0"), to: null });
  });
});
