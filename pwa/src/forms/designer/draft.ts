/** Changes of a definition that somebody designs: each gives a new one and leaves the old as it was. A place in it is a
 * pointer, as findings name it: `sections/0`, `sections/0/fields/3`, `sections/0/fields/3/columns/1`; "" is the form. */
import { columnsOf, RESERVED, withColumns } from "../../engines/forms/plan";
import { NO_COLUMNS } from "../../engines/forms/shape";
import type { Definition, Field, FieldType, Limits, Section, Words } from "../../engines/forms/types";

type Tree = Record<string, unknown> | unknown[];

/** What stands at a pointer; undefined where nothing does. */
export function at(definition: Definition, pointer: string): unknown {
  return pointer === "" ? definition : pointer.split("/").reduce<unknown>((tree, part) => (typeof tree === "object" && tree !== null ? (tree as Record<string, unknown>)[part] : undefined), definition);
}

export function fieldAt(definition: Definition, pointer: string): Field | undefined {
  return /\/(fields|columns)\/\d+$/.test(pointer) ? (at(definition, pointer) as Field | undefined) : undefined;
}

export function sectionAt(definition: Definition, pointer: string): Section | undefined {
  return /^sections\/\d+$/.test(pointer) ? (at(definition, pointer) as Section | undefined) : undefined;
}

export function put(definition: Definition, pointer: string, value: unknown): Definition {
  return within(definition, pointer.split("/"), () => value) as Definition;
}

function within(tree: unknown, [first, ...rest]: string[], change: (value: unknown) => unknown): unknown {
  if (first === undefined) return change(tree);
  const copy = (Array.isArray(tree) ? [...tree] : { ...(tree as object) }) as Tree;
  (copy as Record<string, unknown>)[first] = within((copy as Record<string, unknown>)[first], rest, change);
  return copy;
}

/** The list that something stands in, and where in it. */
export function split(pointer: string): { list: string; index: number } {
  const parts = pointer.split("/");
  return { list: parts.slice(0, -1).join("/"), index: Number(parts.at(-1)) };
}

export function insert(definition: Definition, list: string, index: number, one: Field | Section): Definition {
  const before = at(definition, list) as unknown[];
  return put(definition, list, [...before.slice(0, index), one, ...before.slice(index)]);
}

export function remove(definition: Definition, pointer: string): Definition {
  const { list, index } = split(pointer);
  return put(definition, list, (at(definition, list) as unknown[]).filter((_, place) => place !== index));
}

/** Whether this may stand in that list: sections among sections, simple fields only in a table. */
export function fits(list: string, one: Field | Section): boolean {
  if (list === "sections") return !("type" in one);
  return "type" in one && !(list.endsWith("/columns") && NO_COLUMNS.includes(one.type));
}

/** Takes what stands at a pointer to a place in a list, counted without it; and where it stands then. */
export function move(definition: Definition, pointer: string, list: string, index: number): { definition: Definition; pointer: string } {
  const one = at(definition, pointer) as Field | Section;
  const from = split(pointer);
  if (!fits(list, one) || (from.list === list && from.index === index)) return { definition, pointer };
  const without = remove(definition, pointer);
  // In a table of the same section: what stood before it has gone up.
  const [, section, place] = /^(sections\/\d+\/fields)\/(\d+)\/columns$/.exec(list) ?? [];
  const into = section === from.list && Number(place) > from.index ? `${section}/${Number(place) - 1}/columns` : list;
  return { definition: insert(without, into, index, one), pointer: `${into}/${index}` };
}

/** One place up or down, over the edge of a section into the next. */
export function step(definition: Definition, pointer: string, by: 1 | -1): { definition: Definition; pointer: string } {
  const { list, index } = split(pointer);
  const next = index + by;
  if (next >= 0 && next < (at(definition, list) as unknown[]).length) return move(definition, pointer, list, next);
  const [, number] = /^sections\/(\d+)\/fields$/.exec(list) ?? [];
  const other = number === undefined ? undefined : definition.sections[Number(number) + by];
  if (!other) return { definition, pointer };
  return move(definition, pointer, `sections/${Number(number) + by}/fields`, by === 1 ? 0 : other.fields.length);
}

/** A second one after it, under ids of its own. */
export function duplicate(definition: Definition, pointer: string): { definition: Definition; pointer: string } {
  const { list, index } = split(pointer);
  const taken = ids(definition);
  const copy = renamed(at(definition, pointer) as Field | Section, taken);
  return { definition: insert(definition, list, index + 1, copy), pointer: `${list}/${index + 1}` };
}

function renamed<T extends Field | Section>(one: T, taken: Set<string>): T {
  const inner = "fields" in one ? { fields: one.fields.map((field) => renamed(field, taken)) } : one.type === "table" ? { columns: one.columns.map((column) => renamed(column, taken)) } : {};
  return { ...one, ...inner, id: fresh(one.id.replace(/_\d+$/, ""), taken) };
}

