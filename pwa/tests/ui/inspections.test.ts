import { describe, expect, it } from "vitest";
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

  it("QUA-02: what was handed over is received next, and what was destroyed goes nowhere", () => {
    expect(nextSteps({ state: "taken", purpose: "test" })).toEqual(["handed", "stored"]);
    expect(nextSteps({ state: "taken", purpose: "retained" })[0]).toBe("stored");
    expect(nextSteps({ state: "handed", purpose: "test" })).toEqual(["received"]);
    expect(nextSteps({ state: "destroyed", purpose: "test" })).toEqual([]);
  });
});
