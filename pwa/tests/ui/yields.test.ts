/** Yields on the tablet: calculated, current and stale as the server says it. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { LocalEntry, Person, Phase } from "../../src/core/types";
import type { Standing } from "../../src/production/progress";
import { calculated, drawn, isCurrent, total, type Claim } from "../../src/production/yields/yields";

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

it("PRD-10 takes an explanation for one unless the server says it explains nothing, whatever else it says of it", () => {
  const phase = { id: "50", type: "yield", low: "97.0", high: "101.0", inputs: [] } as unknown as Phase;
  const entry = (id: string, kind: string, payload: object, flags: string[]): LocalEntry =>
    ({ id, kind, payload, flags, subject: "50/yield", place: "confirmed" }) as unknown as LocalEntry;
  const low = entry("y", "production.yield_recorded.v1", { value: "94.9", unit: "%", inputs: [] }, []);
  const standings = new Map([["50/yield", { claims: [low], history: [low] } as unknown as Standing]]);
  const people = [{ id: "P-3", explains_in: null } as unknown as Person];
  const explainedBy = (flags: string[]): string | null => {
    const said = entry("x", "production.yield_explained.v1", { entry: "y", explained_by: "P-3" }, flags);
    return drawn([phase], standings, [low, said], people)[0]?.explained?.id ?? null;
  };
  for (const flags of [[], ["post_seal"], ["post_seal", "phase_order"]]) expect(explainedBy(flags)).toBe("x");
  for (const flag of ["explanation_unknown", "explanation_unsigned", "person_not_permitted"]) expect(explainedBy(["post_seal", flag])).toBeNull();
});
