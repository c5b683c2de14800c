/** When rounds of checks are due, on the tablet as at the server. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { course, dueAt, overdue, owed, running } from "../../src/production/controls/schedule";

interface Row { marks: ["started" | "ended" | "held" | "resumed", number][]; due: (number | null)[]; running: number[]; late: boolean[]; owed: number }
const rows = JSON.parse(readFileSync(new URL("../../../tests/vectors/controls.json", import.meta.url), "utf-8")) as Row[];
const MINUTE = 60_000, SCHEDULE = { every: 15, grace: 5 };

it("PRD-09 knows when each round is due, how long a phase has run, and what is late", () => {
  for (const row of rows) {
    const known = course(row.marks.map(([mark, at]) => ({ mark, at: at * MINUTE })));
    expect([1, 2, 3, 4, 5].map((turn) => dueAt(known, SCHEDULE, turn)).map((at) => (at === null ? null : at / MINUTE))).toEqual(row.due);
    expect([0, 12, 33, 60, 200].map((at) => Math.floor(running(known, at * MINUTE) / MINUTE))).toEqual(row.running);
    expect([30, 35, 36, 70, 90].map((at) => overdue(known, SCHEDULE, 2, at * MINUTE))).toEqual(row.late);
    expect(known.ended === null ? 0 : owed(known, SCHEDULE, 12, known.ended)).toBe(row.owed);
  }
});
