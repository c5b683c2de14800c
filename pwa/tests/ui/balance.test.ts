/** Where a balance stands for a weighing: each state that has to be told, and silence while all is as it should be. */
import { describe, expect, it } from "vitest";
import type { Gates, LiveWeight, Reading } from "../../src/core/types";
import { barredBy, endOf, standing, stands } from "../../src/production/balance";

type Seen = Parameters<typeof standing>[0];
const live = (quality: LiveWeight["quality"], value: string | null = null, unit = "kg"): LiveWeight => ({ balance: "BAL-07", net: value === null ? null : { value, unit }, quality, at: "2026-11-26T08:00:00.000Z" });
const reading = (value: string, unit = "kg"): Reading => ({ id: "r1", device: "bridge-1", balance: "BAL-07", serial: "1", model: "m", net: { value, unit }, raw: `S S ${value} kg`, captured_at: "2026-11-26T08:00:00.000Z", index: 1 });
const at = (seen: Partial<Seen>): ReturnType<typeof standing> => standing({ live: null, before: "kg", last: undefined, taken: false, unit: "kg", fits: true, stale: false, ...seen });

describe("standing", () => {
  it("BRG-04 tells a balance that is lost in the middle, and not one that was never there", () => {
    expect(at({ live: null })).toEqual({ code: "lost" });
    expect(at({ live: live("lost"), last: reading("12.640") })).toEqual({ code: "lost" });
    expect(at({ live: null, before: null })).toBeNull();
  });

  it("BRG-02 tells overload, underload and a scale that states no stability, whatever was read before", () => {
    for (const quality of ["overload", "underload", "unknown"] as const) expect(at({ live: live(quality, "12.640"), last: reading("12.640") })).toEqual({ code: quality });
  });

  it("BRG-02 tells a unit that cannot be said in the step's, and one that was changed meanwhile, moving or stable", () => {
    for (const quality of ["dynamic", "stable"] as const) {
      expect(at({ live: live(quality, "12640", "pcs"), fits: false })).toEqual({ code: "unit", shown: "pcs", wanted: "kg" });
      expect(at({ live: live(quality, "12640", "g") })).toEqual({ code: "unit_changed", shown: "g", was: "kg" });
      expect(at({ live: live(quality, "12640", "g"), before: "g" })).toBeNull();
      expect(at({ live: live(quality, "12640", "g"), before: "" })).toBeNull();
    }
  });

  it("BRG-02 tells drift: the value moved by a few steps after it had come to rest", () => {
    expect(at({ live: live("stable", "12.643"), last: reading("12.640"), stale: true })).toEqual({ code: "drift", kept: { value: "12.640", unit: "kg" }, shown: { value: "12.643", unit: "kg" } });
    expect(at({ live: live("stable", "12.645"), last: reading("12.640"), stale: true })?.code).toBe("drift");
  });

  it("BRG-02 takes more than a few steps for a load whose reading is still under way", () => {
    expect(at({ live: live("stable", "12.646"), last: reading("12.640"), stale: true })).toBeNull();
    expect(at({ live: live("stable", "12.643"), last: reading("12.640"), stale: false })).toBeNull();
  });

  it("BRG-02 tells a weight that an entry has already, also after it drifted", () => {
    expect(at({ live: live("stable", "12.640"), last: reading("12.640"), taken: true, stale: true })).toEqual({ code: "taken" });
    expect(at({ live: live("stable", "12.641"), last: reading("12.640"), taken: true, stale: true })).toEqual({ code: "taken" });
  });

  it("BRG-02 is silent while a weight moves, rests or can be taken", () => {
    expect(at({ live: live("dynamic", "12.1") })).toBeNull();
    expect(at({ live: live("dynamic") })).toBeNull();
    expect(at({ live: live("stable", "12.640"), last: reading("12.640") })).toBeNull();
    expect(at({ live: live("stable", "12.640"), stale: true })).toBeNull();
  });
});

const CHECKED = "2026-11-26T08:00:00.000Z";
const now = Date.parse(CHECKED);
const gates = (verdict: string | null, changed: Partial<Gates> = {}): Gates => ({
  capacity: { value: "30.000", unit: "kg" }, minimum: { value: "82", unit: "g" }, check_hours: 24, weights: [{ weight: "F1", nominal: { value: "20.000", unit: "kg" }, tolerance: "0.002" }],
  checks: verdict ? [{ weight: "F1", verdict, at: CHECKED }] : [], ...changed,
});
const kg = (value: string): { value: string; unit: string } => ({ value, unit: "kg" });
const codes = (of: Gates | null, net: { value: string; unit: string } | null, at = now): string[] => barredBy(of, net, at).map((one) => one.code);

describe("what a balance may be used for", () => {
  it("EQP-04 bars what is beyond its range or below its minimum weight, in any unit; both ends belong to it", () => {
    const of = gates("passed");
    expect(codes(of, kg("0.082"))).toEqual([]);
    expect(codes(of, kg("0.081"))).toEqual(["too_little"]);
    expect(codes(of, { value: "81.9", unit: "g" })).toEqual(["too_little"]);
    expect(codes(of, kg("30.000"))).toEqual([]);
    expect(codes(of, kg("30.001"))).toEqual(["out_of_range"]);
    expect(codes(of, { value: "5", unit: "pcs" })).toEqual(["out_of_range", "too_little"]);
  });

  it("EQP-04 MAT-12 bars by the net weight what is too little, and by all that lies there what is too much", () => {
    expect(barredBy(gates("passed"), kg("0.050"), now, kg("5.000")).map(({ code }) => code)).toEqual(["too_little"]);
    expect(barredBy(gates("passed"), kg("29.000"), now, kg("30.001"))).toEqual([{ code: "out_of_range", net: kg("30.001"), bound: kg("30.000") }]);
  });

  it("EQP-04 bars a balance whose calibration is overdue, not on the day itself", () => {
    expect(barredBy(null, null, now, null, "2026-11-26")).toEqual([]);
    expect(barredBy(null, null, now, null, "2026-11-25")).toEqual([{ code: "calibration_overdue", due: "2026-11-25" }]);
  });

  it("EQP-04 bars a balance without a valid check, whatever lies on it", () => {
    expect(barredBy(gates(null), null, now)).toEqual([{ code: "not_checked", how: "missing", weights: ["F1"] }]);
    expect(barredBy(gates("failed"), null, now)).toEqual([{ code: "not_checked", how: "failed", weights: ["F1"] }]);
    expect(codes(gates("passed"), null, now + 24 * 3_600_000)).toEqual([]);
    expect(barredBy(gates("passed"), null, now + 24 * 3_600_000 + 1)).toEqual([{ code: "not_checked", how: "expired", weights: ["F1"] }]);
    expect(endOf(gates("passed"), "F1")).toBe("2026-11-27T08:00:00.000Z");
  });

  it("EQP-04 bars nothing where nothing was set", () => {
    expect(codes(null, kg("0.001"))).toEqual([]);
    expect(codes(gates(null, { check_hours: null, weights: [], minimum: null, capacity: null }), kg("99"))).toEqual([]);
    expect([stands(null, now), stands(gates(null), now), stands(gates("passed"), now)]).toEqual(["free", "missing", "passed"]);
  });
});
