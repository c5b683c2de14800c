/** The balance of a printed material on the tablet, in the digits of the server, and the specimens that are asked for. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Lease, LocalEntry, Phase, Printed } from "../../src/core/types";
import { accounted, countable, fromStore, plan, planAt, SPECIMEN, unshown } from "../../src/production/packaging/printed";
import { slots } from "../../src/production/progress";
import { calculated } from "../../src/production/yields/yields";

interface Vectors { phase: Phase; plan: Phase; balances: { one: Printed; counts: Record<string, string>; value: string; used: string; difference: string; uncountable: string[] }[] }
const { phase, plan: expected, balances } = JSON.parse(readFileSync(new URL("../../../tests/vectors/printed.json", import.meta.url), "utf-8")) as Vectors;

it("PRD-11 balances a printed material as the server does, digit for digit", () => {
  for (const { one, counts, value, used, difference } of balances) {
    expect(calculated(plan(phase, one), counts)).toBe(value);
    expect(accounted(one, counts)).toEqual({ used, difference });
  }
  expect(accounted(balances[0]!.one, { issued: "1" })).toBeNull();
});

it("PRD-11 takes no count that nobody can have counted, as the server does", () => {
  for (const { one, counts, uncountable } of balances) {
    const inputs = plan(phase, one).inputs ?? [];
    expect(inputs.filter((each) => !countable(each, counts[each.id] ?? "")).map(({ id }) => id)).toEqual(uncountable);
  }
  expect(balances.some(({ uncountable }) => uncountable.length > 0)).toBe(true);
});

it("PRD-11 calculates it by what the server takes for its plan, at the places that the server has", () => {
  expect(planAt(phase, "30/carton")).toMatchObject(expected);
  expect(planAt(phase, "30/leaflet")).toBeUndefined();
  expect(slots(phase)).toEqual(["30/carton", "30/label"]);
});

it("PRD-11 asks for a specimen until one stands", () => {
  const kept = (more: object): LocalEntry => ({ id: "s1", kind: SPECIMEN, place: "device", corrects: null, payload: { phase: "30", item: "carton" }, ...more }) as unknown as LocalEntry;
  const asked = (...entries: LocalEntry[]): string[] => unshown(phase, entries).map(({ id }) => id);
  expect(asked()).toEqual(["carton"]);
  expect(asked(kept({}))).toEqual([]);
  expect(asked(kept({ place: "quarantined" }))).toEqual(["carton"]);
  expect(asked(kept({ payload: { phase: "31", item: "carton" } }))).toEqual(["carton"]);
  expect(asked(kept({}), kept({ id: "s2", corrects: "s1" }))).toEqual([]);
});

it("PRD-11 proposes as issued what the batch was given of it, in its unit", () => {
  const one = { ...balances[0]!.one, material: "car-1", unit: "g" };
  const container = (label: string, material: string, value: string, unit: string): object => ({ container: label, material, lot: "L1", quantity: { value, unit } });
  const lease = (...containers: object[]): Lease => ({ containers }) as unknown as Lease;
  expect(fromStore(lease(container("a", "car-1", "1.5", "kg"), container("b", "car-1", "250", "g"), container("c", "lab-1", "9", "g")), one)).toBe("1750");
  expect(fromStore(lease(container("a", "car-1", "1.5", "kg"), container("b", "car-1", "3", "pcs")), one)).toBe("");
  expect(fromStore(lease(), one)).toBe("");
  expect(fromStore(undefined, one)).toBe("");
});
