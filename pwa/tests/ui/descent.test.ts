/** Quantities of a split are summed exactly, as the server sums them. */
import { describe, expect, it } from "vitest";
import { equal, summed } from "../../src/descent/types";

describe("what the parts of a batch come to", () => {
  it("is exact beyond what numbers hold", () => {
    expect(summed(["40.000", "60.001"])).toBe("100.001");
    expect(summed(["999999999999999.000000000001", "0.1"])).toBe("999999999999999.100000000001");
    expect(summed(["1", "2"])).toBe("3");
    expect(summed(["0.1", ".2"])).toBeNull();
    expect(summed(["1,5", "2"])).toBeNull();
  });

  it("is compared as a number", () => {
    expect(equal("100", "100.000")).toBe(true);
    expect(equal("100", "1")).toBe(false);
    expect(equal("0.10", "0.1")).toBe(true);
  });
});
