import { expect, test } from "vitest";
import type { LocalEntry, WarehouseLease } from "../../src/core/types";
import { isEmpty, left, mergeWrong, MIXED, nextLabel, splitWrong, sum } from "../../src/warehouse/filling";
import { warehouseEn } from "../../src/i18n/warehouse.en";
import { warehouseZh } from "../../src/i18n/warehouse.zh";
import { Snapshot, Stock } from "../../src/warehouse/stock";
import { type Held, MERGED, MOVED, SPLIT } from "../../src/warehouse/types";

const kg = (value: string) => ({ value, unit: "kg" });
const held = (label: string, value: string, lot = "L-1"): Held => ({ label, material: "LAC", lot, quantity: kg("25.000"), held: kg(value), location: "R-01", status: "released", batch: null, use_until: null });

const lease = {
  warehouse: { area: "raw", day: "2026-11-26", size: 10 },
  locations: [], materials: [{ code: "LAC", name: { zh: "乳糖", en: "Lactose" }, type: "raw", unit: "kg", shelf_life: null, retest: null, storage: null, conversions: [] }],
  words: ["LAC", "released", "kg", "R-01"],
  lots: { lot: ["L-1", "L-2"], material: [0, 0], status: [1, 1], expiry: [-1, -1], retest: [-1, -1], supplier: [-1, -1], supplier_lot: [-1, -1] },
  containers: { label: ["C-1", "C-2", "C-3"], lot: [0, 0, 1], quantity: ["25.000", "25.000", "25.000"], held: ["25.000", "20.000", "25.000"], unit: [2, 2, 2], location: [3, 3, 3], status: [1, 1, 1], batch: [-1, -1, -1], use_until: [-1, -1, -1] },
} as unknown as WarehouseLease;
const said = (kind: string, payload: Record<string, unknown>, more: Partial<LocalEntry> = {}): LocalEntry => ({ kind, payload, index: null, flags: [], ...more }) as unknown as LocalEntry;
const stock = (...entries: LocalEntry[]): Stock => new Stock(new Snapshot(lease), entries);

test("sums keep every digit", () => {
  expect(sum(["25.000", "-4"])).toBe("21.000");
  expect(sum(["123456789012345.123456789012", "0.000000000001"])).toBe("123456789012345.123456789013");
  expect(sum(["1", "-1.5"])).toBe("-0.5");
  expect([isEmpty("0.000"), isEmpty("-1"), isEmpty("0.1")]).toEqual([true, true, false]);
});

test("a split fills new containers where the first stands and leaves the rest in it", () => {
  const now = stock(said(SPLIT, { container: "C-1", into: [{ container: "C-1-1", quantity: kg("4") }, { container: "C-2", quantity: kg("1") }], reason: null }));
  // A label that is another's already takes nothing.
  expect(now.container("C-1")?.held.value).toBe("21.000");
  expect(now.container("C-1-1")).toMatchObject({ held: kg("4"), lot: "L-1", location: "R-01" });
  expect(now.container("C-2")?.held.value).toBe("20.000");
  expect(left(held("C-1", "25.000"), [{ container: "x", quantity: { value: "500", unit: "g" } }])).toBe("24.500");
});

test("what is emptied into another of its lot is in that, and of another lot nothing is", () => {
  const now = stock(said(MERGED, { into: "C-1", from: ["C-2", "C-3", "nobody"], reason: null }));
  expect(["C-1", "C-2", "C-3"].map((label) => now.container(label)?.held.value)).toEqual(["45.000", "0", "25.000"]);
});

test("what is filled out of a batch's container is the batch's, and what was mixed all the same is in what was filled", () => {
  const given = { ...lease, words: [...lease.words, "B1"], containers: { ...lease.containers, batch: [4, -1, -1] } } as WarehouseLease;
  const split = new Stock(new Snapshot(given), [said(SPLIT, { container: "C-1", into: [{ container: "C-1-1", quantity: kg("4") }], reason: null })]);
  expect([split.container("C-1")?.batch, split.container("C-1-1")?.batch]).toEqual(["B1", "B1"]);
  const merged = new Stock(new Snapshot(given), [said(MERGED, { into: "C-1", from: ["C-2"], reason: null })]);
  expect(["C-1", "C-2"].map((label) => merged.container(label)?.held.value)).toEqual(["45.000", "0"]);
});

test("what was refused its maker, or is in the snapshot already, changes nothing here", () => {
  const into = [{ container: "S", quantity: kg("1") }];
  expect(stock(said(SPLIT, { container: "C-1", into, reason: null }, { flags: ["person_not_permitted"] })).container("S")).toBeNull();
  expect(stock(said(MOVED, { container: "C-1", from: null, to: "R-09", reason: null }, { index: 9 })).container("C-1")?.location).toBe("R-01");
});

test("what is wrong is told before it is recorded", () => {
  const taken = (label: string): boolean => label === "C-2";
  const one = held("C-1", "25.000");
  expect(splitWrong(one, [{ label: "S", content: "25.000" }], taken)).toEqual([]);
  expect(splitWrong(one, [{ label: "S", content: "25.001" }], taken)).toEqual(["container_overdrawn"]);
  expect(splitWrong(one, [{ label: "S", content: "２．５" }], taken)).toEqual([]);
  expect(splitWrong(one, [{ label: "C-2", content: "1" }], taken)).toEqual(["container_known"]);
  expect(splitWrong(one, [{ label: "S", content: "1" }, { label: "S", content: "" }], taken)).toEqual(["container_known", "amount_wrong"]);
  expect(splitWrong(held("C-1", "0.000"), [{ label: "S", content: "1" }], taken)).toContain("container_gone");
  expect([mergeWrong(one, one), mergeWrong(one, held("C-2", "1")), mergeWrong(one, held("C-3", "1", "L-2")), mergeWrong(one, held("C-4", "0"))]).toEqual(["container_unknown", null, "lot_other", "container_gone"]);
  const mine: Held = { ...one, batch: "B1" }, other = (batch: string | null): Held => ({ ...held("C-2", "1"), batch });
  expect([mergeWrong(mine, other("B2")), mergeWrong(mine, other(null)), mergeWrong(one, other("B1")), mergeWrong(mine, other("B1"))]).toEqual([MIXED, MIXED, MIXED, null]);
  expect([warehouseEn.wrong[MIXED], warehouseZh.wrong[MIXED]].every(Boolean)).toBe(true);
  expect(nextLabel("C", (label) => ["C-1", "C-2"].includes(label))).toBe("C-3");
});
