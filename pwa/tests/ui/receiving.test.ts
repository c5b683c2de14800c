/** Containers as they are put down before the server hears of them. */
import { describe, expect, it } from "vitest";
import { faults, same, series, spelled, total } from "../../src/materials/receiving";

describe("receiving containers", () => {
  it("MAT-04 counts labels on from the first, with as many digits as it has", () => {
    expect(series("A-5/2-09", 3, "20.000").map(({ label }) => label)).toEqual(["A-5/2-09", "A-5/2-10", "A-5/2-11"]);
    expect(series("X99", 2, "1").map(({ label }) => label)).toEqual(["X99", "X100"]);
    expect(series("drum", 2, "1").map(({ label }) => label)).toEqual(["drum", "drum"]);
    expect(series("A-1", 1000, "1")).toHaveLength(500);
  });

  it("MAT-04 names what is wrong with each", () => {
    const arrived = [
      { label: "A-1", content: "20.000" }, { label: "A-2", content: "0" }, { label: "A-3", content: "1,5" }, { label: " A", content: "1" },
      { label: "A-4", content: "1" }, { label: "A-4", content: "1" }, { label: "OLD", content: "1" }, { label: "", content: "1" },
    ];
    expect(faults(arrived, new Set(["OLD"]))).toEqual([null, "content", "content", "label", "twice", "twice", "known", "label"]);
  });

  it("MAT-06 adds exact decimals and keeps their digits", () => {
    const of = (...contents: string[]) => total(contents.map((content) => ({ label: content, content })), "kg");
    expect(of("0.1", "0.2")).toEqual({ value: "0.3", unit: "kg" });
    expect(of("20.000", "19.95")).toEqual({ value: "39.950", unit: "kg" });
    expect(of("20.000", "")).toBeNull();
    expect(same({ value: "240.000", unit: "kg" }, { value: "240", unit: "kg" })).toBe(true);
    expect(same({ value: "240", unit: "g" }, { value: "240", unit: "kg" })).toBe(false);
    expect(same({ value: "240000", unit: "g" }, { value: "240", unit: "kg" })).toBe(true);
    expect(same({ value: "240", unit: "L" }, { value: "240", unit: "kg" })).toBe(false);
    expect([spelled(" 012,50 "), spelled("0.5"), spelled("00")]).toEqual(["12.50", "0.5", "0"]);
    expect([spelled("２０"), spelled("1,000")]).toEqual(["20", "1,000"]);
  });
});
