/** A definition made ready: which names an expression may use where, what depends on what, and in which order. The same
 * as server/engines/forms/plan.py. */
import { compile, ExpressionProblem, type Program, type Type } from "../expressions";
import { MEASURED } from "./shape";
import type { Definition, Field, Section, TableField } from "./types";

/** Names that expressions themselves need. */
export const RESERVED: ReadonlySet<string> = new Set(
  "abs all as bool break ceil const contains continue date duration else endsWith exists exists_one false filter floor for function has if import in in_days in_hours in_minutes in_seconds int let list loop map matches max mean min namespace null package return round round_half_up size startsWith string sum time timestamp true type uint var void while".split(" "),
);
const TEXTS = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/g;

/** Where a field stands; `pointer` leads to it in the definition. */
export interface Place {
  field: Field;
  section: Section;
  table: TableField | null;
  pointer: string;
}

/** An expression of the definition; `owner` is the id of its field, or the node of its section. */
export interface Formula {
  owner: string;
  pointer: string;
  source: string;
  names: Record<string, Type>;
  wants: Type;
  mentions: ReadonlySet<string>;
}

/** `order`: ids of fields and nodes of sections, what others need first. An expression that does not compile, or is part
 * of a circle, has no program. */
export interface Plan {
  form: Definition;
  places: Map<string, Place>;
  repeated: Map<string, Section>;
  formulas: Map<string, Formula>;
  programs: Map<string, Program>;
  problems: Map<string, ExpressionProblem>;
  order: string[];
  circles: ReadonlySet<string>;
}

/** Also of a definition that has findings, as long as it has a shape: what is wrong in it comes to nothing. */
export function makePlan(form: Definition): Plan {
  const plan: Plan = { form, places: new Map(), repeated: new Map(), formulas: new Map(), programs: new Map(), problems: new Map(), order: [], circles: new Set() };
  for (const place of placesOf(form)) if (!plan.places.has(place.field.id)) plan.places.set(place.field.id, place);
  for (const section of form.sections) if (section.repeat) plan.repeated.set(section.id, section);
  for (const formula of formulasOf(form, [...plan.places.values()])) {
    plan.formulas.set(formula.pointer, formula);
    try {
      plan.programs.set(formula.pointer, compile(formula.source, formula.names, formula.wants));
    } catch (error) {
      if (!(error instanceof ExpressionProblem)) throw error;
      plan.problems.set(formula.pointer, error);
    }
  }
  arrange(plan);
  return plan;
}

/** Every name in an expression, members too, but for what stands in its texts. */
export function mentioned(source: string): ReadonlySet<string> {
  return new Set(source.replace(TEXTS, '""').match(NAME) ?? []);
}

/** A section's own place in the order, beside fields: a faulty definition may call a field the same. */
export function sectionNode(section: string): string {
  return `#${section}`;
}

export function columnsOf(field: Field): Field[] {
  return field.type === "table" ? field.columns : [];
}

export function withColumns(fields: readonly Field[]): Field[] {
  return fields.flatMap((one) => [one, ...columnsOf(one)]);
}

export function isCheck(pointer: string): boolean {
  return pointer.includes("/checks/");
}

/** What an expression sees of a field; null for what has no value. */
export function typeOf(field: Field): Type | null {
  if (MEASURED.includes(field.type)) return "decimal";
  if (field.type === "yes_no" || field.type === "date" || field.type === "time") return field.type;
  if (field.type === "photo" || field.type === "file" || (field.type === "choice" && field.several)) return { list: "text" };
  if (field.type === "table") return { list: { row: typesOf(field.columns) } };
  return field.type === "instruction" ? null : "text";
}

function typesOf(fields: readonly Field[]): Record<string, Type> {
  const found: Record<string, Type> = {};
  for (const one of fields) {
    const type = typeOf(one);
    if (type !== null) found[one.id] = type;
  }
  return found;
}

function placesOf(form: Definition): Place[] {
  return form.sections.flatMap((section, s) =>
    section.fields.flatMap((field, f): Place[] => {
      const pointer = `sections/${s}/fields/${f}`;
      const columns = field.type === "table" ? field.columns.map((column, c): Place => ({ field: column, section, table: field, pointer: `${pointer}/columns/${c}` })) : [];
      return [{ field, section, table: null, pointer }, ...columns];
    }),
  );
}

/** What every expression of a form may use: fields outside of repeated sections, and those sections as lists. */
function commonNames(form: Definition): Record<string, Type> {
  const common: Record<string, Type> = {};
  for (const section of form.sections) {
    if (section.repeat) common[section.id] = { list: { row: typesOf(section.fields) } };
    else Object.assign(common, typesOf(section.fields));
  }
  return common;
}

