import { describe, expect, test } from "vitest";
import { check } from "../../src/engines/forms";
import { compare } from "../../src/engines/forms/difference";
import { FIELD_TYPES, NO_COLUMNS } from "../../src/engines/forms/shape";
import type { Definition, Field } from "../../src/engines/forms/types";
import { at, blank, duplicate, fits, idOf, ids, insert, move, newField, newSection, placeOf, put, remove, rename, renameIn, step } from "../../src/forms/designer/draft";

const W = (text: string): { zh: string; en: string } => ({ zh: text, en: text });
function add(definition: Definition, list: string, type: Field["type"], id: string): Definition {
  const one = { ...newField(definition, type, W(id)), id };
  return insert(definition, list, (at(definition, list) as unknown[]).length, one);
}
function sample(): Definition {
  let made = blank("sample", W("Sample"), W("First"));
  made = insert(made, "sections", 1, { ...newSection(made, W("Second")), id: "second" });
  for (const id of ["a", "b", "c"]) made = add(made, "sections/0/fields", "number", id);
  made = add(made, "sections/0/fields", "table", "t");
  made = add(made, "sections/0/fields/3/columns", "number", "net");
  return add(made, "sections/1/fields", "text", "x");
}
const order = (definition: Definition): string => definition.sections.map((section) => section.fields.map((one) => one.id).join("")).join("|");

describe("ENG-01 a designer changes a form", () => {
  test("ENG-01 each type comes from the palette without findings but for the words that are still to be written", () => {
    let made = blank("all", W("All"), W("Section"));
    for (const type of FIELD_TYPES) made = insert(made, "sections/0/fields", made.sections[0]!.fields.length, newField(made, type, W(type)));
    const table = made.sections[0]!.fields.findIndex((one) => one.type === "table");
    made = add(made, `sections/0/fields/${table}/columns`, "number", "net");
    made = put(made, "sections/0/fields", [...made.sections[0]!.fields].sort((one) => (one.type === "signature" ? -1 : 0)));
    expect(new Set(check(made).map((one) => one.code))).toEqual(new Set(["translation_missing"]));
  });

  test("ENG-01 fields move within a section, into the next, and into a table, and the old form stays as it was", () => {
    const made = sample();
    expect(order(move(made, "sections/0/fields/0", "sections/0/fields", 2).definition)).toBe("bcat|x");
    expect(order(move(made, "sections/0/fields/2", "sections/1/fields", 0).definition)).toBe("abt|cx");
    const into = move(made, "sections/0/fields/1", "sections/0/fields/3/columns", 0);
    expect(into.pointer).toBe("sections/0/fields/2/columns/0");
    expect(at(into.definition, `${into.pointer}/id`)).toBe("b");
    expect(order(made)).toBe("abct|x");
  });

  test("ENG-01 arrows go over the edge of a section, and stop at the ends", () => {
    const made = sample();
    expect(step(made, "sections/0/fields/0", -1).definition).toBe(made);
    const down = step(made, "sections/0/fields/3", 1);
    expect([order(down.definition), down.pointer]).toEqual(["abc|tx", "sections/1/fields/0"]);
    expect(order(step(down.definition, down.pointer, -1).definition)).toBe("abct|x");
  });

  test("ENG-01 a table takes no table, and a section stands among sections only", () => {
    const made = sample();
    for (const type of FIELD_TYPES) expect(fits("sections/0/fields/3/columns", newField(made, type, W("x")))).toBe(!NO_COLUMNS.includes(type));
    expect(fits("sections/0/fields", newSection(made, W("x")))).toBe(false);
    expect(move(made, "sections/0/fields/3", "sections/0/fields/3/columns", 0).definition).toBe(made);
  });

  test("ENG-01 a copy has ids of its own, down to the columns", () => {
    const made = duplicate(sample(), "sections/0");
    const all = made.definition.sections.flatMap((section) => [section.id, ...section.fields.flatMap((one) => [one.id, ...(one.type === "table" ? one.columns.map((column) => column.id) : [])])]);
    expect(new Set(all).size).toBe(all.length);
    expect(ids(made.definition).size).toBe(ids(sample()).size + 6);
  });

  test("ENG-01 a new name goes into every expression, not into its texts", () => {
    expect(renameIn('a + ab.map(a, "a" == \'a\').a', "a", "z")).toBe('z + ab.map(z, "a" == \'a\').z');
    let made = put(sample(), "sections/1/when", "a > 1");
    made = add(made, "sections/0/fields", "calculation", "sum_");
    made = put(made, "sections/0/fields/4/expression", "a + b");
    const renamed = rename(made, "sections/0/fields/0", "mass");
    expect([at(renamed, "sections/1/when"), at(renamed, "sections/0/fields/4/expression"), at(renamed, "sections/0/fields/0/id")]).toEqual(["mass > 1", "mass + b", "mass"]);
    expect(idOf("2nd Net mass (kg)")).toBe("nd_net_mass_kg");
    expect(idOf("净重")).toBeNull();
  });

  test("ENG-01 a finding leads to its field", () => {
    expect(placeOf("sections/0/fields/3/columns/1/limits/alert/low")).toBe("sections/0/fields/3/columns/1");
    expect(placeOf("sections/2/when")).toBe("sections/2");
    expect(placeOf("title/en")).toBe("");
  });
});

describe("ENG-01 two versions are compared field by field", () => {
  const what = (before: Definition, after: Definition): string[] => compare(before, after).map((one) => `${one.what} ${one.of} ${one.id}${one.properties.map((property) => ` ${property.name}`).join("")}`);

  test("ENG-01 the same form differs in nothing, in whatever order its keys come", () => {
    const made = add(sample(), "sections/1/fields", "choice", "room");
    const turned = JSON.parse(JSON.stringify(made), (_, value: unknown) => (typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).reverse()) : value)) as Definition;
    expect(compare(made, turned)).toEqual([]);
  });
  test("ENG-01 added, removed and changed are told apart, with each property", () => {
    let made = put(sample(), "sections/0/fields/0/decimals", 2);
    made = put(made, "sections/0/fields/0/label/en", "Mass");
    made = remove(made, "sections/0/fields/1");
    made = add(made, "sections/1/fields", "yes_no", "clean");
    expect(what(sample(), put(made, "title/zh", "新"))).toEqual(["changed form sample title/zh", "changed field a label/en decimals", "added field clean", "removed field b"]);
  });
  test("ENG-01 one field that was moved is one difference, not one for each that it passed", () => {
    expect(what(sample(), move(sample(), "sections/0/fields/0", "sections/0/fields", 3).definition)).toEqual(["moved field a"]);
    expect(what(sample(), move(sample(), "sections/0/fields/0", "sections/1/fields", 0).definition)).toEqual(["moved field a place"]);
  });
});
