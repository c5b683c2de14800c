/** What a task of a flow asks for: a question that nobody has touched has no answer (ENG-02). */
import { expect, it } from "vitest";
import { lacking, said } from "../../src/flows/asked";

const asked = (type: string, required = false) => ({ name: "v", type, zh: "值", en: "Value", required });

it("ENG-02 takes a question without an answer for missing and not for no", () => {
  expect(said([asked("yes_no")], {})).toEqual([{ variable: "v", value: [] }]);
  expect(said([asked("yes_no")], { v: null })).toEqual([{ variable: "v", value: [] }]);
  expect(said([asked("yes_no")], { v: false })).toEqual([{ variable: "v", value: ["false"] }]);
  expect(said([asked("yes_no")], { v: true })).toEqual([{ variable: "v", value: ["true"] }]);
});

it("ENG-02 lets nothing that must be given stay out", () => {
  for (const type of ["yes_no", "text", "list(person)"]) {
    expect(lacking([asked(type, true)], {})).toBe(true);
    expect(lacking([asked(type)], {})).toBe(false);
  }
  expect(lacking([asked("yes_no", true)], { v: false })).toBe(false);
  expect(lacking([asked("list(person)", true)], { v: [] })).toBe(true);
});
