/** When the battery of a balance is called low. */
import { expect, it } from "vitest";
import { checksEn } from "../../src/i18n/checks.en";
import { checksZh } from "../../src/i18n/checks.zh";
import { isLow, LOW_PERCENT } from "../../src/equipment/battery";

const at = "2026-11-26T08:00:00.000Z";

it("BRG-01 BRG-04 warns of a battery with which no shift ends, in both languages", () => {
  expect([LOW_PERCENT + 1, LOW_PERCENT, 0].map((percent) => isLow({ percent, at }))).toEqual([false, true, true]);
  expect([checksEn.batteryLow(14), checksZh.batteryLow(14)]).toEqual(["battery low: 14 %", "电量低：14 %"]);
});
