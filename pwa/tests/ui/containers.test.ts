/** What is said of a container before anything is weighed: the server's rules, as far as a lease and a tablet know. */
import { describe, expect, it } from "vitest";
import type { Lease, LocalEntry, Quantity } from "../../src/core/types";
import { differsBy, doubtOf, leftIn, quantityIn } from "../../src/production/containers";

const kg = (value: string): Quantity => ({ value, unit: "kg" });
const lease = {
  lots: [
    { material: "api-1", lot: "A-1", registered: true },
    { material: "api-1", lot: "A-9", registered: false },
  ],
  containers: [
    { container: "A-1-1", material: "api-1", lot: "A-1", quantity: kg("20.000"), taken: kg("5.000") },
    { container: "A-2-1", material: "api-1", lot: "A-2", quantity: kg("20.000") },
  ],
} as unknown as Lease;

function weighed(id: string, net: string, phase: string, corrects: string | null = null, container = "A-1-1"): LocalEntry {
  return { id, kind: "production.material_weighed.v1", subject: `${phase}/net`, corrects, payload: { container, net: kg(net) } } as unknown as LocalEntry;
}

function doubt(container: string, net: Quantity | null = null, entries: LocalEntry[] = [], lot = "A-1"): string | null {
  return doubtOf(lease, { material: "api-1", lot, container, net, subject: "30/net" }, entries)?.code ?? null;
}

describe("what is doubtful about a container", () => {
  it("PLT-12 says that a lot has labelled containers and none is named", () => {
    expect(doubt("")).toBe("missing");
    expect(doubt("", null, [], "A-9")).toBeNull();
  });

  it("PLT-12 knows the batch's own containers, those of another lot, and no others", () => {
    expect(doubt("A-1-1")).toBeNull();
    expect(doubt("A-1-2")).toBe("not_allocated");
    expect(doubt("A-2-1")).toBe("wrong_lot");
    expect(doubt("anything", null, [], "A-9")).toBeNull();
  });

  it("MAT-06 counts what a balance said in grams as what it is in kilograms", () => {
    const grams = { ...weighed("1", "0", "10"), payload: { container: "A-1-1", net: { value: "5000.0", unit: "g" } } } as unknown as LocalEntry;
    expect(leftIn(lease, "A-1-1", [grams], "30/net")).toEqual(kg("10.000"));
    expect(doubt("A-1-1", { value: "10000.1", unit: "g" }, [grams])).toBe("used_up");
    expect(doubt("A-1-1", { value: "10000.0", unit: "g" }, [grams])).toBeNull();
    expect(doubt("A-1-1", { value: "1", unit: "L" }, [grams])).toBeNull();
  });

  it("MAT-02 reads a balance in kilograms against limits in litres, by the density of the material", () => {
    const density = [{ given: { value: "1", unit: "L" }, equals: kg("0.789") }];
    expect(quantityIn(kg("15.780"), "L", density)).toEqual({ value: "20", unit: "L" });
    // No decimal: rounded at the twelfth place, as the server compares it.
    expect(quantityIn(kg("15.80"), "L", density)).toEqual({ value: "20.025348542459", unit: "L" });
    expect(quantityIn(kg("15.80"), "L")).toBeNull();
    expect(quantityIn(kg("0.012640"), "g")).toEqual({ value: "12.640", unit: "g" });
  });

  it("PLT-12 MAT-06 counts what other batches took, and each place of this one once", () => {
    const taken = [weighed("1", "10.000", "10"), weighed("2", "9.500", "10"), weighed("3", "1.000", "20"), weighed("4", "2.5", "20", "3")];
    expect(leftIn(lease, "A-1-1", taken, "30/net")).toEqual(kg("2.500"));
    expect(doubt("A-1-1", kg("2.500"), taken)).toBeNull();
    expect(doubt("A-1-1", kg("2.501"), taken)).toBe("used_up");
    expect(doubt("A-1-1", null, [...taken, weighed("5", "2.500", "25")])).toBe("used_up");
    expect(doubt("A-1-1", { value: "2500", unit: "g" }, taken)).toBeNull();
    // What the server has refused, or will, takes nothing out.
    const refused = [{ ...weighed("7", "9.000", "25"), place: "quarantined" as const }, weighed("8", "much", "25"), { ...weighed("9", "1", "25"), payload: { container: "A-1-1", net: null } }];
    expect(leftIn(lease, "A-1-1", [...taken, ...refused], "30/net")).toEqual(kg("2.500"));
    // What the place that is being weighed holds already gives way.
    expect(doubt("A-1-1", kg("14.000"), [weighed("6", "15.000", "30")])).toBeNull();
  });
});

