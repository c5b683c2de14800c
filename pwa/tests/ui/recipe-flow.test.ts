/** The drawing of a recipe's flow: every phase in a place of its own, below what it comes after. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { HIGH, WIDE, cells, drawing, left, top } from "../../src/recipes/flow";
import { type Linked, cycle, predecessors } from "../../src/recipes/structure";

const rows = JSON.parse(readFileSync(join(import.meta.dirname, "../../../tests/vectors/structure.json"), "utf8")) as { what: string; phases: Linked[] }[];
const branches: Linked[] = [
  { id: "1", after: [] }, { id: "2", after: ["1"] }, { id: "3", after: ["2"] }, { id: "4", after: ["1"] }, { id: "5", after: ["1"] }, { id: "6", after: ["4", "3"] }, { id: "7", after: ["6", "1"] },
];

it.each([...rows, { what: "branches of unequal length", phases: branches }].map((row) => [row.what, row.phases] as const))("PRD-02: %s", (_, phases) => {
  const placed = cells(phases);
  expect(new Set(placed.map(({ row, lane }) => `${row} ${lane}`)).size).toBe(phases.length);
  expect(placed.map(({ id }) => id)).toEqual(phases.map(({ id }) => id));
  if (cycle(phases).length > 0) return;
  const at = new Map(placed.map((one) => [one.id, one]));
  for (const [id, before] of predecessors(phases)) for (const one of before) expect(at.get(one)?.row).toBeLessThan(at.get(id)?.row ?? -1);
});

it("PRD-02: branches stand side by side, and no line leads through a phase", () => {
  const { cells: placed, lines } = drawing(branches);
  expect(placed.map(({ id, row, lane }) => [id, row, lane])).toEqual([["1", 0, 0], ["2", 1, 0], ["3", 2, 0], ["4", 1, 1], ["5", 1, 2], ["6", 3, 1], ["7", 4, 1]]);
  for (const { d, from, to } of lines) {
    let [x, y] = [0, 0];
    for (const [, letter, one, two] of d.matchAll(/([MVH])([\d.]+)(?: ([\d.]+))?/g)) {
      const [startX, startY] = [x, y];
      if (letter === "M") [x, y] = [Number(one), Number(two)];
      else if (letter === "V") y = Number(one);
      else x = Number(one);
      if (letter === "M") continue;
      for (const cell of placed) {
        const across = Math.max(startX, x) > left(cell) && Math.min(startX, x) < left(cell) + WIDE;
        const along = Math.max(startY, y) > top(cell) && Math.min(startY, y) < top(cell) + HIGH;
        expect(across && along, `${from} to ${to} through ${cell.id}`).toBe(false);
      }
    }
  }
});
