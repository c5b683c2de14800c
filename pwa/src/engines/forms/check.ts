/** Whether a definition may be used: everything that is wrong with it, each finding at its place. The same as
 * server/engines/forms/checking.py. */
import { encode } from "../../core/canonical";
import { exact, ExpressionError, type Program, type Value as Exact } from "../expressions";
import { columnsOf, isCheck, makePlan, RESERVED, withColumns, type Place, type Plan } from "./plan";
import { isRecord, look } from "./shape";
import type { Definition, Field, Finding, Section } from "./types";

const MOST_FIELDS = 1_000, MOST_BYTES = 512 * 1024, MOST_PATHS = 20_000;
// A condition over yes/no and choice is tried with every combination, as long as these are so few.
const MOST_TRIES = 1_000;
const WIDEST = ["specification", "action", "alert"] as const;

/** All findings; none: it may be used. Where it has not the shape of a definition, only that is looked at. */
export function check(definition: unknown): Finding[] {
  const found = look(definition);
  if (found.length) return found;
  const form = definition as Definition;
  const plan = makePlan(form);
  return [
    ...tooLarge(form),
    ...untranslated(form, ""),
    ...ids(form),
    ...[...plan.places.values()].flatMap((place) => fieldFindings(plan, place)),
    ...sections(form),
    ...expressions(plan),
    ...unreachable(plan),
  ];
}

function finding(code: string, path: string, details: Record<string, string | number> = {}): Finding {
  return { code, path, details };
}

function tooLarge(form: Definition): Finding[] {
  let bytes: number;
  try {
    bytes = encode(form).length;
  } catch {
    return [finding("value_wrong", "", { wants: "text" })];
  }
  const fields = form.sections.reduce((sum, section) => sum + withColumns(section.fields).length, 0);
  const paths = form.sections.reduce((sum, section) => sum + pathsOf(section), 0);
  return [
    ...(bytes > MOST_BYTES ? [finding("too_large", "", { bytes, most: MOST_BYTES })] : []),
    ...(fields > MOST_FIELDS ? [finding("too_large", "", { fields, most: MOST_FIELDS })] : []),
    ...(paths > MOST_PATHS ? [finding("too_large", "", { paths, most: MOST_PATHS })] : []),
  ];
}

function pathsOf(section: Section): number {
  const once = section.fields.reduce((sum, one) => sum + 1 + (one.type === "table" ? one.columns.length * one.rows.max : 0), 0);
  return once * (section.repeat?.max ?? 1);
}

/** Every text in two languages that lacks one. */
function untranslated(value: unknown, path: string): Finding[] {
  const at = (name: string | number): string => (path ? `${path}/${name}` : String(name));
  if (Array.isArray(value)) return value.flatMap((one, index) => untranslated(one, at(index)));
  if (!isRecord(value)) return [];
  const names = Object.keys(value).sort();
  const words = names.length === 2 && names[0] === "en" && names[1] === "zh";
  return names.flatMap((name) => [...(words && /^[ \t\r\n]*$/.test(String(value[name])) ? [finding("translation_missing", at(name))] : []), ...untranslated(value[name], at(name))]);
}

function ids(form: Definition): Finding[] {
  const seen = new Set<string>();
  const found: Finding[] = [];
  const take = (id: string, pointer: string): void => {
    if (RESERVED.has(id)) found.push(finding("id_reserved", `${pointer}/id`, { id }));
    if (seen.has(id)) found.push(finding("id_taken", `${pointer}/id`, { id }));
    seen.add(id);
  };
  form.sections.forEach((section, s) => {
    take(section.id, `sections/${s}`);
    section.fields.forEach((one, f) => {
      take(one.id, `sections/${s}/fields/${f}`);
      columnsOf(one).forEach((column, c) => take(column.id, `sections/${s}/fields/${f}/columns/${c}`));
    });
  });
  return found;
}

function sections(form: Definition): Finding[] {
  return form.sections.flatMap((section, s) => [
    ...(section.fields.length ? [] : [finding("empty", `sections/${s}/fields`)]),
    ...(section.repeat && section.repeat.min > section.repeat.max ? [finding("span_order", `sections/${s}/repeat`, { min: section.repeat.min, max: section.repeat.max })] : []),
  ]);
}