describe("what is left in a container and was weighed", () => {
  const at = (hour: number): string => `2026-11-26T${String(hour).padStart(2, "0")}:00:00.000Z`;
  const taken = (id: string, net: string, phase: string, hour: number, corrects: string | null = null): LocalEntry => ({ ...weighed(id, net, phase, corrects), capturedAt: at(hour), flags: [] });
  const rest = (net: Quantity, hour: number, more: Partial<LocalEntry> = {}): LocalEntry =>
    ({ id: `r${hour}`, kind: "production.rest_weighed.v1", subject: "10/rest", corrects: null, capturedAt: at(hour), flags: [], payload: { container: "A-1-1", net }, ...more }) as unknown as LocalEntry;
  const left = (...entries: LocalEntry[]): string | undefined => leftIn(lease, "A-1-1", entries, "30/net")?.value;

  it("MAT-06 MAT-12 is what counts from then on, whatever was reckoned", () => {
    const first = taken("1", "5.000", "10", 8);
    expect(left(first, rest(kg("9.980"), 9))).toBe("9.980");
    expect(left(first, rest({ value: "9980", unit: "g" }, 9), taken("2", "1.000", "20", 10))).toBe("8.980");
    // Of two the later one, whichever came first.
    expect(left(first, rest(kg("9.000"), 11), rest(kg("9.980"), 9))).toBe("9.000");
    // A correction of what was taken before is in what was measured.
    expect(left(first, rest(kg("9.980"), 9), taken("3", "4.000", "10", 10, "1"))).toBe("9.980");
  });

  it("PLT-08 counts once, before and after the lease knows of it", () => {
    const known = { ...lease, containers: [{ ...lease.containers![0]!, quantity: kg("19.980"), measured: at(9) }] } as Lease;
    const entries = [taken("1", "5.000", "10", 8), rest(kg("9.980"), 9), taken("2", "1.000", "20", 10)];
    expect(leftIn(known, "A-1-1", entries, "30/net")).toEqual(kg("8.980"));
    expect(leftIn(lease, "A-1-1", entries, "30/net")).toEqual(kg("8.980"));
  });

  it("PLT-13 goes by what devices had seen and did one after the other, before it goes by clocks", () => {
    const own = { device: "T-1", seq: 2, index: null, seen: 0 }, first = taken("1", "5.000", "10", 8);
    // Set back after the rest was weighed.
    expect(left(first, rest(kg("9.980"), 9, own), { ...taken("2", "1.000", "20", 7), ...own, seq: 3 })).toBe("8.980");
    expect(left(first, rest(kg("9.980"), 9, own), { ...taken("2", "1.000", "20", 7), ...own, device: "T-2", seq: 3 })).toBe("9.980");
    // Another's, whose clock is slow: it had seen the rest. And one whose clock is fast: the rest's device had seen it.
    const known = { device: "T-1", seq: 2, index: 8, seen: 5 };
    expect(left(first, rest(kg("9.980"), 9, known), { ...taken("2", "1.000", "20", 7), device: "T-2", seq: 9, index: 12, seen: 9 })).toBe("8.980");
    expect(left(first, rest(kg("9.980"), 9, known), { ...taken("2", "1.000", "20", 10), device: "T-2", seq: 9, index: 4, seen: 0 })).toBe("9.980");
    // After the lease knew of another measurement, by a clock that is slow.
    const lent = { ...lease, containers: [{ ...lease.containers![0]!, quantity: kg("19.980"), measured: at(10), measured_index: 8 }] } as Lease;
    expect(leftIn(lent, "A-1-1", [rest(kg("9.000"), 9, { ...own, seen: 9 })], "30/net")).toEqual(kg("9.000"));
    expect(leftIn(lent, "A-1-1", [rest(kg("9.000"), 9, own)], "30/net")).toEqual(kg("14.980"));
  });

  it("MAT-12 measures nothing where the server could not vouch for it, or refused it", () => {
    const first = taken("1", "5.000", "10", 8);
    expect(left(first, rest(kg("1.000"), 9, { flags: ["reading_unverified"] }))).toBe("10.000");
    expect(left(first, rest(kg("1.000"), 9, { place: "quarantined" }))).toBe("10.000");
    expect(left(first, rest(kg("9.000"), 9, { flags: ["rest_differs"] }))).toBe("9.000");
  });

  it("MAT-12 differs where it is further off than a thousandth of what was weighed out and is left", () => {
    const first = taken("1", "5.000", "10", 8);
    // Of 20.000 kg, with what another batch took.
    expect(differsBy(lease, "A-1-1", [first], kg("9.980"))).toBeNull();
    expect(differsBy(lease, "A-1-1", [first], kg("9.979"))).toEqual(kg("-0.021"));
    expect(differsBy(lease, "A-1-1", [first], { value: "10021", unit: "g" })).toEqual(kg("0.021"));
    expect(differsBy(lease, "A-9-9", [first], kg("1"))).toBeNull();
  });
});
