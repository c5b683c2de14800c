/** Dispensing on the tablet: what a line asks for of a lot, what portions come to, what a scan means, and what tare makes of a weight. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { Conversion } from "../../src/core/measures";
import type { DispensingLine, Lease, LocalEntry, Phase, Reading } from "../../src/core/types";
import { basisOf, filledSlots, isFilled, potencyOf, uncheckedOf, standingOf, waitsFor } from "../../src/production/dispensing/lines";
import { NOTHING, stepOf, UNCLEARED, weights } from "../../src/production/dispensing/place";
import { restLabels, waiting } from "../../src/production/dispensing/queue";
import { lotStop, meant } from "../../src/production/dispensing/scanned";
import { bounds, limitsFor, ownOf, quantityOf, remaining, shownSum, standOf, within, worth, ZERO } from "../../src/production/dispensing/sums";
import { readingsOf } from "../../src/production/balance";
import { unconfirmed } from "../../src/production/confirming";
import { RESTED } from "../../src/production/containers";
import { KIND, standings } from "../../src/production/progress";

vi.mock("../../src/i18n/index.svelte", async () => {
  const { en } = await import("../../src/i18n/en");
  return { t: () => en };
});

const text = { zh: "物料", en: "Material" };
const kg = (value: string) => ({ value, unit: "kg" });
const blank = { material_name: text, unit: "kg", decimals: 3, rounding: "half_up" as const, quantity: null, potency: null, compensates: [] };
const api: DispensingLine = { ...blank, id: "api", material: "api-1", role: "active", target: "5.000", low: "4.975", high: "5.025", quantity: "target * 100 / assay * 100 / (100 - water)", potency: { assay: "assay", water: "loss" } };
const filler: DispensingLine = { ...blank, id: "filler", material: "exc-1", role: "compensator", target: "20.000", low: "19.900", high: "20.100", quantity: "target + nominal - dispensed", compensates: ["api"] };
const salt: DispensingLine = { ...blank, id: "salt", material: "exc-2", role: "plain", target: "0.500", low: "0.495", high: "0.505" };
const phase: Phase = { id: "20", type: "dispensing", name: text, instruction: text, room: "2-114", equipment: "balance", lines: [api, filler, salt], second: null };

const density = { conversions: { "exc-2": [{ given: { value: "1", unit: "L" }, equals: kg("0.789") }] } } as unknown as Lease;

let made = 0;
function portion(line: DispensingLine, number: number, net: string, more: Partial<LocalEntry> = {}, payload: Record<string, unknown> = {}): LocalEntry {
  made += 1;
  return {
    id: `e${made}`, kind: KIND.dispensed, subject: `20/${line.id}/${number}`, actor: "P-1", device: "t-1", seq: made, capturedAt: "2026-11-26T08:00:00.000Z", offset: 480, recordedAt: null, corrects: null, reason: null,
    payload: { phase: "20", line: line.id, portion: number, net: kg(net), limits: limitsFor(line, line === api ? "5.128" : line.target), source: "device", verified_by: null, container: "A-1", ...payload },
    place: "device", flags: [], index: null, own: true, signature: "right", ...more,
  };
}
const at = (line: DispensingLine, ...entries: LocalEntry[]) => standingOf(phase, line, standings(entries), undefined);

describe("what a line asks for of a lot", () => {
  it("MAT-12 follows from assay and water of the lot, rounded once as the line says", () => {
    expect(quantityOf(api, { assay: "98.0", water: "0.50" })).toEqual({ quantity: "5.128" });
    expect(quantityOf({ ...api, decimals: 1, quantity: "target / assay", rounding: "gbt8170" }, { assay: "20", water: null })).toEqual({ quantity: "0.2" });
    expect(quantityOf({ ...api, decimals: 1, quantity: "target / assay" }, { assay: "20", water: null })).toEqual({ quantity: "0.3" });
    expect(quantityOf(salt, {})).toEqual({ quantity: "0.500" });
  });

  it("MAT-12 says why it cannot be said", () => {
    expect(quantityOf(api, { assay: null, water: "0.50" })).toEqual({ error: "missing" });
    expect(quantityOf(api, { assay: "98.0", water: "< 0.1" })).toEqual({ error: "missing" });
    expect(quantityOf(api, { assay: "0", water: "0.50" })).toEqual({ error: "division_by_zero" });
    expect(quantityOf(filler, { nominal: "5.000", dispensed: "25.000" })).toEqual({ error: "not_positive" });
  });

  it("MAT-12 has limits that are never wider for rounding, and those of the recipe where nothing is to be made up for", () => {
    expect(limitsFor(api, "5.128")).toEqual({ low: "5.103", high: "5.153", target: "5.128", unit: "kg" });
    expect(limitsFor({ ...salt, low: "0.49" }, "0.500")).toEqual({ low: "0.49", high: "0.505", target: "0.500", unit: "kg" });
  });

  it("MAT-12 takes results from the lease, and what the actives came to from the entries", () => {
    const lease = { lots: [{ material: "api-1", lot: "A", results: [{ test: "assay", value: "98.0", entry: "r1" }] }] } as unknown as Lease;
    expect(potencyOf(api, "A", lease)).toEqual({ assay: { value: "98.0", entry: "r1" }, water: null });
    expect(basisOf(phase, api, "A", new Map(), lease)).toEqual({ assay: "98.0", water: null });
    expect(uncheckedOf(api, "A", lease)).toEqual([]);
    const waits = { lots: [{ material: "api-1", lot: "A", results: [], unchecked: [api.potency?.water] }] } as unknown as Lease;
    expect(uncheckedOf(api, "A", waits)).toEqual(["water"]);
    const all = standings([portion(api, 1, "3.000"), portion(api, 2, "2128.0", {}, { net: { value: "2128.0", unit: "g" } })]);
    expect(basisOf(phase, filler, "E", all, lease)).toEqual({ nominal: "5", dispensed: "5.128" });
  });

  it("MAT-05 MAT-12 makes up in kilograms for what is asked for in litres by the density that the lease carries", () => {
    const litres = { ...salt, unit: "L", target: "1.000", low: "0.995", high: "1.005" }, makesUp = { ...filler, compensates: ["salt"] };
    const both = { ...phase, lines: [litres, makesUp] }, all = standings([portion(litres, 1, "0.789", {}, { material: "exc-2" })]);
    expect(basisOf(both, makesUp, "E", all, density)).toEqual({ nominal: "0.789", dispensed: "0.789" });
    expect(waitsFor(both, makesUp, all, density)).toEqual([]);
    // A lease from before they were lent: nothing leads from kilograms to litres.
    expect(basisOf(both, makesUp, "E", all, { lots: [] } as unknown as Lease)).toEqual({ nominal: null, dispensed: "0.789" });
  });

  it("MAT-05 shows a weight in the unit of its line and judges it exactly", () => {
    const litres = { ...salt, unit: "L", target: "1.000", low: "0.995", high: "1.005" }, own = density.conversions?.["exc-2"] ?? [];
    expect(ownOf(litres, kg("0.263"), own)).toBe("0.333333");
    expect(ownOf(litres, { value: "250", unit: "mL" }, own)).toBe("0.250");
    expect(ownOf(litres, { value: "25", unit: "cL" }, own)).toBe("0.250");
    expect(ownOf(litres, { value: "250.1234", unit: "mL" }, own)).toBe("0.250123");
    expect(ownOf(litres, kg("0.263"), [])).toBeNull();
    expect(within([1n, 3n], { low: "0.333333333333", high: "0.333333333333" })).toBe("high");
    expect(within([1n, 3n], { low: "0.333333333334", high: "1" })).toBe("low");
    expect(within([1n, 3n], { low: "0.333", high: "0.334" })).toBe("within");
  });
});

describe("what portions come to", () => {
  it("MAT-12 counts each portion by the content of its lot, of two claims of one place the most, and corrected ones not", () => {
    expect(shownSum(api, at(api, portion(api, 1, "3.000")).sum)).toBe("2.925");
    const first = portion(api, 1, "3.000"), again = portion(api, 1, "2.900", { corrects: first.id });
    expect(shownSum(api, at(api, first, again).sum)).toBe("2.828");
    expect(shownSum(api, at(api, portion(api, 1, "3.000"), portion(api, 1, "2.500")).sum)).toBe("2.925");
    expect(at(api, portion(api, 1, "3.000", { place: "quarantined" })).portions).toEqual([]);
  });

  it("MAT-12 numbers the next portion, and is done within the limits, both of which belong to them", () => {
    expect(at(api)).toMatchObject({ next: 1, stand: "open" });
    expect(at(api, portion(api, 1, "3.000"), portion(api, 2, "2.128"))).toMatchObject({ next: 3, stand: "done" });
    expect(at(salt, portion(salt, 1, "0.494")).stand).toBe("open");
    expect(at(salt, portion(salt, 1, "0.495")).stand).toBe("done");
    expect(at(salt, portion(salt, 1, "0.505")).stand).toBe("done");
    expect(at(salt, portion(salt, 1, "0.506")).stand).toBe("over");
  });

  it("MAT-12 says what is still to be weighed of the lot at hand", () => {
    const { sum } = at(api, portion(api, 1, "3.000"));
    expect(remaining(api, sum, "5.128")).toBe("2.128");
    expect(bounds(api, sum, "5.128")).toEqual({ low: "2.103", high: "2.153" });
    expect(remaining(api, worth(api, kg("6.000"), "5.000") ?? ZERO, "5.000")).toBe("-1.000");
    expect(standOf(api, worth(api, { value: "5000", unit: "g" }, "5.000") ?? ZERO)).toBe("done");
    expect(worth(api, { value: "5", unit: "pcs" }, "5.000")).toBeNull();
  });

  it("MAT-12 is filled once each line has enough; a compensator waits for what it makes up for", () => {
    const done = [portion(api, 1, "5.128"), portion(filler, 1, "20.000"), portion(salt, 1, "0.500")];
    expect(waitsFor(phase, filler, standings([]), undefined)).toEqual([api]);
    expect(waitsFor(phase, filler, standings(done), undefined)).toEqual([]);
    expect(isFilled(phase, standings(done.slice(1)), undefined)).toBe(false);
    expect(isFilled(phase, standings(done), undefined)).toBe(true);
    expect(filledSlots(phase, standings(done))).toEqual(["20/api/1", "20/filler/1", "20/salt/1"]);
  });
});

interface Row { why: string; line: DispensingLine; basis: Record<string, string | null>; quantity?: string; error?: string; limits?: unknown; conversions?: Conversion[]; portions: { slot: string; net: { value: string; unit: string }; quantity: string }[]; sum: [string, string]; complete: boolean; left?: string | null }
const rows = JSON.parse(readFileSync(join(import.meta.dirname, "../../../tests/vectors/dispensing.json"), "utf8")) as Row[];

describe("the arithmetic that the server has as well", () => {
  it.each(rows.map((row) => [row.why, row] as const))("MAT-12 %s", (_, row) => {
    const found = quantityOf(row.line, row.basis);
    const entries = row.portions.map((one) => portion(row.line, Number(one.slot), "0", {}, { net: one.net, limits: { target: one.quantity } }));
    const { sum, stand } = standingOf({ ...phase, lines: [row.line] }, row.line, standings(entries), { conversions: { [row.line.material]: row.conversions ?? [] } } as unknown as Lease);
    expect(found).toEqual(row.error === undefined ? { quantity: row.quantity } : { error: row.error });
    expect(sum[0] * BigInt(row.sum[1])).toBe(BigInt(row.sum[0]) * sum[1]);
    expect(stand === "done").toBe(row.complete);
    if (!("quantity" in found)) return;
    expect(limitsFor(row.line, found.quantity)).toEqual(row.limits);
    expect(remaining(row.line, sum, found.quantity)).toBe(row.left);
  });
});

const lease = {
  equipment: [{ equipment: "BAL-07", class: "balance" }, { equipment: "MIX-02", class: "blender" }],
  order: { lots: [{ material: "api-1", lot: "A" }, { material: "exc-2", lot: "S" }] },
  lots: [
    { material: "api-1", name: text, lot: "A", status: "released", expiry: "2028-01-31", registered: true },
    { material: "api-1", name: text, lot: "Q", status: "quarantine", expiry: null, registered: true },
    { material: "api-1", name: text, lot: "X", status: "released", expiry: "2026-11-25", registered: true },
    { material: "exc-1", name: { zh: "乳糖", en: "Lactose" }, lot: "E", status: "released", expiry: null, registered: true },
    { material: "exc-2", name: text, lot: "S", status: "released", expiry: null, registered: false },
  ],
  containers: [["A-1", "api-1", "A"], ["A-2", "api-1", "A"], ["Q-1", "api-1", "Q"], ["X-1", "api-1", "X"], ["E-1", "exc-1", "E"]].map(([container, material, lot]) => ({ container, material, lot, quantity: kg("5.000") })),
} as unknown as Lease;
const scan = (code: string, line = api, entries: LocalEntry[] = []) => meant({ text: code, symbology: "]C0", source: "wedge", at: 0 }, { lease, phase, line, entries, subject: "20/api/9", today: "2026-11-26" });

describe("a scan while materials are dispensed", () => {
  it("MAT-12 guesses no lot where a label may be of two", () => {
    const more = { ...lease, order: { lots: [...lease.order.lots, { material: "exc-2", lot: "S2" }] }, lots: [...lease.lots, { ...lease.lots.find((one) => one.lot === "S"), lot: "S2" }] } as unknown as Lease;
    const of = (text: string, symbology = "]C0") => meant({ text, symbology, source: "wedge", at: 0 }, { lease: more, phase, line: salt, entries: [], subject: "20/salt/1", today: "2026-11-26" });
    expect(of("any")).toEqual({ what: "source", container: "any", lot: "" });
    expect(of("10S2\x1d21any", "]d2")).toEqual({ what: "source", container: "any", lot: "S2" });
    expect(of("10OTHER\x1d21any", "]d2")).toEqual({ what: "stop", stop: { code: "lot_unregistered", of: "OTHER" } });
  });

  it("MAT-08 MAT-12 says of a foreign drum that its lot is not registered, and knows ours by the supplier's lot", () => {
    const theirs = { ...lease, lots: lease.lots.map((one) => (one.lot === "S" ? { ...one, supplier_lot: "HY-7" } : one)) } as unknown as Lease;
    const of = (text: string) => meant({ text, symbology: "]d2", source: "wedge", at: 0 }, { lease: theirs, phase, line: salt, entries: [], subject: "20/salt/1", today: "2026-11-26" });
    expect(of("10OTHER\x1d21any")).toEqual({ what: "stop", stop: { code: "lot_unregistered", of: "OTHER" } });
    expect(of("10HY-7\x1d21any")).toEqual({ what: "source", container: "any", lot: "S" });
  });

  it("MAT-12 BRG-04 clears the room, takes over the balance, and names the container with its lot", () => {
    expect(scan("2-114")).toEqual({ what: "room", code: "2-114" });
    expect(scan("BAL-07")).toEqual({ what: "balance", code: "BAL-07" });
    expect(scan("A-1")).toEqual({ what: "source", container: "A-1", lot: "A" });
    expect(scan("whatever", salt)).toEqual({ what: "source", container: "whatever", lot: "S" });
    expect(scan("MIX-02")).toMatchObject({ what: "wrong" });
  });

  it("MAT-12 MAT-08 stops at another material, a container of nobody's, a lot that may not be used, and one that is used up", () => {
    const stop = (code: string, entries: LocalEntry[] = []) => {
      const found = scan(code, api, entries);
      return found.what === "stop" ? found.stop : found;
    };
    expect(stop("E-1")).toEqual({ code: "other_material", of: "E-1", name: { zh: "乳糖", en: "Lactose" } });
    expect(stop("FOREIGN")).toEqual({ code: "not_allocated", of: "FOREIGN" });
    expect(stop("Q-1")).toEqual({ code: "not_released", of: "Q", status: "quarantine" });
    expect(stop("X-1")).toEqual({ code: "expired", of: "X", on: "2026-11-25" });
    // Of work on paper the day of that is asked, whatever the lot is called by now.
    const late = { ...lease, lots: lease.lots.map((one) => (one.lot === "X" ? { ...one, status: "expired" } : one)) } as Lease;
    expect(lotStop("X", { lease: late, line: api, today: "2026-11-25" })).toBeNull();
    expect(lotStop("X", { lease: late, line: api, today: "2026-11-26" })).toEqual({ code: "expired", of: "X", on: "2026-11-25" });
    expect(stop("A-1", [portion(api, 1, "5.000")])).toEqual({ code: "used_up", of: "A-1" });
    expect(stop("A-1", [portion(api, 1, "4.999")])).toMatchObject({ what: "source" });
    // A portion of this batch is no source; the label of the place at hand is its own.
    const poured = portion(salt, 1, "0.500", {}, { into: "B-20-salt-1" });
    expect(stop("B-20-salt-1", [poured])).toEqual({ code: "label_reused", of: "B-20-salt-1" });
    expect(stop("B-20-salt-1", [poured, portion(salt, 1, "0.500", { corrects: poured.id }, { into: "B-20-salt-2" })])).toMatchObject({ code: "not_allocated" });
  });
});

describe("what is at hand", () => {
  const reading = (value: string, unit = "kg"): Reading => ({ id: "r1", device: "b", balance: "BAL-07", serial: "1", model: "m", net: { value, unit }, raw: "S S", captured_at: "2026-11-26T08:00:00.000Z", index: 1 });

  it("MAT-12 goes from room to balance to container to tare to the weight; a typed weight needs neither balance nor tare", () => {
    const cleared = { room: { code: "2-114", scanned: true }, balance: { code: "BAL-07", scanned: true } };
    const source = { ...NOTHING, lot: "A", container: { code: "A-1", scanned: true } };
    expect(stepOf("2-114", UNCLEARED, NOTHING, false)).toBe("room");
    expect(stepOf("2-118", cleared, NOTHING, false)).toBe("room");
    expect(stepOf(null, UNCLEARED, NOTHING, false)).toBe("balance");
    expect(stepOf("2-114", cleared, NOTHING, false)).toBe("source");
    expect(stepOf("2-114", cleared, source, false)).toBe("tare");
    expect(stepOf("2-114", cleared, { ...source, tare: reading("0.250") }, false)).toBe("fill");
    expect(stepOf("2-114", cleared, { ...source, tared: true }, false)).toBe("fill");
    expect(stepOf("2-114", { ...cleared, balance: null }, source, true)).toBe("fill");
  });

  it("MAT-12 has net = gross − tare to the last digit, whichever of them the balance shows", () => {
    const tare = reading("0.250");
    expect(weights(kg("12.902"), { ...NOTHING, tare })).toEqual({ tare: kg("0.250"), net: kg("12.652"), gross: kg("12.902") });
    expect(weights(kg("12.652"), { ...NOTHING, tare, tared: true })).toEqual({ tare: kg("0.250"), net: kg("12.652"), gross: kg("12.902") });
    expect(weights(kg("0.1"), { ...NOTHING, tare })).toEqual({ tare: kg("0.250"), net: kg("-0.150"), gross: kg("0.1") });
    expect(weights(kg("12.652"), { ...NOTHING, tared: true })).toEqual({ tare: null, net: kg("12.652"), gross: null });
    // The unit was changed at the balance: nothing may be subtracted.
    expect(weights({ value: "12902", unit: "g" }, { ...NOTHING, tare })).toBeNull();
  });

  it("BRG-02 takes no reading twice, as weight or as tare", () => {
    expect(readingsOf([portion(api, 1, "1", {}, { reading: { id: "a" }, tare_reading: { id: "b" } }), portion(api, 2, "1", {}, { reading: null })])).toEqual(new Set(["a", "b", undefined]));
  });

  it("MAT-11 MAT-12 has the labels wait of what was dispensed here, until it is in the log and was printed", () => {
    const at = (...entries: LocalEntry[]) => waiting(phase, standings(entries), ["B-api-3"]);
    const mine = (number: number, more: Partial<LocalEntry> = {}) => portion(api, number, "1.000", more, { into: `B-api-${number}` });
    const first = mine(1, { index: 7 });
    expect(at(first, mine(2), mine(3, { index: 8 }), mine(4, { own: false, index: 9 }))).toEqual({ ready: ["B-api-1"], later: ["B-api-2"] });
    // A correction keeps the label, and whoever dispensed it prints it.
    expect(at(first, mine(1, { corrects: first.id, index: 10, own: false }))).toEqual({ ready: ["B-api-1"], later: [] });
  });

  it("MAT-11 MAT-12 has the label of a container wait whose rest was weighed here, by the newest rest", () => {
    const rest = (id: string, container: string, minute: number, more: Partial<LocalEntry> = {}): LocalEntry => ({ ...portion(api, 1, "1.000"), id, kind: RESTED, subject: "20/rest", capturedAt: `2026-11-26T08:0${minute}:00.000Z`, payload: { phase: "20", container, net: kg("1.000") }, ...more });
    const all = [rest("r1", "A-1", 1, { index: 3 }), rest("r2", "A-2", 2), rest("r3", "A-3", 3, { index: 4, own: false }), rest("r4", "A-4", 4, { index: 5, place: "quarantined" })];
    expect(restLabels(phase, all, [])).toEqual({ ready: [{ entry: "r1", container: "A-1" }], later: [{ entry: "r2", container: "A-2" }] });
    expect(restLabels(phase, all, ["r1"]).ready).toEqual([]);
    // Weighed again it says something else again.
    expect(restLabels(phase, [...all, rest("r5", "A-1", 5, { index: 6 })], ["r1"]).ready).toEqual([{ entry: "r5", container: "A-1" }]);
  });

  it("MAT-12 waits for a second person where the weight was typed, or the recipe asks for one at each portion", () => {
    const device = portion(api, 1, "1.000"), typed = portion(api, 2, "1.000", {}, { source: "manual" });
    const ids = (second: Phase["second"]) => unconfirmed([device, typed], "P-2", [{ ...phase, second }]).map(({ id }) => id);
    expect(ids(null)).toEqual([typed.id]);
    expect(ids("portion")).toEqual([device.id, typed.id]);
  });
});
