/** Yields on the tablet: calculated, current and stale as the server says it. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Phase } from "../../src/core/types";
import { calculated, isCurrent, total, type Claim } from "../../src/production/yields/yields";

interface Vectors {
  phases: Phase[];
  stories: { claims: Claim[]; current: string[] }[];
  compression: { phase: Phase; cases: { inputs: Record<string, string>; value: string }[]; totals: Record<string, string> };
}
const vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/yields.json", import.meta.url), "utf-8")) as Vectors;

it("PRD-10 says of each value what the server says: whether it is current", () => {
  for (const { claims, current } of vectors.stories) expect(claims.filter(({ entry }) => isCurrent(entry, vectors.phases, claims)).map(({ entry }) => entry)).toEqual(current);
});

it("PRD-10 calculates a yield as the server does, digit for digit", () => {
  const { phase, cases, totals } = vectors.compression;
  for (const { inputs, value } of cases) expect(calculated(phase, inputs)).toBe(value);
  const portions = [{ value: "12.640", unit: "kg" }, { value: "250", unit: "g" }];
  for (const [unit, sum] of Object.entries(totals)) expect(total(portions, unit)).toBe(sum);
  expect(calculated(phase, { used: "0", made: "1", waste: "0" })).toBeNull();
});
