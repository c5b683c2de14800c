/** What stands in a batch is read from its entries alone, whoever made them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { LocalEntry, Phase } from "../../src/core/types";
import { RESTED } from "../../src/production/containers";
import { SPECIMEN } from "../../src/production/packaging/printed";
import { DECIDED, KIND, SINGLE, isDone, isStarted, limitsOf, limitsOfSlot, phaseOf, progress, slots, standings } from "../../src/production/progress";

const text = { zh: "步骤", en: "Phase" };
const blank = { name: text, instruction: text, room: null, equipment: null };
const clearance: Phase = { ...blank, id: "10", type: "line_clearance", items: [{ id: "a", text }] };
const weighing: Phase = { ...blank, id: "20", type: "weighing", material: "API", low: "1.9", high: "2.1", target: "2.0", unit: "kg", decimals: 1 };
const blending: Phase = { ...blank, id: "40", type: "parameters", parameters: [{ id: "time", name: text, unit: "min", low: "14", high: "16", target: null, decimals: 0 }] };
const weight = { id: "weight", name: text, unit: "mg", low: "110", high: "118", target: "114", decimals: 1, samples: 2 };
const compression: Phase = { ...blank, id: "50", type: "in_process", rounds: 2, checks: [weight, { ...weight, id: "hardness" }] };

let made = 0;
function entry(kind: string, subject: string, more: Partial<LocalEntry> = {}): LocalEntry {
  made += 1;
  const [phase] = subject.split("/");
  return {
    id: `e${made}`, kind, subject, actor: "P-0001", device: "tablet-1", seq: made, capturedAt: "2026-11-22T09:30:00.000Z", offset: 480, recordedAt: null, corrects: null, reason: null,
    payload: { batch: "B1", phase }, place: "device", flags: [], index: null, own: true, signature: "right", ...more,
  };
}

it("PRD-05 names the slots of a phase in the order of work", () => {
  expect(slots(clearance)).toEqual(["10/clearance"]);
  expect(slots(weighing)).toEqual(["20/net"]);
  expect(slots(blending)).toEqual(["40/time"]);
  expect(slots(compression)).toEqual(["50/weight/1", "50/hardness/1", "50/weight/2", "50/hardness/2"]);
});

/** The table that the server's test goes through as well: which kinds rival in a slot. */
interface Row { kind: string; slot: string; mine: Record<string, unknown>; theirs: Record<string, unknown>; conflict: "values" | "corrections" }
const rows = JSON.parse(readFileSync(join(import.meta.dirname, "../../../tests/vectors/slots.json"), "utf8")) as Row[];

describe("two tablets in one slot", () => {
  it("PLT-10 rival in the kinds in which the server finds a conflict", () => {
    expect([...new Set(rows.filter(({ conflict }) => conflict === "values").map(({ kind }) => kind))].sort()).toEqual([...SINGLE].sort());
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set([...Object.values(KIND), RESTED, SPECIMEN]));
  });

  it.each(rows.map((row) => [row.kind, row.slot, row] as const))("PLT-10 %s %s: both values, and QA's decision", (kind, slot, row) => {
    const mine = entry(kind, slot, { payload: row.mine, index: 3 });
    const theirs = entry(kind, slot, { payload: row.theirs, own: false, device: "tablet-2", index: 4 });
    const standing = standings([mine, theirs]).get(slot);
    if (row.conflict === "corrections") return expect(standing).toBeUndefined();
    expect([standing?.claims, standing?.conflict]).toEqual([[mine, theirs], true]);
    const payload = { batch: "B1", conflict: "c1", chosen: theirs.id, reason: "read by two" };
    const decision = entry(DECIDED, "c1", { own: false, device: "server", index: 6, payload });
    const decided = standings([mine, theirs, decision]).get(slot);
    expect([decided?.claims, decided?.conflict, decided?.decision]).toEqual([[theirs], false, decision]);
    // Corrections of one value rival like values.
    const again = [entry(kind, slot, { corrects: mine.id }), entry(kind, slot, { corrects: mine.id, own: false })];
    expect(standings([mine, ...again]).get(slot)).toMatchObject({ claims: again, conflict: true });
  });
});

