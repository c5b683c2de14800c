import { expect, test } from "vitest";
import { named, screenOf } from "../../src/flows/subject";
import { flowsEn } from "../../src/i18n/flows.en";
import { flowsZh } from "../../src/i18n/flows.zh";

test("ENG-02 what the product named itself is said in words, and leads to its screen; what a person named stays", () => {
  expect(named("form/weigh-blend/2", flowsEn)).toBe("Form weigh-blend · Version 2");
  expect(named("deviation/DEV-2026-0001", flowsZh)).toBe("偏差 DEV-2026-0001");
  for (const own of ["R-101 <b>now</b>", "form", "form/", "a/b", ""]) expect(named(own, flowsZh)).toBe(own);
  expect(screenOf("form/a b/1")).toBe("/forms/a%20b");
  expect(screenOf("deviation/DEV-2026-0001")).toBe("/deviation/DEV-2026-0001");
  expect(screenOf("batch/HT2507001")).toBe("/batch/HT2507001/review");
  expect(screenOf("recipe/MBR 1/4")).toBe("/recipes/MBR%201/4");
  expect(screenOf("specification/QS-API/2")).toBe("/specifications/QS-API");
  expect(screenOf("requisition/REQ-2026-0001")).toBe("/requisitions/REQ-2026-0001");
  expect(screenOf("purchase/PO-2026-0001")).toBe("/purchasing/PO-2026-0001");
  expect(screenOf("material/EXC-ETH/2")).toBe("/masters/EXC-ETH");
  expect(screenOf("form/")).toBeNull();
  expect(screenOf("javascript:alert(1)")).toBeNull();
});
