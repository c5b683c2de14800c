import { describe, expect, it } from "vitest";
import { forPerson, samplesHeld, stepOf } from "../../src/inspection/custody";
import { done, looked, sampleNumber } from "../../src/inspection/taking";
import type { LocalEntry } from "../../src/core/types";
import { complete, type Draft, nextSteps, taken } from "../../src/inspection/types";

const line = (container: string, quantity: string, more: Partial<Draft> = {}): Draft => ({ container, quantity, insteadOf: null, reason: "", ...more });

describe("taking samples and handing them on (QUA-02)", () => {
  it("QUA-02: a sample is complete when something was taken of every container", () => {
    expect(complete([line("A-1", "0.020"), line("A-2", " 5 ")], "kg")).toBe(true);
    for (const lines of [[], [line("A-1", "")], [line("A-1", "0")], [line("A-1", "0.00")], [line("A-1", "-1")], [line("A-1", "1,5")]]) expect(complete(lines, "kg"), JSON.stringify(lines)).toBe(false);
    expect(complete([line("A-1", "1")], " ")).toBe(false);
  });

  it("QUA-02: what was opened instead, and why, goes with its container", () => {
    expect(taken([line("A-1", " 0.020 "), line("A-9", "0.1", { insteadOf: "A-2", reason: " dented " })], "kg ")).toEqual([
      { container: "A-1", quantity: { value: "0.020", unit: "kg" }, instead_of: null, reason: null },
      { container: "A-9", quantity: { value: "0.1", unit: "kg" }, instead_of: "A-2", reason: "dented" },
    ]);
  });

  it("QUA-02: without a network a device knows what was drawn, and what has been opened since", () => {
    const inspected = { inspection: "INS-2026-0001", lot: "A-5/2", sampling: { identity: "drawn", quantity: null, retained: null, instruction: null }, drawn: ["A-1", "A-2"], missing: ["A-1", "A-2"], labelled: 9 };
    const entry = (more: Partial<LocalEntry>): LocalEntry => ({ kind: "quality.sample_taken.v1", place: "sent", payload: { inspection: "INS-2026-0001", containers: [{ container: "A-9", instead_of: "A-2", reason: "x" }] }, ...more }) as unknown as LocalEntry;
    expect([...done([entry({}), entry({ place: "quarantined" }), entry({ kind: "materials.container_moved.v1" })], "INS-2026-0001")]).toEqual(["A-9", "A-2"]);
    expect(done([entry({})], "INS-2026-0002").size).toBe(0);
    expect(done([entry({ payload: { inspection: "INS-2026-0001", purpose: "retained", containers: [{ container: "A-1", instead_of: null, reason: null }] } })], "INS-2026-0001").size).toBe(0);
    const code = (label: string, material: string | null, lot = "A-5/2"): string => looked(inspected, label, material === null ? null : { material, lot }, "api-1", new Set(["A-2"])).code;
    expect([code("A-1", "api-1"), code("A-2", "api-1"), code("A-3", "api-1"), code("A-1", "api-1", "B"), code("A-1", "lac-1"), code("A-1", null)]).toEqual(["drawn", "sampled", "not_drawn", "other_lot", "other_material", "unknown"]);
    expect(sampleNumber("INS-2026-0001", new Uint8Array([0, 31, 32, 7, 255]))).toBe("SMP-2026-0001-2Z29Z");
  });

  it("QUA-02: what was handed over is received next, and what was destroyed goes nowhere", () => {
    expect(nextSteps({ state: "taken", purpose: "test" })).toEqual(["handed", "stored"]);
    expect(nextSteps({ state: "taken", purpose: "retained" })[0]).toBe("stored");
    expect(nextSteps({ state: "handed", purpose: "test" })).toEqual(["received"]);
    expect(nextSteps({ state: "destroyed", purpose: "test" })).toEqual([]);
  });

  it("QUA-02, PLT-12: without a network a device knows whose hands a sample is in, from its lease and what came since", () => {
    const lent = (sample: string, holder: string, to: string | null) => ({ sample, inspection: "INS-2026-0001", material: "api-1", lot: "A-5/2", purpose: "test" as const, holder, to });
    const lease = { samples: [lent("S-2", "zhao", "qian"), lent("S-1", "zhao", null)], inspections: [], warehouse: { area: "raw", day: "2026-11-26", size: 40 } };
    let at = 0;
    const entry = (actor: string, sample: string, step: string, to: string | null = null, more: Partial<LocalEntry> = {}): LocalEntry => ({ kind: "quality.sample_handed.v1", actor, place: "device", index: null, capturedAt: `2026-11-26T08:00:${String(10 + at++)}.000Z`, payload: { sample, step, to }, ...more }) as unknown as LocalEntry;
    const held = (entries: LocalEntry[]) => samplesHeld(lease, entries).map((one) => [one.sample, one.state, one.holder, one.to]);
    expect(held([])).toEqual([["S-2", "handed", "zhao", "qian"], ["S-1", "taken", "zhao", null]]);
    const over = entry("zhao", "S-1", "handed", "qian");
    const received = entry("qian", "S-2", "received");
    expect(held([received, over])).toEqual([["S-2", "received", "qian", null], ["S-1", "handed", "zhao", "qian"]]);
    // What the lease knew already, and what the server did not take, change nothing.
    expect(held([{ ...received, index: 12 } as LocalEntry, { ...over, place: "quarantined" } as LocalEntry])).toEqual(held([]));
    const taken = entry("zhao", "S-3", "", null, { kind: "quality.sample_taken.v1", payload: { sample: "S-3", inspection: "INS-2026-0009", purpose: "retained" } });
    expect(held([taken])[0]).toEqual(["S-3", "taken", "zhao", null]);
    const all = samplesHeld(lease, [taken]);
    expect(forPerson(all, "zhao").map((one) => [one.sample, stepOf(one, "zhao")])).toEqual([["S-3", "handed"], ["S-1", "handed"]]);
    expect(forPerson(all, "qian").map((one) => [one.sample, stepOf(one, "qian")])).toEqual([["S-2", "received"]]);
    expect(forPerson(all, undefined)).toEqual([]);
  });
});
