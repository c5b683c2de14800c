/** Measured values are exact decimals: limits belong to the range, means round half up, digits stay as recorded. */
import { describe, expect, it } from "vitest";
import { difference, mean, verdict } from "../../src/production/numbers";

describe("decimals", () => {
  it("PLT-02 judges a value against limits exactly where binary fractions would err", () => {
    expect(verdict("0.3", { low: null, high: "0.1" })).toBe("high");
    expect(verdict("12.750", { low: "12.500", high: "12.750" })).toBe("within");
    expect(verdict("12.7500000000000000001", { low: "12.500", high: "12.750" })).toBe("high");
    expect(verdict("12.4999999999999999999", { low: "12.500", high: "12.750" })).toBe("low");
    expect(verdict("9", { low: "10", high: null })).toBe("low");
    expect(verdict("12,5", { low: "10", high: "11" })).toBe("none");
  });

  it("PLT-02 rounds a mean half up to one decimal more than its values have", () => {
    expect(mean(["0.10", "0.20", "0.20"], 2)).toBe("0.167");
    expect(mean(["1.0", "1.1", "1.1", "1.1"], 1)).toBe("1.08");
    expect(mean(["1.005", "1.006"], 3)).toBe("1.0055");
    expect(mean(["-0.1", "-0.2", "-0.15", "-0.15"].map(String), 1)).toBe("-0.15");
    expect(mean(["2", "3"], 0)).toBe("2.5");
  });

  it("PLT-02 keeps the digits of the balance in a difference", () => {
    expect(difference("12.640", "12.600")).toBe("+0.040");
    expect(difference("12.600", "12.6")).toBe("0.000");
    expect(difference("12.5", "12.600")).toBe("−0.100");
  });
});
