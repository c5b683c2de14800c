/** What is wrong with a delivery and what a scan adds to it; the vectors are those of the server. */
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { read } from "../../src/core/reading";
import type { LocalEntry, WarehouseLease } from "../../src/core/types";
import { arriving, type Counted, type Draft, meant } from "../../src/receiving/arriving";
import { amount, came, delivery, missing, more } from "../../src/receiving/counting";
import { labelOf, nextOf, numberOf } from "../../src/receiving/numbering";
import { CONTAINERS_RECEIVED, HandTaker, LOT_RECEIVED, registerOf } from "../../src/receiving/hand";
import { begunOf, waiting } from "../../src/receiving/unfinished";
import { findings, isShort, monthsAfter, retestOf } from "../../src/receiving/rules";
import type { Came, Delivery, Material, Register } from "../../src/receiving/types";

vi.mock("../../src/i18n/index.svelte", async () => {
  const { en } = await import("../../src/i18n/en");
  return { t: () => en, language: { current: "en" } };
});

interface Vectors {
  months: { day: string; months: number; is: string }[]; short: { expiry: string; shelf_life: number; remaining: number; is: boolean }[]; retest: { retest: number | null; expiry: string | null; is: string | null }[];
  numbers: { pattern: string; material: string; period: string; seq: number; is: string }[]; register: Register; delivery: Delivery; findings: { name: string; delivery: Partial<Delivery>; containers: Came[]; is: string[] }[];
}
const vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/receiving.json", import.meta.url), "utf-8")) as Vectors;
const { register } = vectors;
const lactose = register.materials[0] as Material;
const GS = "\x1d";
const draft = (given: Partial<Draft> = {}): Draft => ({ supplier_lot: "", expiry: "", made: "", each: "", location: "", counted: [], ...given });
const counted = (serial: string | null = null, content = ""): Counted => ({ serial, content, damage: null });
const scan = (text: string, given: Partial<Draft> = {}, material = lactose, symbology = "]d2") => arriving(read(text, symbology, 2026), draft(given), material, { ...register, locations: [{ location: "R-01", name: { zh: "", en: "" }, kind: "receiving", storage: null }] });
const draftOf = (found: ReturnType<typeof scan>): Partial<Draft> => {
  if (!("draft" in found)) throw new Error(found.came);
  return found.draft;
};
const cameOf = (found: ReturnType<typeof scan>): string => ("draft" in found ? "taken" : found.came);

describe("MAT-04: a delivery is judged as on the server", () => {
  for (const one of vectors.findings) it(one.name, () => expect(findings({ ...vectors.delivery, ...one.delivery }, one.containers, register)).toEqual(one.is));
  it("tells of where it is put as of any move, quarantine being what it stands in", () => {
    const place = (location: string, kind: string, storage: string | null) => ({ location, name: { zh: "", en: "" }, kind, storage });
    const here = { ...register, locations: [place("R-01", "storage", null), place("P-01", "production", null), place("K-01", "storage", "cold")], materials: register.materials.map((one) => ({ ...one, storage: "normal" })) };
    const put = (...at: (string | null)[]) => findings(vectors.delivery, at.map((location) => ({ quantity: { value: "1", unit: lactose.unit }, location, damage: null })), here);
    const before = put(null);
    expect(put("R-01")).toEqual(before);
    expect(put("R-01", "P-01", "P-01", null)).toEqual([...before, "location_unfit"]);
    expect(put("K-01")).toEqual([...before, "storage_unfit"]);
  });
  it("counts months and days alike", () => {
    for (const one of vectors.months) expect(monthsAfter(one.day, one.months)).toBe(one.is);
    for (const one of vectors.short) expect(isShort(register.day, one.expiry, one.shelf_life, one.remaining)).toBe(one.is);
    for (const one of vectors.retest) expect(retestOf(register.day, one.retest, one.expiry)).toBe(one.is);
  });
});

