/** The values of a filled form: where each belongs, how many rows there are, and whether one is what its field takes.
 * The same as server/engines/forms/values.py. */
import { day, Decimal, exact, instant, type Value as Exact } from "../expressions";
import type { Place, Plan } from "./plan";
import { DECIMAL, isRecord, letters, SHA256 } from "./shape";
import type { Field } from "./types";

const NUMBER = /^[1-9][0-9]{0,3}$/;
const CONTROL = /[\x00-\x1f\x7f]/;
const BUT_LINES = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const SURROGATE = /\p{Surrogate}/u;
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;
const LONGEST = 200;
/** A file also says how many bytes it has and what it was called where it was chosen. */
const FILE = /^[0-9a-f]{64}(\/[0-9]{1,8}\/[^/\x00-\x1f\x7f]{1,120})?$/u;

/** What an expression sees of a value, or the code of what is wrong with it. */
export interface Read {
  exact: Exact;
  problem: string | null;
}

/** How many rows each table (by path) and each repeated section (by id) has, which of them are struck out (by their paths,
 * as `weighings/2`), and the paths that lead nowhere. */
export interface Counted { rows: Map<string, number>; struck: Set<string>; unknown: string[] }
/** By the list that they are of, how many rows are struck out. */
type Extra = Map<string, number>;

/** A row is struck out where `true` stands at its own path. It keeps its number, and another may take its place: a form has
 * as many rows as it asks for beside those. */
export function count(plan: Plan, values: Record<string, unknown>): Counted {
  const { struck, extra } = struckOut(plan, values);
  const highest = new Map<string, number>();
  const unknown: string[] = [];
  for (const path of Object.keys(values)) {
    const found = repetitions(plan, path, extra);
    if (found === null) unknown.push(path);
    else for (const [name, number] of found) highest.set(name, Math.max(highest.get(name) ?? 0, number));
  }
  return { rows: rowsOf(plan, highest, extra), struck, unknown: unknown.sort(byCodePoint) };
}

/** From the outside to the inside, and by number: each lets the form have one more. */
function struckOut(plan: Plan, values: Record<string, unknown>): { struck: Set<string>; extra: Extra } {
  const struck = new Set<string>();
  const extra: Extra = new Map();
  const rows = Object.keys(values).filter((path) => values[path] === true && steps(plan, path.split("/")).row);
  const place = (path: string): [number, number] => [path.split("/").length, Number(path.slice(path.lastIndexOf("/") + 1))];
  rows.sort((left, right) => place(left)[0] - place(right)[0] || place(left)[1] - place(right)[1]);
  for (const path of rows) {
    if (repetitions(plan, path, extra) === null) continue;
    struck.add(path);
    const name = path.slice(0, path.lastIndexOf("/"));
    extra.set(name, (extra.get(name) ?? 0) + 1);
  }
  return { struck, extra };
}

function byCodePoint(left: string, right: string): number {
  const a = [...left], b = [...right];
  const at = a.findIndex((letter, index) => letter !== b[index]);
  if (at === -1) return a.length - b.length;
  return at >= b.length ? 1 : a[at]!.codePointAt(0)! - b[at]!.codePointAt(0)!;
}

function rowsOf(plan: Plan, highest: Map<string, number>, extra: Extra): Map<string, number> {
  const of = (name: string, least: number): number => Math.max(least + (extra.get(name) ?? 0), highest.get(name) ?? 0);
  const rows = new Map<string, number>();
  for (const section of plan.form.sections) {
    let prefixes = [""];
    if (section.repeat) {
      const times = of(section.id, section.repeat.min);
      rows.set(section.id, times);
      prefixes = Array.from({ length: times }, (_, at) => `${section.id}/${at + 1}/`);
    }
    for (const prefix of prefixes) for (const one of section.fields) if (one.type === "table") rows.set(prefix + one.id, of(prefix + one.id, one.rows.min));
  }
  return rows;
}

/** What is repeated on the way to a field or a row, with which number; null where there is neither. */
function repetitions(plan: Plan, path: string, extra: Extra): [string, number][] | null {
  let parts = path.split("/");
  const { around: lists, row } = steps(plan, parts);
  const found: [string, number][] = [];
  let prefix = "";
  for (const [name, most] of lists) {
    if (parts.length < 2 || parts[0] !== name || !NUMBER.test(parts[1]!) || Number(parts[1]) > most + (extra.get(prefix + name) ?? 0)) return null;
    found.push([prefix + name, Number(parts[1])]);
    prefix += `${name}/${parts[1]}/`;
    parts = parts.slice(2);
  }
  if (row) return parts.length === 0 ? found : null;
  const place = parts.length === 1 ? plan.places.get(parts[0]!) : undefined;
  return !place || place.field.type === "table" || place.field.type === "instruction" ? null : found;
}

