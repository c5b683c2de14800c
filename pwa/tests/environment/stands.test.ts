import { describe, expect, it } from "vitest";
import { between, bounds, excursions, gaps, late, minutes, worst } from "../../src/environment/stands";
import type { Course, PhaseRoom, RoomLine, RoomValue } from "../../src/environment/types";

const NOW = "2026-11-22T10:00:00.000Z";
const limit = { alert_low: "19", alert_high: "25", action_low: null, action_high: "26" };
const value = (more: Partial<RoomValue> = {}): RoomValue => ({ quantity: "temperature", unit: "°C", sensor: "S-1", value: "21.50", at: "2026-11-22T09:50:00.000Z", level: null, limit, ...more });
const room = (values: RoomValue[], gap: number | null = 15): RoomLine => ({ room: "R-1", sensors: ["S-1"], longest_gap: gap, values });
const course = (more: Partial<Course> = {}): Course => ({ quantity: "temperature", unit: "°C", sensor: "S-1", limit, count: 1, minimum: "21", mean: "21", maximum: "21", gap: { from: NOW, to: NOW, minutes: 0, over: false }, excursions: [], ...more });
const phase = (id: string, ...quantities: Course[]): PhaseRoom => ({ phase: id, name: { zh: id, en: id }, room: "R-1", from: NOW, to: NOW, ended: true, sensors: [], longest_gap: 15, changes: [], quantities });

describe("how a room stands", () => {
  it("is late beyond its longest gap and where it was never read", () => {
    expect(late(value(), 10, NOW)).toBe(false);
    expect(late(value({ at: "2026-11-22T09:49:59.999Z" }), 10, NOW)).toBe(true);
    expect(late(value({ at: null, value: null }), 10, NOW)).toBe(true);
    expect(late(value({ at: null, value: null }), null, NOW)).toBe(false);
  });

  it("is the worst of all its values", () => {
    expect(worst(room([value()]), NOW)).toBeNull();
    expect(worst(room([value({ level: "alert" })]), NOW)).toBe("alert");
    expect(worst(room([value({ level: "alert" }), value({ at: null })]), NOW)).toBe("late");
    expect(worst(room([value({ at: null }), value({ level: "action" })]), NOW)).toBe("action");
  });

  it("says bounds that are there", () => {
    expect([bounds(limit, "alert"), bounds(limit, "action"), bounds(null, "alert")]).toEqual(["19–25", "≤ 26", ""]);
    expect([between("12", null), between(null, null)]).toEqual(["≥ 12", ""]);
    expect(minutes("2026-11-22T09:50:30.000Z", NOW)).toBe(9);
  });
});

describe("what a reviewer reads first", () => {
  const out = (level: string): Course["excursions"][number] => ({ level, from: NOW, to: NOW, value: "27" });

  it("is beyond action limits, whichever phase it was in", () => {
    const phases = [phase("10", course({ excursions: [out("alert")] })), phase("20", course({ excursions: [out("action")] }))];
    expect(excursions(phases).map((one) => [one.of.phase, one.excursion.level])).toEqual([["20", "action"], ["10", "alert"]]);
  });

  it("tells gaps that are too long", () => {
    const gap = { from: NOW, to: NOW, minutes: 16, over: true };
    expect(gaps([phase("10", course(), course({ quantity: "humidity", gap }))]).map(({ one }) => one.quantity)).toEqual(["humidity"]);
  });
});