function fieldFindings(plan: Plan, place: Place): Finding[] {
  const { field, pointer } = place;
  const found: Finding[] = [];
  if (field.type === "choice") {
    const codes = field.options.map((option) => option.code);
    codes.forEach((code, at) => {
      if (codes.indexOf(code) < at) found.push(finding("code_taken", `${pointer}/options/${at}/code`, { code }));
    });
  }
  if (field.type === "table" && field.rows.min > field.rows.max) found.push(finding("span_order", `${pointer}/rows`, { min: field.rows.min, max: field.rows.max }));
  found.push(...limitFindings(field, pointer));
  if (field.type === "second_signature" && !confirms(plan, place, field.of)) found.push(finding("reference_unknown", `${pointer}/of`, { id: field.of }));
  return found;
}

/** Each range from low to high, and the stricter within the wider one; none finer than the field is rounded. */
function limitFindings(field: Field, pointer: string): Finding[] {
  if (!("limits" in field)) return [];
  const given = WIDEST.flatMap((name) => (field.limits[name] ? [[name, field.limits[name]] as const] : []));
  const bounds = [...given.map(([name, range]) => [name, "low", range.low] as const), ...[...given].reverse().map(([name, range]) => [name, "high", range.high] as const)];
  const found: Finding[] = [];
  let last: ReturnType<typeof exact> | null = null;
  for (const [name, side, bound] of bounds) {
    if (bound === null) continue;
    const here = `${pointer}/limits/${name}/${side}`;
    if ((bound.split(".")[1] ?? "").length > field.decimals) found.push(finding("limit_decimals", here, { decimals: field.decimals }));
    const value = exact(bound);
    if (last && value.lt(last)) found.push(finding("limits_order", here, { limit: bound }));
    last = value;
  }
  return found;
}

/** A second signature is of one that stands before it, in the same row, the same section or outside of any. */
function confirms(plan: Plan, place: Place, id: string): boolean {
  const order = [...plan.places.keys()];
  const of = plan.places.get(id);
  if (of?.field.type !== "signature" || order.indexOf(id) > order.indexOf(place.field.id)) return false;
  const reached = of.section.id === place.section.id || !of.section.repeat;
  return reached && (!of.table || place.table?.id === of.table.id);
}

function expressions(plan: Plan): Finding[] {
  const found = [...plan.problems].map(([pointer, problem]) => finding("expression", pointer, { problem: problem.code, at: problem.at, ...problem.details }));
  for (const [pointer, formula] of plan.formulas) {
    if (!plan.circles.has(formula.owner) || plan.problems.has(pointer) || isCheck(pointer)) continue;
    const others = new Set([...plan.circles].map((one) => one.replace(/^#/, "")).filter((one) => formula.mentions.has(one)));
    found.push(finding("circular", pointer, { fields: [...others].sort().join(" ") }));
  }
  return found;
}

/** Conditions that nothing can make true, as far as what they ask for can be counted. */
function unreachable(plan: Plan): Finding[] {
  return [...plan.programs].filter(([pointer, program]) => pointer.endsWith("/when") && never(plan, program)).map(([pointer]) => finding("unreachable", pointer));
}

function never(plan: Plan, program: Program): boolean {
  const tried = combinations(plan, [...program.variables].sort());
  return tried !== null && !tried.some((values) => mayHold(program, values));
}

/** Everything that these fields may hold, nothing included; null where that is too much to try. */
function combinations(plan: Plan, names: string[]): Record<string, Exact>[] | null {
  let found: Record<string, Exact>[] = [{}];
  for (const name of names) {
    const field = plan.places.get(name)?.field;
    const choices: Exact[] | null = field?.type === "yes_no" ? [null, true, false] : field?.type === "choice" && !field.several ? [null, ...field.options.map((option) => option.code)] : null;
    if (!choices || found.length * choices.length > MOST_TRIES) return null;
    found = found.flatMap((values) => choices.map((choice) => ({ ...values, [name]: choice })));
  }
  return found;
}

function mayHold(program: Program, values: Record<string, Exact>): boolean {
  try {
    return Boolean(program.run(values));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    // As in an evaluation: one that fails hides nothing.
    return error.code !== "missing";
  }
}
