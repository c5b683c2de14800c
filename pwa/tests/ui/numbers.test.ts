/** Exact decimals: verdicts at the limits, means half up, differences, and what the number field lets in. */
import { describe, expect, it } from "vitest";
import { difference, finished, isOut, mean, rounded, share, typed, verdict } from "../../src/production/numbers";

const limits = { low: "12.577", high: "12.703" };

describe("verdict", () => {
  it("PRD-07 counts both limits as within", () => {
    expect(verdict("12.577", limits)).toBe("within");
    expect(verdict("12.703", limits)).toBe("within");
  });

  it("PRD-07 sees the last digit beyond a limit, where floats would not be asked to", () => {
    expect(verdict("12.5769999999999999999", limits)).toBe("low");
    expect(verdict("12.7030000000000000001", limits)).toBe("high");
  });

  it("PRD-07 compares numbers, not texts", () => {
    expect(verdict("9", { low: "14", high: "16" })).toBe("low");
    expect(verdict("15.0", { low: "14", high: "16" })).toBe("within");
  });

  it("PRD-07 knows one-sided limits and none", () => {
    expect(verdict("45", { low: "46", high: null })).toBe("low");
    expect(verdict("900", { low: "46", high: null })).toBe("within");
    expect(verdict("5", { low: null, high: null })).toBe("none");
    expect(verdict("", limits)).toBe("none");
    expect(isOut("", limits)).toBe(false);
  });
});

describe("mean", () => {
  it("PRD-07 has one decimal more than its values", () => {
    expect(mean(["114.2", "113.8", "114.0"], 1)).toBe("114.00");
  });

  it("PRD-07 rounds half up", () => {
    expect(mean(["0.1", "0.1", "0.1", "0.2"], 1)).toBe("0.13"); // 0.125
    expect(mean(["1", "2", "2", "2"], 0)).toBe("1.8"); // 1.75
    expect(mean(["1", "1", "1", "2"], 0)).toBe("1.3"); // 1.25, which half-even would make 1.2
  });

  it("PRD-07 adds decimals exactly", () => {
    expect(mean(["0.1", "0.2"], 1)).toBe("0.15");
  });
});

describe("difference and share", () => {
  it("PRD-07 carries its sign and the digits of the value", () => {
    expect(difference("12.652", "12.640")).toBe("+0.012");
    expect(difference("12.600", "12.640")).toBe("−0.040");
    expect(difference("12.640", "12.640")).toBe("0.000");
    expect(share("12.652", "12.640")).toBe("+0.09 %");
    expect(share("1", "0")).toBe("");
  });
});

describe("rounded", () => {
  it("shows no more places than asked for, and no fewer digits than were measured", () => {
    expect(rounded("20.025348542459", 6)).toBe("20.025349");
    expect(rounded("12.640", 6)).toBe("12.640");
  });
});

describe("typed", () => {
  it("PRD-07 lets a number grow and nothing else", () => {
    expect(typed("12.", "12.5", 3)).toBe("12.5");
    expect(typed("12.5", "12.5a", 3)).toBe("12.5");
    expect(typed("12", "12..", 3)).toBe("12");
    expect(typed("", "1,5", 3)).toBe("1.5");
    expect(typed("", "。5", 3)).toBe("0.5");
  });

  it("PRD-07 keeps to the decimals of the recipe", () => {
    expect(typed("12.577", "12.5771", 3)).toBe("12.577");
    expect(typed("15", "15.", 0)).toBe("15");
  });

  it("PRD-07 keeps trailing zeros and drops leading ones", () => {
    expect(typed("12.34", "12.340", 3)).toBe("12.340");
    expect(typed("0", "05", 3)).toBe("5");
  });
});

it("PRD-07 records a finished number only", () => {
  expect(finished("12.")).toBe("12");
  expect(finished("12.340")).toBe("12.340");
  expect(finished("-")).toBe("");
  expect(finished("")).toBe("");
});
