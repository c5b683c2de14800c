import { describe, expect, it } from "vitest";
import { about, as, blank, complete, element, KINDS, length, whole } from "../../src/labels/drawing";

const design = { ...blank(), name: { zh: "样", en: "S" }, elements: [element("field", ["lot", "material"])] };

describe("drawing a label (MAT-11)", () => {
  it("MAT-11: a new element is whole, and stays where it is when it becomes another", () => {
    for (const kind of KINDS) expect(complete("own", { ...design, elements: [element(kind, ["lot"])] }), kind).toBe(true);
    const moved = as({ ...element("text", []), x: "7", value: "A" }, "field", ["lot"]);
    expect([moved.kind, moved.x, moved.value]).toEqual(["field", "7", "lot"]);
  });

  it("MAT-11: lengths are taken as people type them, and what is none is not looked at", () => {
    expect(length(" 7,5")).toBe("7.5");
    for (const x of ["", "7.5.1", "-1", "1000", "x"]) expect(complete("own", { ...design, elements: [{ ...element("text", []), x }] }), x).toBe(false);
    for (const code of ["", " ", "a/b"]) expect(complete(code, design), code).toBe(false);
    expect(complete("own", { ...design, elements: [] })).toBe(false);
  });

  it("MAT-11: what was found is shown at its element, the rest at the label", () => {
    const found = [{ code: "code_small", path: "elements/1" }, { code: "code_missing", path: "elements" }, { code: "field_missing", path: "lot" }];
    expect([about(found, 0), about(found, 1)]).toEqual([[], ["code_small"]]);
    expect(whole(found).map((one) => one.code)).toEqual(["code_missing", "field_missing"]);
  });
});
