import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dayIn, type StatedZone } from "../../src/core/days";

interface Row { why: string; zones: StatedZone[]; instant: string; day: string }
const rows = JSON.parse(readFileSync(join(import.meta.dirname, "../../../tests/vectors/days.json"), "utf8")) as Row[];

describe("days are those of the plant, as the server tells them", () => {
  for (const { why, zones, instant, day } of rows) test(why, () => expect(dayIn(zones, instant)).toBe(day));
  test("a lease from before plants could state a zone: UTC", () => expect(dayIn(undefined, "2026-11-26T23:00:00.000Z")).toBe("2026-11-26"));
  test("a zone that this browser does not know: UTC", () => expect(dayIn([{ since: "2026-01-01T00:00:00.000Z", zone: "Nowhere/City" }], "2026-11-26T23:00:00.000Z")).toBe("2026-11-26"));
});