/** The names that an expression may use at a field or section, by its pointer, each with its type. */
export function scopeOf(form: Definition, pointer: string): Record<string, Type> {
  const place = placesOf(form).find((one) => one.pointer === pointer);
  return place ? namesAt(place, commonNames(form)) : commonNames(form);
}

function formulasOf(form: Definition, places: Place[]): Formula[] {
  const common = commonNames(form);
  const found: Formula[] = [];
  form.sections.forEach((section, s) => {
    if (section.when !== null) found.push(formula(sectionNode(section.id), `sections/${s}/when`, section.when, common, "yes_no"));
  });
  for (const place of places) found.push(...formulasAt(place, common));
  return found;
}

/** The names that expressions of a field may use, each with its type. */
function namesAt(place: Place, common: Record<string, Type>): Record<string, Type> {
  const own = place.section.repeat ? typesOf(place.section.fields) : {};
  return { ...common, ...own, ...(place.table ? typesOf(place.table.columns) : {}) };
}

function formulasAt(place: Place, common: Record<string, Type>): Formula[] {
  const { field, pointer } = place;
  const names = namesAt(place, common);
  const found: Formula[] = [];
  if (field.when !== null) found.push(formula(field.id, `${pointer}/when`, field.when, names, "yes_no"));
  if (field.type === "calculation") found.push(formula(field.id, `${pointer}/expression`, field.expression, names, "decimal"));
  field.checks.forEach((check, at) => found.push(formula(field.id, `${pointer}/checks/${at}/expression`, check.expression, names, "yes_no")));
  return found;
}

function formula(owner: string, pointer: string, source: string, names: Record<string, Type>, wants: Type): Formula {
  return { owner, pointer, source, names, wants, mentions: mentioned(source) };
}

/** Order of calculation. What waits for itself is found, and loses its programs. */
function arrange(plan: Plan): void {
  const nodes = [...plan.form.sections.map((one) => sectionNode(one.id)), ...plan.places.keys()];
  const needs = new Map(nodes.map((node) => [node, above(plan, node)]));
  for (const [pointer, one] of plan.formulas) if (!isCheck(pointer) && plan.programs.has(pointer)) for (const used of uses(plan, pointer)) needs.get(one.owner)!.add(used);
  const circles = circlesOf(nodes, needs);
  for (const [pointer, one] of plan.formulas) if (circles.has(one.owner) && !isCheck(pointer)) plan.programs.delete(pointer);
  for (const node of circles) needs.set(node, above(plan, node));
  plan.circles = circles;
  plan.order = sorted(nodes, needs);
}

function above(plan: Plan, node: string): Set<string> {
  const place = plan.places.get(node);
  return new Set(place ? [sectionNode(place.section.id), ...(place.table ? [place.table.id] : [])] : []);
}

/** The ids that an expression looks at: of a table or a repeated section also the columns and fields it names. */
export function uses(plan: Plan, pointer: string): Set<string> {
  const { mentions } = plan.formulas.get(pointer)!;
  const found = new Set<string>();
  for (const name of plan.programs.get(pointer)!.variables) {
    const section = plan.repeated.get(name);
    found.add(section ? sectionNode(name) : name);
    const inside = section ? section.fields : columnsOf(plan.places.get(name)!.field);
    for (const one of withColumns(inside)) if (mentions.has(one.id)) found.add(one.id);
  }
  return found;
}

/** What is left when everything is taken away that waits for nothing, or that nothing waits for. */
function circlesOf(nodes: string[], needs: Map<string, Set<string>>): Set<string> {
  let left = new Set(nodes);
  for (;;) {
    const waiting = [...left].filter((node) => [...needs.get(node)!].some((need) => left.has(need)));
    const awaited = new Set(waiting.flatMap((node) => [...needs.get(node)!].filter((need) => left.has(need))));
    const kept = new Set(waiting.filter((node) => awaited.has(node)));
    if (kept.size === left.size) return left;
    left = kept;
  }
}

function sorted(nodes: string[], needs: Map<string, Set<string>>): string[] {
  const done = new Set<string>();
  let left = nodes;
  while (left.length) {
    const waiting: string[] = [];
    for (const node of left) {
      if ([...needs.get(node)!].every((need) => done.has(need))) done.add(node);
      else waiting.push(node);
    }
    // Ids that are used twice can leave such a rest; the check names them.
    if (waiting.length === left.length) return [...done, ...left];
    left = waiting;
  }
  return [...done];
}