/** What is repeated around a field, and whether the path is that of a row itself. */
function steps(plan: Plan, parts: string[]): { around: [string, number][]; row: boolean } {
  if ((parts.length === 2 || parts.length === 4) && NUMBER.test(parts.at(-1)!)) {
    const section = plan.repeated.get(parts[0]!);
    if (parts.length === 2 && section?.repeat) return { around: [[section.id, section.repeat.max]], row: true };
    const place = plan.places.get(parts.at(-2)!);
    if (place?.field.type !== "table") return { around: [], row: false };
    return { around: [...around(place), [place.field.id, place.field.rows.max]], row: true };
  }
  const place = plan.places.get(parts.at(-1)!);
  return { around: place ? around(place) : [], row: false };
}

function around({ section, table }: Place): [string, number][] {
  const outer: [string, number][] = section.repeat ? [[section.id, section.repeat.max]] : [];
  return table ? [...outer, [table.id, table.rows.max]] : outer;
}

/** Whether it is one of the shapes that values have at all: what is none is not shown, and signed by nobody. */
export function isValue(given: unknown): boolean {
  if (Array.isArray(given)) return given.every(isText);
  if (isRecord(given)) return Object.entries(given).every(([name, one]) => isText(name) && isText(one));
  return typeof given === "boolean" || isText(given);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && !SURROGATE.test(value);
}

export function read(field: Field, given: unknown): Read {
  switch (field.type) {
    case "text":
      if (typeof given !== "string" || (field.multiline ? BUT_LINES : CONTROL).test(given)) return no("format");
      return given.length <= field.max_length || letters(given) <= field.max_length ? yes(given) : no("too_long");
    case "number":
    case "reading":
      if (!has(given, "value", "unit") || !DECIMAL.test(given["value"]!)) return no("format");
      return given["unit"] === field.unit ? yes(exact(given["value"]!)) : no("unit");
    case "choice": {
      const known = (code: string): boolean => field.options.some((option) => option.code === code);
      if (field.several) return distinct(given) ? (given.every(known) ? yes(given) : no("not_an_option")) : no("format");
      if (typeof given !== "string") return no("format");
      return known(given) ? yes(given) : no("not_an_option");
    }
    case "yes_no":
      return typeof given === "boolean" ? yes(given) : no("format");
    case "date":
      return parsed(day, given);
    case "time":
      return typeof given === "string" && TIME.test(given) ? parsed(instant, given) : no("format");
    case "photo":
    case "file":
      if (!distinct(given) || !distinct(given.map((name) => [...name].slice(0, 64).join(""))) || !given.every((name) => (field.type === "file" ? FILE : SHA256).test(name))) return no("format");
      return given.length <= field.most ? yes(given) : no("too_many");
    case "signature":
    case "second_signature":
      return has(given, "signed_by", "digest") && SHA256.test(given["digest"]!) ? yes(given["signed_by"]!) : no("format");
    default:
      return typeof given === "string" && letters(given) <= LONGEST && !CONTROL.test(given) ? yes(given) : no("format");
  }
}

function has(given: unknown, ...names: string[]): given is Record<string, string> {
  return isRecord(given) && Object.keys(given).length === names.length && names.every((name) => typeof given[name] === "string");
}

function distinct(given: unknown): given is string[] {
  return Array.isArray(given) && given.every((one) => typeof one === "string") && new Set(given).size === given.length;
}

function parsed(parse: (text: string) => Exact, given: unknown): Read {
  if (typeof given !== "string") return no("format");
  try {
    return yes(parse(given));
  } catch {
    return no("format");
  }
}

function yes(exact: Exact): Read {
  return { exact, problem: null };
}

function no(problem: string): Read {
  return { exact: null, problem };
}

/** Whether two values that a field was given say the same. */
export function sameGiven(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) return left.length === right.length && left.every((one, at) => one === right[at]);
  if (!isRecord(left) || !isRecord(right) || Array.isArray(left) || Array.isArray(right)) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

/** Whether an expression would see the same. */
export function sameExact(left: Exact | undefined, right: Exact | undefined): boolean {
  return left === right || (Decimal.isDecimal(left) && Decimal.isDecimal(right) && left.eq(right));
}
