/** The app reads the order of phases as the server does: tests/vectors/structure.json is read by both. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Linked, ancestors, critical, cycle, ends, levels, ordered, place, planned, predecessors } from "../../src/recipes/structure";

interface Row { what: string; phases: Linked[]; told: unknown }
const rows = JSON.parse(readFileSync(join(import.meta.dirname, "../../../tests/vectors/structure.json"), "utf8")) as Row[];

it.each(rows.map((row) => [row.what, row] as const))("PRD-02 PRD-05: %s", (_, { phases, told }) => {
  expect({
    predecessors: Object.fromEntries(predecessors(phases)),
    ancestors: Object.fromEntries([...ancestors(phases)].map(([id, above]) => [id, [...above].sort()])),
    ends: ends(phases),
    ordered: ordered(phases),
    cycle: cycle(phases),
    levels: levels(phases),
    planned: Object.fromEntries([...planned(phases)].map(([id, { start, end }]) => [id, [start, end]])),
    critical: critical(phases),
  }).toEqual(told);
});

it("PRD-02: a phase stands in an operation of a unit procedure", () => {
  const procedure = [{ id: "A", name: "", operations: [{ id: "A1", name: "", phases: ["10", "20"] }] }];
  expect(place(procedure, "20")?.operation.id).toBe("A1");
  expect(place(procedure, "30")).toBeNull();
});
