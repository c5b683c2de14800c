import { describe, expect, it } from "vitest";
import { isQuantity } from "../../src/core/amount";
import { asked, complete, fresh } from "../../src/requisitions/raising";

const materials = [{ code: "api-1", name: { zh: "原料药", en: "API" }, unit: "kg" }];
const line = { ...fresh(), material: " api-1 ", quantity: "25.000", needed_by: "2027-01-31", note: " " };

describe("raising a requisition (MAT-03)", () => {
  it("MAT-03: only of known materials, more than nothing of each, with a day and a reason", () => {
    expect(complete([line], materials, "Stock ends")).toBe(true);
    for (const change of [{ material: "none" }, { quantity: "0.000" }, { quantity: "-1" }, { quantity: "1,5" }, { quantity: "" }, { needed_by: "" }]) expect(complete([{ ...line, ...change }], materials, "Stock ends"), JSON.stringify(change)).toBe(false);
    for (const quantity of ["1,000", "1e9", "-5"]) expect(isQuantity(quantity), quantity).toBe(false);
    expect(complete([line], materials, " ")).toBe(false);
    expect(complete([], materials, "Stock ends")).toBe(false);
  });

  it("MAT-03: a quantity goes with the unit of its material, digits as they were typed", () => {
    expect(asked([line], materials)).toEqual([{ material: "api-1", quantity: { value: "25.000", unit: "kg" }, needed_by: "2027-01-31", note: null }]);
    const wide = { ...line, quantity: "１２．５" };
    expect([complete([wide], materials, "Stock ends"), asked([wide], materials)[0]?.quantity.value]).toEqual([true, "12.5"]);
  });
});
