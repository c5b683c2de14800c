/** What may be done of the material of a batch, by where the batch stands. */
import { describe, expect, it } from "vitest";
import { OPEN, rights } from "../../src/issuing/types";

describe("MAT-08: what is left of a batch's material comes back", () => {
  it("while the batch takes more, and when it has ended", () => {
    for (const status of OPEN) expect(rights(status, true)).toEqual({ bring: true, back: true });
    for (const status of ["released", "rejected"]) expect(rights(status, true)).toEqual({ bring: false, back: true });
  });
  it("by nobody who may not issue", () => {
    for (const status of [...OPEN, "released"]) expect(rights(status, false)).toEqual({ bring: false, back: false });
  });
});
