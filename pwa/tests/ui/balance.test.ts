/** Where a balance stands for a weighing: each state that has to be told, and silence while all is as it should be. */
import { describe, expect, it } from "vitest";
import type { LiveWeight, Reading } from "../../src/core/types";
import { standing } from "../../src/production/balance";

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