describe("MAT-04: lot numbers of a handheld", () => {
  it("are spelled as on the server", () => {
    for (const one of vectors.numbers) expect(numberOf(one.pattern, one.material, one.period, one.seq)).toBe(one.is);
    expect(labelOf("LAC-260001", 7)).toBe("LAC-260001-007");
  });
  it("come from its own blocks, each once, whichever material had the last one; and end", () => {
    const blocks = [{ pattern: "{material}-{yy}{seq:4}", period: "2026", first: 21, last: 22 }, { pattern: "{material}-{yy}{seq:4}", period: "2026", first: 61, last: 61 }];
    const used: { material: string; lot: string }[] = [{ material: "LAC", lot: "OLD-1" }];
    const given: (string | null)[] = [];
    for (const material of ["LAC", "BOX", "LAC", "LAC"]) {
      const lot = nextOf(blocks, material, used);
      given.push(lot);
      if (lot) used.push({ material, lot });
    }
    expect(given).toEqual(["LAC-260021", "BOX-260022", "LAC-260061", null]);
  });
});

describe("MAT-10: what a scan adds to a delivery", () => {
  it("takes lot, expiry, date of making and mass from the first code, and counts it", () => {
    const taken = draftOf(scan(`10L2611-7${GS}1728103111261101310200500021S1${GS}240LAC`));
    expect(taken).toEqual({ supplier_lot: "L2611-7", expiry: "2028-10-31", made: "2026-11-01", counted: [counted("S1", "50.00")] });
  });
  it("never lets a code without an expiry erase one", () => {
    const found = scan(`10L2611-7${GS}21S2`, { supplier_lot: "L2611-7", expiry: "2028-10-31", counted: [counted("S1")] });
    expect(draftOf(found)).toEqual({ counted: [counted("S1"), counted("S2")] });
    expect("note" in found && found.note).toBeNull();
    expect((scan("10L2611-7") as { note: string | null }).note).toContain("no expiry");
  });
  it("tells another material, lot, expiry, a container that is counted, a wrong check digit", () => {
    const known = { supplier_lot: "L2611-7", expiry: "2028-10-31", counted: [counted("S1")] };
    expect(cameOf(scan(`10L2611-7${GS}240BOX`, known))).toContain("BOX");
    expect(cameOf(scan(`10L9${GS}21S9`, known))).toContain("L9");
    expect(cameOf(scan(`10L2611-7${GS}1729010121S9`, known))).toContain("2029-01-01");
    expect(cameOf(scan(`10L2611-7${GS}21S1`, known))).toContain("counted already");
    expect(cameOf(scan("010950600013435310L2611-7", known))).toContain("check digit");
    expect(cameOf(scan("PESTLE-EQUIPMENT:1:BAL-07", known))).toContain("BAL-07");
  });
  it("takes a plain code for the supplier's lot, and the code of a location for where it is put", () => {
    expect(draftOf(arriving({ what: "plain", name: "X7" }, draft(), lactose, register))).toEqual({ supplier_lot: "X7", counted: [counted()] });
    expect(draftOf(arriving({ what: "plain", name: "X7" }, draft({ supplier_lot: "X7", counted: [counted()] }), lactose, register)).counted).toHaveLength(2);
    expect(cameOf(arriving({ what: "plain", name: "Y8" }, draft({ supplier_lot: "X7" }), lactose, register))).toContain("Y8");
    expect(draftOf(scan("R-01", {}, lactose, ""))).toEqual({ location: "R-01" });
    expect(draftOf(scan("PESTLE-LOCATION:1:R-01"))).toEqual({ location: "R-01" });
    expect(cameOf(scan("PESTLE-LOCATION:1:R-99"))).toContain("R-99");
  });
  it("leaves the mass of a code that counts several, and of what no kilogram leads to", () => {
    const box = register.materials[1] as Material;
    expect(draftOf(scan(`02095060001343523712${GS}310200500010L1`)).counted).toEqual([counted()]);
    expect(draftOf(scan(`310200500010L1`, {}, box)).counted).toEqual([counted()]);
  });
  it("finds the lines that it may mean before one is chosen", () => {
    const lines = (text: string, symbology = "]d2") => meant(read(text, symbology, 2026), register);
    expect(lines(`240LAC${GS}10X`)).toEqual([{ order: "PO-2026-0001", line: 1 }]);
    expect(lines("400PO-2026-0001")).toEqual([{ order: "PO-2026-0001", line: 1 }]);
    expect(lines("PO-2026-0001", "")).toHaveLength(1);
    expect(lines("10X")).toEqual([]);
  });
});