describe("standings", () => {
  it("PLT-07 shows the correction as the standing value and keeps the corrected one in its history", () => {
    const first = entry(KIND.parameter, "40/time");
    const second = entry(KIND.parameter, "40/time", { corrects: first.id, reason: "misread" });
    const standing = standings([first, second]).get("40/time");
    expect(standing?.claims).toEqual([second]);
    expect(standing?.history).toEqual([first, second]);
    expect(standing?.conflict).toBe(false);
  });

  it("PLT-10 shows what QA has decided, takes nobody else's word for it, and opens again for what comes later", () => {
    const mine = entry(KIND.parameter, "40/time", { index: 3 });
    const other = entry(KIND.parameter, "40/time", { own: false, device: "tablet-2", index: 4 });
    const said = { own: false, device: "server", index: 6, payload: { batch: "B1", conflict: "c1", chosen: other.id, reason: "it was read by two" } };
    const decision = entry(DECIDED, "c1", said);
    const decided = standings([mine, other, decision]).get("40/time");
    expect([decided?.claims, decided?.conflict, decided?.decision]).toEqual([[other], false, decision]);
    expect(decided?.history).toEqual([mine, other]);
    for (const forged of [{ device: "tablet-2" }, { signature: "wrong" as const }, { signature: "unknown" as const }, { index: null }]) {
      expect(standings([mine, other, entry(DECIDED, "c1", { ...said, ...forged })]).get("40/time")?.conflict).toBe(true);
    }
    const late = entry(KIND.parameter, "40/time", { device: "tablet-3", own: false });
    expect(standings([mine, other, decision, late]).get("40/time")?.claims).toEqual([other, late]);
  });

  it("PLT-10 marks two claims of one slot as a conflict, and two corrections of one entry too", () => {
    const mine = entry(KIND.parameter, "40/time");
    const other = entry(KIND.parameter, "40/time", { own: false, device: "tablet-2" });
    expect(standings([mine, other]).get("40/time")?.conflict).toBe(true);
    const a = entry(KIND.parameter, "40/time", { corrects: mine.id });
    const b = entry(KIND.parameter, "40/time", { corrects: mine.id, own: false });
    expect(standings([mine, a, b]).get("40/time")?.claims).toEqual([a, b]);
    expect(standings([mine, a, b]).get("40/time")?.conflict).toBe(true);
  });

  it("PRD-05 ends a conflict when one of the claims is corrected away", () => {
    const mine = entry(KIND.parameter, "40/time");
    const other = entry(KIND.parameter, "40/time");
    const again = entry(KIND.parameter, "40/time", { corrects: other.id });
    const third = entry(KIND.parameter, "40/time", { corrects: mine.id });
    expect(standings([mine, other, again]).get("40/time")?.claims).toEqual([mine, again]);
    expect(standings([mine, other, again, third]).get("40/time")?.claims).toEqual([again, third]);
  });

  it("PLT-14 lets quarantined input claim nothing, and remarks have no slot", () => {
    const refused = entry(KIND.parameter, "40/time", { place: "quarantined" });
    expect(standings([refused, entry(KIND.remark, "40/remark")]).size).toBe(0);
  });
});

describe("progress", () => {
  const phases = [clearance, weighing];

  it("PRD-05 starts at the first phase and ends when all are completed", () => {
    expect(progress(phases, [])).toEqual({ done: 0, started: false, current: clearance });
    const done = [entry(KIND.started, "10/started"), entry(KIND.completed, "10/completed")];
    expect(progress(phases, done)).toEqual({ done: 1, started: true, current: weighing });
    expect(progress(phases, [...done, entry(KIND.completed, "20/completed")]).current).toBeNull();
  });

  it("PRD-05 counts a phase as started when somebody recorded in it without saying so", () => {
    const weighed = entry(KIND.weighed, "20/net");
    expect(isStarted(weighing, [weighed])).toBe(true);
    expect(isStarted(clearance, [weighed])).toBe(false);
    expect(isDone(weighing, [weighed])).toBe(false);
  });
});

it("PRD-05 copies the limits of the frozen phase into what is recorded", () => {
  expect(limitsOf(weighing)).toEqual({ low: "1.9", high: "2.1", target: "2.0", unit: "kg" });
  expect(limitsOfSlot(blending, "40/time")).toEqual({ low: "14", high: "16", target: null, unit: "min" });
  expect(limitsOfSlot(compression, "50/weight/2")).toEqual({ low: "110", high: "118", target: "114", unit: "mg" });
  expect(limitsOfSlot(clearance, "10/clearance")).toBeNull();
});

it("PRD-05 finds the phase of an entry in its payload, else in its subject", () => {
  expect(phaseOf({ subject: "40/time", payload: { phase: "41" } })).toBe("41");
  expect(phaseOf({ subject: "40/time", payload: {} })).toBe("40");
});