export function ids(definition: Definition): Set<string> {
  return new Set(definition.sections.flatMap((section) => [section.id, ...withColumns(section.fields).map((one) => one.id)]));
}

/** An id that nothing has: the one wished for, or that with a number. */
export function fresh(wished: string, taken: Set<string>): string {
  let id = wished.slice(0, 36);
  for (let n = 2; taken.has(id) || RESERVED.has(id); n += 1) id = `${wished.slice(0, 36)}_${n}`;
  taken.add(id);
  return id;
}

/** An id from English words: `Net mass` becomes `net_mass`; null where nothing of them is left. */
export function idOf(text: string): string | null {
  const id = text.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "").slice(0, 36);
  return id || null;
}

/** Renames a field or section, in every expression and reference as well, so that nothing falls apart by it. */
export function rename(definition: Definition, pointer: string, id: string): Definition {
  const before = (at(definition, pointer) as Field | Section).id;
  const text = (source: string | null): string | null => source && renameIn(source, before, id);
  const field = (one: Field): Field => ({
    ...one,
    when: text(one.when),
    checks: one.checks.map((check) => ({ ...check, expression: renameIn(check.expression, before, id) })),
    ...(one.type === "calculation" ? { expression: renameIn(one.expression, before, id) } : {}),
    ...(one.type === "second_signature" && one.of === before ? { of: id } : {}),
    ...(one.type === "table" ? { columns: one.columns.map(field) } : {}),
  }) as Field;
  const all = { ...definition, sections: definition.sections.map((section) => ({ ...section, when: text(section.when), fields: section.fields.map(field) })) };
  return put(all, `${pointer}/id`, id);
}

/** Names outside of texts only. */
export function renameIn(source: string, before: string, after: string): string {
  return source.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[A-Za-z_][A-Za-z0-9_]*/g, (word) => (word === before ? after : word));
}

export const NO_LIMITS: Limits = { alert: null, action: null, specification: null };
const EMPTY: Words = { zh: "", en: "" };

export function newSection(definition: Definition, title: Words): Section {
  return { id: fresh("section", ids(definition)), title, when: null, repeat: null, fields: [] };
}

/** A field of a type as it comes from the palette, under the name that the palette gives it. */
export function newField(definition: Definition, type: FieldType, label: Words): Field {
  const common = { id: fresh(RESERVED.has(type) ? `${type}_field` : type, ids(definition)), label, hint: null, required: false, when: null, checks: [] };
  const measured = { decimals: 3, rounding: "gbt8170" as const, limits: NO_LIMITS };
  switch (type) {
    case "text":
      return { ...common, type, max_length: 200, multiline: false };
    case "number":
      return { ...common, type, unit: "kg", ...measured };
    case "reading":
      return { ...common, type, device_class: "balance", unit: "kg", ...measured };
    case "calculation":
      return { ...common, type, expression: "0", unit: null, ...measured };
    case "choice":
      return { ...common, type, several: false, options: [{ code: "a", label: EMPTY }, { code: "b", label: EMPTY }] };
    case "person":
      return { ...common, type, permission: null };
    case "scan":
      return { ...common, type, of: "any" };
    case "equipment":
      return { ...common, type, class: null };
    case "lot":
      return { ...common, type, material: null };
    case "photo":
    case "file":
      return { ...common, type, most: 3 };
    case "table":
      return { ...common, type, columns: [], rows: { min: 1, max: 20 } };
    case "signature":
      return { ...common, type, meaning: label };
    case "second_signature":
      return { ...common, type, meaning: label, of: signatures(definition).at(-1)?.id ?? "signature" };
    case "instruction":
      return { ...common, type, text: EMPTY, picture: null };
    default:
      return { ...common, type };
  }
}

export function signatures(definition: Definition): Field[] {
  return definition.sections.flatMap((section) => withColumns(section.fields)).filter((one) => one.type === "signature");
}

export function blank(code: string, title: Words, section: Words): Definition {
  return { pestle_form: 1, code, title, sections: [{ id: "section", title: section, when: null, repeat: null, fields: [] }] };
}

/** Every place in the order of the form, to walk through by keyboard. */
export function pointers(definition: Definition): string[] {
  return ["", ...definition.sections.flatMap((section, s) => [`sections/${s}`, ...section.fields.flatMap((field, f) => [`sections/${s}/fields/${f}`, ...columnsOf(field).map((_, c) => `sections/${s}/fields/${f}/columns/${c}`)])])];
}

/** The field, section or form that a finding is about. */
export function placeOf(path: string): string {
  return /^sections\/\d+(\/fields\/\d+(\/columns\/\d+)?)?/.exec(path)?.[0] ?? "";
}
