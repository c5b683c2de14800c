/** What a handheld knows of a warehouse without a network: the snapshot in columns and what its document said since. */
import { describe, expect, it } from "vitest";
import { own } from "../../src/core/codes";
import { read } from "../../src/core/reading";
import type { LocalEntry, WarehouseLease } from "../../src/core/types";
import { doubts } from "../../src/warehouse/moving";
import { Snapshot, Stock } from "../../src/warehouse/stock";
import { CONTAINERS_RECEIVED, LOT_RECEIVED, MOVED } from "../../src/warehouse/types";

const WORDS = ["LAC", "released", "2028-10-31", "L2611-7", "R-01", "kg", "quarantine", "S-HD", "R-02"];
const place = (location: string, kind = "storage", storage: string | null = null) => ({ location, name: { zh: location, en: location }, warehouse: "raw", kind, storage, active: true });

/** Of the lot LAC-1 as many containers as wanted, the first half of them at R-01, the others nowhere. */
function lease(count = 4): WarehouseLease {
  const every = <T>(value: (row: number) => T): T[] => Array.from({ length: count }, (_, row) => value(row));
  return {
    unit: "warehouse/raw/2026-11-26", warehouse: { area: "raw", day: "2026-11-26", size: 100 }, words: WORDS,
    locations: [place("R-01"), place("R-02"), place("P-01", "production"), place("C-01", "storage", "cold")],
    materials: [{ code: "LAC", name: { zh: "乳糖", en: "Lactose" }, type: "raw", unit: "kg", shelf_life: 24, retest: 12, storage: "ambient", conversions: [] }],
    lots: { lot: ["LAC-1"], material: [0], status: [1], expiry: [2], retest: [-1], supplier: [7], supplier_lot: [3] },
    containers: {
      label: every((row) => `LAC-1-${row + 1}`), quantity: every(() => "25.000"), held: every((row) => `${row % 25}.500`), lot: every(() => 0), unit: every(() => 5),
      location: every((row) => (row < count / 2 ? 4 : -1)), status: every(() => 1), batch: every(() => -1), use_until: every(() => 2),
    },
  } as unknown as WarehouseLease;
}

let made = 0;
function entry(kind: string, payload: Record<string, unknown>, more: Partial<LocalEntry> = {}): LocalEntry {
  return { id: `e-${++made}`, kind, payload, index: null, place: "device", flags: [], ...more } as unknown as LocalEntry;
}
const moved = (container: string, to: string, more: Partial<LocalEntry> = {}): LocalEntry => entry(MOVED, { container, from: null, to, reason: null }, more);
const scan = (text: string, symbology = "") => read(text, symbology, 2026);
const stock = (entries: LocalEntry[] = [], count = 4): Stock => new Stock(new Snapshot(lease(count)), entries);