describe("MAT-04: what is taken in", () => {
  it("is each container with its own amount or that of all, and nothing is guessed", () => {
    const made = draft({ supplier_lot: "X", each: "025,0", location: "R-01", counted: more([counted("S", "24.9")], 2) });
    expect(came(made, "kg").map((one) => one.quantity.value)).toEqual(["24.9", "25.0", "25.0"]);
    expect(came({ ...made, each: "" }, "kg")).toHaveLength(1);
    expect([missing(made), missing({ ...made, each: "0" }), missing(draft())]).toEqual([[], ["each"], ["supplier_lot", "counted"]]);
    expect([amount("1e3"), amount("-1"), amount("0.0"), amount("00.5")]).toEqual([null, null, null, "0.5"]);
    expect([amount("１２．５"), amount("12。5"), amount("0,125"), amount("1,5")], "as a Chinese keyboard or a number pad has them").toEqual(["12.5", "12.5", "0.125", "1.5"]);
    expect([amount("1,000"), amount("12,500.5"), amount("1，000")], "a thousand is not one").toEqual([null, null, null]);
    const said = delivery({ material: "LAC", order: null, line: null, supplier: null, supplier_name: "?" }, made, { manufacturer: "", delivery_note: " DN ", comment: "", damage: null });
    expect([said.delivery_note, said.comment, said.expiry, said.supplier_lot]).toEqual(["DN", null, null, "X"]);
  });
});

