/** A balance whose bridge has died must not look as if it still showed its last stable weight. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveValues } from "../../src/core/live";
import type { LiveWeight } from "../../src/core/types";

const stable: LiveWeight = { balance: "BAL-07", net: { value: "12.648", unit: "kg" }, quality: "stable", at: "2026-11-22T09:30:00.000Z" };
let shown: LiveWeight[];
let live: LiveValues;

beforeEach(() => {
  vi.useFakeTimers();
  shown = [];
  live = new LiveValues((weight) => shown.push(weight));
});
afterEach(() => void vi.useRealTimers());

it("BRG-02 calls a value lost when its bridge repeats it no more", () => {
  live.heard(stable);
  vi.advanceTimersByTime(5_000);
  live.heard(stable);
  vi.advanceTimersByTime(5_000);
  expect(shown.map(({ quality }) => quality)).toEqual(["stable", "stable"]);
  vi.advanceTimersByTime(1_500);
  expect(shown.at(-1)).toEqual({ ...stable, net: null, quality: "lost" });
});

it("BRG-02 says nothing more of a balance after the connection itself is lost", () => {
  live.heard(stable);
  live.clear();
  vi.advanceTimersByTime(60_000);
  expect(shown).toEqual([stable]);
});
