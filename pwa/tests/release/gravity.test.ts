import { describe, expect, it } from "vitest";
import type { Item } from "../../src/api/types";
import { grouped } from "../../src/release/gravity";

const item = (type: Item["type"], code = "", details: Record<string, unknown> = {}) => ({ type, code, details });

describe("what a reviewer reads first", () => {
  it("goes by gravity, then by what touches a value, and loses nothing", () => {
    const found = grouped([
      item("remark"), item("late_entry", "late_entry"), item("conflict", "conflict"),
      item("exception", "phase_skipped", { severity: "major" }), item("exception", "verifier_is_performer"), item("exception", "clock_skew", { severity: "minor" }),
    ]);
    expect(found.map((one) => [one.gravity, one.items.map(({ type, code }) => code || type)])).toEqual([
      ["critical", ["verifier_is_performer"]],
      ["major", ["conflict", "phase_skipped"]],
      ["minor", ["clock_skew", "late_entry", "remark"]],
    ]);
  });

  it("leaves out what nothing is in", () => {
    expect(grouped([])).toEqual([]);
  });
});
