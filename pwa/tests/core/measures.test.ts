import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { converted, isUnit, KNOWN, ratio, type Conversion } from "../../src/core/measures";
import type { Quantity } from "../../src/core/types";

const vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/units.json", import.meta.url), "utf-8")) as { conversions: { name: string; quantity: Quantity; own: Conversion[]; to: string; is: Quantity | null }[]; known: { unit: string; known: boolean }[] };

describe("MAT-06: units convert exactly, as on the server", () => {
  for (const one of vectors.conversions) it(one.name, () => expect(converted(one.quantity, one.to, one.own)).toEqual(one.is));
  for (const one of vectors.known) it(`knows ${JSON.stringify(one.unit)}: ${one.known}`, () => expect(isUnit(one.unit)).toBe(one.known));
  it("leads from every unit to every other of its kind, and back to one", () => {
    for (const [one, [kind]] of Object.entries(KNOWN)) for (const [other, [second]] of Object.entries(KNOWN)) {
      const there = ratio(one, other), back = ratio(other, one);
      if (kind !== second) expect(there).toBeNull();
      else expect(there !== null && back !== null && there[0] * back[0] === there[1] * back[1]).toBe(true);
    }
  });
});
