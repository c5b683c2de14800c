/** The time that a review takes is what somebody looked at it, and nothing else. */
import { expect, test } from "vitest";
import { counted, IDLE_MS, TICK_MS } from "../../src/release/timing";

test("a second is counted while the page is visible and was touched lately", () => {
  expect(counted(0, TICK_MS, 0, true)).toBe(TICK_MS);
  expect(counted(IDLE_MS - TICK_MS, IDLE_MS, 0, true)).toBe(TICK_MS);
});

test("nothing is counted of a page that nobody sees, touches, or that slept", () => {
  expect(counted(0, TICK_MS, 0, false)).toBe(0);
  expect(counted(IDLE_MS, IDLE_MS + TICK_MS, 0, true)).toBe(0);
  expect(counted(0, 3_600_000, 3_600_000, true)).toBe(0);
});

test("a clock that is put back takes nothing away", () => {
  expect(counted(TICK_MS, 0, 0, true)).toBe(0);
});