describe("MAT-04: a handheld receives by itself", () => {
  const block = { pattern: "{material}-{yy}{seq:4}", period: "2026", first: 21, last: 22 };
  const lease = { ...register, receiving: { rule: register.rule, blocks: [block] }, warehouse: { area: "raw", day: "2026-11-26", size: 100 } } as unknown as WarehouseLease;
  const given: Delivery = { ...vectors.delivery, order: "PO-2026-0001", line: 1 };
  const drums = (n: number): Came[] => Array.from({ length: n }, () => ({ quantity: { value: "0.250", unit: "kg" }, location: null, damage: null }));
  type Said = [kind: string, subject: string, payload: Record<string, unknown>];
  const entryOf = ([kind, , payload]: Said, index: number | null = null, place = "device"): LocalEntry => ({ kind, payload, index, place, own: true }) as unknown as LocalEntry;

  it("records the lot under the next number of its block, then its containers a hundred at a time", async () => {
    const said: Said[] = [];
    const taken = await new HandTaker(async (...one) => void said.push(one), []).take(given, drums(120), registerOf(lease, [], register.day), [block], []);
    expect([taken.lot, taken.retest, taken.containers.length, taken.containers[119]]).toEqual(["LAC-260021", "2027-11-26", 120, "LAC-260021-120"]);
    expect(said.map(([kind, subject, payload]) => [kind, subject, (payload.containers as unknown[]).length ?? payload.containers])).toEqual([[LOT_RECEIVED, "lot/LAC/LAC-260021", 120], [CONTAINERS_RECEIVED, "lot/LAC/LAC-260021", 100], [CONTAINERS_RECEIVED, "lot/LAC/LAC-260021", 20]]);
    expect(said[0]?.[2]).toEqual({ ...given, lot: "LAC-260021", retest: "2027-11-26", quantity: { value: "30.000", unit: "kg" }, containers: 120 });
  });

  it("goes on with the same lot where the disk failed half-way, and never uses a number twice", async () => {
    const said: Said[] = [];
    let full = true;
    const taker = new HandTaker(async (...one) => {
      if (one[0] === CONTAINERS_RECEIVED && full) throw new Error("storage_full");
      said.push(one);
    }, []);
    await expect(taker.take(given, drums(2), registerOf(lease, [], register.day), [block], [])).rejects.toThrow("storage_full");
    full = false;
    expect((await taker.take(given, drums(2), registerOf(lease, [], register.day), [block], said.map((one) => entryOf(one)))).lot).toBe("LAC-260021");
    expect((await taker.take(given, drums(2), registerOf(lease, [], register.day), [block], said.map((one) => entryOf(one)))).lot).toBe("LAC-260022");
    await expect(taker.take(given, drums(2), registerOf(lease, [], register.day), [block], said.map((one) => entryOf(one)))).rejects.toMatchObject({ code: "lot_numbers_gone" });
    expect(said.map(([kind]) => kind)).toEqual([LOT_RECEIVED, CONTAINERS_RECEIVED, LOT_RECEIVED, CONTAINERS_RECEIVED]);
  });

  it("goes on after a reload with the lot that it had begun, and takes in nothing twice", async () => {
    const said: Said[] = [];
    const first = new HandTaker(async (...one) => {
      if (said.length === 2) throw new Error("the page was closed");
      said.push(one);
    }, ["LAC-260021"]);
    const old = entryOf([LOT_RECEIVED, "", { ...given, lot: "LAC-260021", retest: null, containers: 120 }]);
    const recorded = (): LocalEntry[] => [old, ...said.map((one) => entryOf(one))];
    await expect(first.take(given, drums(120), registerOf(lease, [], register.day), [block], recorded())).rejects.toThrow("closed");
    expect(begunOf(given, drums(120), recorded(), ["LAC-260021"])).toMatchObject({ lot: "LAC-260022", labels: { length: 100 } });
    // The next page knows what was counted, and which lots were there before.
    const record = async (...one: Said) => void said.push(one);
    const taken = await new HandTaker(record, ["LAC-260021"]).take(given, drums(120), registerOf(lease, [], "2026-11-27"), [block], recorded());
    expect([taken.lot, taken.retest, said.length]).toEqual(["LAC-260022", "2027-11-26", 3]);
    expect((said[2]?.[2].containers as { container: string }[])[0]?.container).toBe("LAC-260022-101");
    // Closed after the last record, before that was forgotten: nothing more is recorded.
    await new HandTaker(record, ["LAC-260021"]).take(given, drums(120), registerOf(lease, [], register.day), [block], recorded());
    expect(said).toHaveLength(3);
  });

  it("divides what would be too large for an entry", async () => {
    const said: Said[] = [];
    const torn = drums(30).map((one) => ({ ...one, damage: { text: "破".repeat(2000), photos: [] } }));
    await new HandTaker(async (...one) => void said.push(one), []).take(given, torn, registerOf(lease, [], register.day), [block], []);
    for (const [, , payload] of said) expect(new TextEncoder().encode(JSON.stringify(payload)).length).toBeLessThan(48 * 1024);
    expect(said.slice(1).flatMap(([, , payload]) => payload.containers)).toHaveLength(30);
  });

  it("says so where the plant's rule makes a number that no label takes", async () => {
    const long = { ...block, pattern: `{material}-${"X".repeat(75)}{seq:4}` };
    await expect(new HandTaker(async () => {}, []).take(given, drums(1), registerOf(lease, [], register.day), [long], [])).rejects.toMatchObject({ code: "lot_number_long" });
  });

  it("lists the labels that wait to be printed, those first that the log has", () => {
    const part = (label: string, index: number | null) => entryOf([CONTAINERS_RECEIVED, "", { material: "LAC", lot: "L", containers: [{ container: label }] }], index);
    expect(waiting([part("L-001", 7), part("L-002", null), part("L-003", 8)], ["L-003"])).toEqual({ ready: ["L-001"], later: ["L-002"] });
  });

  it("counts what was recorded since the lease against the order, and nothing twice", () => {
    const came = (value: string, index: number | null, place = "device") => entryOf([LOT_RECEIVED, "", { ...given, lot: "L", quantity: { value, unit: "kg" } }], index, place);
    const after = (...entries: LocalEntry[]) => registerOf(lease, entries, register.day).orders[0]?.lines[0];
    expect(after(came("10.5", null))).toMatchObject({ received: "50.5", open: "49.500" });
    expect(after(came("10.5", 99))).toMatchObject({ received: "40", open: "60.000" });
    expect(after(came("10.5", 100), came("1", null, "quarantined"))).toMatchObject({ received: "50.5", open: "49.500" });
    expect(after(came("75", null))).toMatchObject({ received: "115", open: "0.000" });
    expect(findings(given, drums(1), registerOf(lease, [came("65", null)], register.day))).toEqual(["over_delivered"]);
  });
});
