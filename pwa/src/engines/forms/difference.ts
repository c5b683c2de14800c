/** What differs between two versions of a form, field by field: fields are the same by their ids, wherever they stand. */
import { columnsOf } from "./plan";
import type { Definition, Field, Section, Words } from "./types";

export interface Property {
  /** As `limits/alert/low`. */
  name: string;
  before: unknown;
  after: unknown;
}

/** `what`: `moved` is one that says the same and stands elsewhere; `of` is "form", "section" or "field". */
export interface Difference {
  what: "added" | "removed" | "changed" | "moved";
  of: "form" | "section" | "field";
  id: string;
  label: Words;
  properties: Property[];
}

interface Placed {
  of: "section" | "field";
  label: Words;
  /** All that it says but what stands inside of it. */
  said: object;
  /** In what it stands, and after which of those that both versions have. */
  parent: string;
}

export function compare(before: Definition, after: Definition): Difference[] {
  const old = placed(before), now = placed(after);
  const order = orders(old, now);
  const form = properties("", { code: before.code, title: before.title }, { code: after.code, title: after.title });
  const found: Difference[] = form.length ? [{ what: "changed", of: "form", id: after.code, label: after.title, properties: form }] : [];
  for (const [id, one] of now) {
    const was = old.get(id);
    const { of, label } = one;
    if (!was || was.of !== of) {
      found.push({ what: "added", of, id, label, properties: [] });
      continue;
    }
    const changed = properties("", was.said, one.said);
    if (changed.length) found.push({ what: "changed", of, id, label, properties: changed });
    if (was.parent !== one.parent || order.has(id)) found.push({ what: "moved", of, id, label, properties: was.parent === one.parent ? [] : [{ name: "place", before: was.parent, after: one.parent }] });
  }
  for (const [id, one] of old) if (now.get(id)?.of !== one.of) found.push({ what: "removed", of: one.of, id, label: one.label, properties: [] });
  return found;
}

function placed(form: Definition): Map<string, Placed> {
  const found = new Map<string, Placed>();
  const put = (field: Field, parent: string): void => {
    const { columns, ...said } = { columns: undefined, ...field };
    found.set(field.id, { of: "field", label: field.label, said, parent });
    for (const column of columnsOf(field)) put(column, field.id);
  };
  form.sections.forEach((section: Section) => {
    const { fields, ...said } = section;
    found.set(section.id, { of: "section", label: section.title, said, parent: "" });
    for (const field of fields) put(field, section.id);
  });
  return found;
}

/** Of those that stayed in one place, the ones that must have been moved: all but a longest run in the old order. */
function orders(old: Map<string, Placed>, now: Map<string, Placed>): Set<string> {
  const moved = new Set<string>();
  const groups = new Map<string, string[]>();
  for (const [id, one] of now) if (old.get(id)?.parent === one.parent && old.get(id)?.of === one.of) groups.set(one.parent, [...(groups.get(one.parent) ?? []), id]);
  const places = new Map([...old.keys()].map((id, at) => [id, at]));
  for (const ids of groups.values()) {
    const stay = new Set(longestRun(ids.map((id) => places.get(id)!)).map((at) => ids[at]!));
    for (const id of ids) if (!stay.has(id)) moved.add(id);
  }
  return moved;
}

/** The indices of a longest rising run. */
function longestRun(numbers: number[]): number[] {
  const best: number[][] = [];
  numbers.forEach((number, at) => {
    let run: number[] = [];
    for (let before = 0; before < at; before += 1) if (numbers[before]! < number && best[before]!.length > run.length) run = best[before]!;
    best.push([...run, at]);
  });
  return best.reduce((longest, run) => (run.length > longest.length ? run : longest), []);
}

function properties(name: string, before: unknown, after: unknown): Property[] {
  if (same(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [{ name, before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((one) => properties(name ? `${name}/${one}` : one, before[one], after[one]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whatever the order of keys: the server gives them sorted. */
function same(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) return left.length === right.length && left.every((one, at) => same(one, right[at]));
  if (!isObject(left) || !isObject(right)) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => Object.hasOwn(right, name) && same(left[name], right[name]));
}
