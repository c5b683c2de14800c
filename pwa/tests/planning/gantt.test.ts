/** Moments and places of the chart lead to each other, also over the nights in which clocks change. */
import { describe, expect, it } from "vitest";
import { DAY, DAYS, midnights, momentAt, monday, place, said, snap, typed } from "../../src/planning/gantt";

const AT = Date.UTC(2027, 2, 24, 10, 7);

describe("a chart of times", () => {
  it("begins on the Monday of the week, at midnight", () => {
    const begin = new Date(monday(AT));
    expect([begin.getDay(), begin.getHours(), begin.getMinutes()]).toEqual([1, 0, 0]);
    expect(AT - begin.getTime()).toBeLessThan(7 * DAY);
    expect(monday(begin.getTime())).toBe(begin.getTime());
  });

  it("has a midnight for each day", () => {
    const days = midnights(monday(AT), DAYS.weeks);
    expect(days).toHaveLength(36);
    expect(days.every((one) => new Date(one).getHours() === 0)).toBe(true);
  });

  it("cuts what stands over its edge, and hides what is beside it", () => {
    expect(place(0, 50, 25, 125)).toEqual({ left: 0, width: 25 });
    expect(place(100, 200, 25, 125)).toEqual({ left: 75, width: 25 });
    expect(place(0, 25, 25, 125)).toBeNull();
  });

  it("finds the moment at a place, and the nearest step", () => {
    expect(momentAt(50, 200, 1000, 2000)).toBe(1250);
    expect(momentAt(-5, 200, 1000, 2000)).toBe(1000);
    expect(snap(1249, 500)).toBe(1000);
    expect(snap(1250, 500)).toBe(1500);
  });

  it("reads back what it writes into a field", () => {
    expect(said(typed(AT))).toBe("2027-03-24T10:07:00.000Z");
    expect(said("")).toBeNull();
  });
});
