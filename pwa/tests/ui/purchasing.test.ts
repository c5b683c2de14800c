import { describe, expect, it } from "vitest";
import { asked, complete, offered, own } from "../../src/purchasing/placing";

const supplier = { supplier: "S-HY", name: { zh: "华原", en: "Huayuan" }, materials: [{ code: "api-1", name: { zh: "原料药", en: "API" }, unit: "kg" }] };
const offer = { suppliers: [supplier], items: [{ requisition: "REQ-2026-0001", material: "api-1", open: { value: "23.5", unit: "kg" }, needed_by: "2027-01-31" }, { requisition: "REQ-2026-0001", material: "lac-1", open: { value: "400", unit: "kg" }, needed_by: "2027-01-31" }] };

describe("placing a purchase order (MAT-03)", () => {
  it("MAT-03: offers what is asked for of this supplier's materials alone, none of it taken before somebody says so", () => {
    const lines = offered(offer, supplier);
    expect(lines.map((one) => [one.material, one.quantity, one.taken])).toEqual([["api-1", "23.5", false]]);
    expect(complete(lines)).toBe(false);
  });

  it("MAT-03: what is taken is numbered from 1 and keeps its digits; of one's own lines each has more than nothing", () => {
    const [wanted] = offered(offer, supplier);
    const free = own(supplier);
    if (!wanted) throw new Error("nothing is offered");
    const lines = [wanted, { ...wanted, key: "x", taken: true, quantity: " 25.000" }, { ...free, quantity: "5" }];
    expect(complete(lines)).toBe(true);
    expect(asked(lines)).toEqual([
      { line: 1, material: "api-1", quantity: { value: "25.000", unit: "kg" }, wanted_by: "2027-01-31", requisition: "REQ-2026-0001" },
      { line: 2, material: "api-1", quantity: { value: "5", unit: "kg" }, wanted_by: null, requisition: null },
    ]);
    for (const quantity of ["", "0", "-1", "1,5"]) expect(complete([...lines.slice(0, 2), { ...free, quantity }]), quantity).toBe(false);
  });
});
