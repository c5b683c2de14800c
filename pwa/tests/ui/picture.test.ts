/** The tolerance picture, the timer and the way numbers and times are written. */
import { describe, expect, it } from "vitest";
import { elapsed, face, isTime } from "../../src/production/timer";
import { scale } from "../../src/production/scale";
import { count, percent, quantity, range, short, size } from "../../src/ui/format";

const limits = { low: "12.577", high: "12.703", target: "12.640" };

describe("scale", () => {
  it("PRD-06 puts a value within limits between the marks, and one outside beyond them", () => {
    const inside = scale(limits, "12.652", true);
    expect(inside.value).toBeGreaterThan(inside.low ?? 100);
    expect(inside.value).toBeLessThan(inside.high ?? 0);
    expect(scale(limits, "12.704", true).value).toBeGreaterThan(inside.high ?? 100);
    expect(scale(limits, "12.5", true).value).toBeLessThan(inside.low ?? 0);
  });

  it("PRD-06 fills from zero when something is filled", () => {
    expect(scale(limits, "6.2885", true).value).toBeCloseTo(25, 0);
  });

  it("PRD-06 stays on the picture and says on which side it left it", () => {
    expect(scale(limits, "99", false)).toMatchObject({ off: "right", value: 98.5 });
    expect(scale(limits, "1", false)).toMatchObject({ off: "left", value: 1.5 });
    expect(scale(limits, "", false)).toMatchObject({ off: "", value: null });
  });

  it("PRD-06 draws one-sided limits with one mark", () => {
    expect(scale({ low: "46", high: null, target: null }, "60")).toMatchObject({ high: null, low: 30 });
    expect(scale({ low: null, high: "5", target: null }, "6").value).toBeGreaterThan(70);
  });
});

describe("timer", () => {
  it("PRD-06 cuts to the decimals of the parameter, so that nothing is longer than it was", () => {
    expect(elapsed(14 * 60_000 + 59_000, "min", 0)).toBe("14");
    expect(elapsed(15 * 60_000, "min", 0)).toBe("15");
    expect(elapsed(90_000, "min", 1)).toBe("1.5");
    expect(elapsed(1_500, "s", 0)).toBe("1");
  });

  it("PRD-06 shows hours, minutes and seconds", () => {
    expect(face(3_723_000)).toBe("01:02:03");
    expect(isTime("min")).toBe(true);
    expect(isTime("rpm")).toBe(false);
  });
});

describe("format", () => {
  it("PRD-06 writes limits as people do", () => {
    expect(range("1.9", "2.1", "kg")).toBe("1.9–2.1 kg");
    expect(range("40", null, "N")).toBe("≥ 40 N");
    expect(range(null, "5", "%")).toBe("≤ 5 %");
    expect(range(null, null)).toBe("—");
  });

  it("PRD-06 keeps the digits that were recorded", () => {
    expect(quantity({ value: "12.340", unit: "kg" })).toBe("12.340 kg");
    expect(size({ value: "2500000", unit: "tablets" }, { tablets: "片" })).toBe("2,500,000 片");
    expect(size({ value: "1250.500", unit: "kg" })).toBe("1,250.500 kg");
    expect(size(null)).toBe("—");
  });

  it("PRD-06 groups counts, bounds percentages, shortens hashes", () => {
    expect(count(1_482_207)).toBe("1,482,207");
    expect(percent(7, 5)).toBe(100);
    expect(percent(0, 0)).toBe(0);
    expect(short("ab".repeat(32))).toBe("abababab…abab");
  });
});