describe("a warehouse on a handheld", () => {
  it("MAT-06 says of a container what it is, how much is in it, until when it may be used and where it stands", () => {
    expect(stock().read(scan("LAC-1-2"))).toEqual({
      what: "container",
      container: { label: "LAC-1-2", material: "LAC", lot: "LAC-1", quantity: { value: "25.000", unit: "kg" }, held: { value: "1.500", unit: "kg" }, location: "R-01", status: "released", batch: null, use_until: "2028-10-31" },
    });
    expect(stock().read(scan(own("container", "LAC-1-3")))).toMatchObject({ container: { label: "LAC-1-3", location: null } });
    expect(stock().read(scan("21LAC-1-4", "]C1"))).toMatchObject({ container: { label: "LAC-1-4" } });
  });

  it("MAT-06 tells places and lots, ours and the supplier's, and says of nothing else that it knows it", () => {
    expect(stock().read(scan("R-01"))).toMatchObject({ what: "location", location: { location: "R-01" } });
    expect(stock().read(scan(own("location", "R-02")))).toMatchObject({ what: "location", location: { location: "R-02" } });
    expect(stock().read(scan(own("lot", "LAC/LAC-1")))).toMatchObject({ what: "lot", containers: 4, lot: { status: "released" } });
    expect(stock().read(scan("L2611-7"))).toMatchObject({ what: "lot", lot: { material: "LAC", lot: "LAC-1" } });
    for (const text of ["LAC-2", own("container", "R-01"), own("location", "LAC-1-1"), own("lot", "XXX/LAC-1"), own("equipment", "BAL-1"), own("badge", "B-1:secret"), own("location", "X-99")]) {
      expect(stock().read(scan(text)), text).toEqual({ what: "unknown" });
    }
  });

  it("MAT-06 PLT-08 puts on top of the snapshot what this and other handhelds recorded since, and nothing twice", () => {
    const found = stock([moved("LAC-1-1", "R-02"), moved("LAC-1-3", "R-01"), moved("LAC-1-1", "P-01"), moved("LAC-1-2", "R-02", { place: "quarantined" }), moved("LAC-1-4", "R-02", { index: 99 }), moved("LAC-1-4", "P-01", { index: 100 })]);
    expect(["LAC-1-1", "LAC-1-2", "LAC-1-3", "LAC-1-4"].map((label) => found.container(label)?.location)).toEqual(["P-01", "R-01", "R-01", "P-01"]);
    expect(found.at("R-01").map(({ label }) => label)).toEqual(["LAC-1-2", "LAC-1-3"]);
    expect(found.at("R-02")).toEqual([]);
  });

  it("MAT-04 PLT-08 knows at once what was received here, in quarantine, and does not receive a label twice", () => {
    const containers = ["LAC-2-1", "LAC-1-1"].map((container) => ({ container, quantity: { value: "10.0", unit: "kg" }, location: "R-02", damage: null }));
    const found = stock([
      entry(LOT_RECEIVED, { material: "LAC", lot: "LAC-2", expiry: "2029-01-31", retest: "2027-11-26", supplier: "S-HD", supplier_lot: "X-9" }),
      entry(CONTAINERS_RECEIVED, { material: "LAC", lot: "LAC-2", containers }), moved("LAC-2-1", "R-01"),
    ]);
    expect(found.read(scan("LAC-2-1"))).toMatchObject({ container: { lot: "LAC-2", status: "quarantine", held: { value: "10.0" }, use_until: "2027-11-26", location: "R-01" } });
    expect(found.container("LAC-1-1")).toMatchObject({ lot: "LAC-1", location: "R-01" });
    expect(found.read(scan("X-9"))).toMatchObject({ what: "lot", containers: 1, lot: { lot: "LAC-2", status: "quarantine" } });
  });

  it("MAT-06 tells before a move what the server would flag: refused goods among good ones, another storage", () => {
    const material = lease().materials[0]!;
    const container = { ...stock().container("LAC-1-1")! };
    expect(doubts(container, material, place("R-02"))).toEqual([]);
    expect(doubts(container, material, place("C-01", "storage", "cold"))).toEqual(["storage_unfit"]);
    expect(doubts({ ...container, status: "rejected" }, material, place("R-02"))).toEqual(["location_unfit"]);
    expect(doubts({ ...container, status: "rejected" }, material, place("X-01", "rejected"))).toEqual([]);
    expect(doubts({ ...container, status: "quarantine" }, material, place("P-01", "production"))).toEqual(["location_unfit"]);
    expect(doubts({ ...container, status: "quarantine" }, undefined, place("Q-01", "quarantine", "cold"))).toEqual([]);
  });

  it("MAT-06 finds one of 20,000 containers in far less than 50 ms, after a thousand moves", () => {
    const moves = Array.from({ length: 1_000 }, (_, at) => moved(`LAC-1-${at + 1}`, "R-02"));
    const found = stock(moves, 20_000);
    const begun = performance.now();
    for (let at = 0; at < 100; at += 1) expect(found.read(scan(`LAC-1-${at * 200 + 1}`)).what).toBe("container");
    expect((performance.now() - begun) / 100).toBeLessThan(50);
    expect(found.at("R-02")).toHaveLength(1_000);
  });
});
