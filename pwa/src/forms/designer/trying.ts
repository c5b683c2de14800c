/** What an expression is tried with, what it then gives, and which names are offered while it is written. */
import { compile, Decimal, exact, ExpressionError, ExpressionProblem, day, instant, plain, type Program, type Type, type Value } from "../../engines/expressions";
import { mentioned } from "../../engines/forms/plan";
import { DECIMAL } from "../../engines/forms/shape";

export type Compiled = { program: Program; problem: null } | { program: null; problem: ExpressionProblem };

export function compiled(source: string, names: Record<string, Type>, wants: Type): Compiled {
  try {
    return { program: compile(source, names, wants), problem: null };
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    return { program: null, problem: error };
  }
}

/** A place for an example: `weighings.1.net` is the second row's, `batch_size` a field's own. */
export interface Slot { key: string; name: string; type: Type; row: number | null; column: string | null }
const ROWS = 2;

/** The places that a program needs examples for; of a list two rows, with the columns that it names. */
export function slots(program: Program, source: string, names: Record<string, Type>): Slot[] {
  const words = mentioned(source);
  return [...program.variables].flatMap((name): Slot[] => {
    const type = names[name]!;
    if (typeof type === "string" || !("list" in type)) return [{ key: name, name, type, row: null, column: null }];
    const { list } = type;
    const columns = typeof list === "object" && "row" in list ? Object.entries(list.row).filter(([column, one]) => words.has(column) && typeof one === "string") : [["", list] as [string, Type]];
    return Array.from({ length: ROWS }, (_, row) => columns.map(([column, one]) => ({ key: `${name}.${row}.${column}`, name, type: one, row, column }))).flat();
  });
}

/** What the examples say, as expressions take it; what is none of its type is missing. */
export function values(program: Program, places: Slot[], examples: Record<string, string>): Record<string, Value> {
  const given: Record<string, Value> = {};
  for (const name of program.variables) {
    const own = places.filter((one) => one.name === name);
    if (own[0]?.row === null) given[name] = valueOf(own[0], examples);
    else given[name] = Array.from({ length: ROWS }, (_, row) => rowOf(own.filter((one) => one.row === row), examples));
  }
  return given;
}

function rowOf(own: Slot[], examples: Record<string, string>): Value {
  if (own.length === 1 && own[0]!.column === "") return valueOf(own[0]!, examples);
  return Object.fromEntries(own.map((one) => [one.column!, valueOf(one, examples)]));
}

/** What stands in a place before anybody writes there. */
export function usual(type: Type): string {
  return type === "decimal" ? "10" : type === "yes_no" ? "true" : type === "date" ? "2026-01-31" : type === "time" ? "2026-01-31T08:00:00Z" : "";
}

export function textIn(slot: Slot, examples: Record<string, string>): string {
  return examples[slot.key] ?? usual(slot.type);
}

function valueOf(slot: Slot, examples: Record<string, string>): Value {
  const text = textIn(slot, examples).trim();
  if (text === "") return null;
  try {
    if (slot.type === "decimal") return DECIMAL.test(text) ? exact(text) : null;
    if (slot.type === "yes_no") return text === "true";
    if (slot.type === "date") return day(text);
    if (slot.type === "time") return instant(text);
    return text;
  } catch {
    return null;
  }
}

export type Tried = { value: unknown; decimal: InstanceType<typeof Decimal> | null; error: null } | { value: null; decimal: null; error: string };

export function tried(program: Program, given: Record<string, Value>): Tried {
  try {
    const value = program.run(given);
    return { value: plain(value), decimal: Decimal.isDecimal(value) ? value : null, error: null };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { value: null, decimal: null, error: error.code };
  }
}

export interface Offer { insert: string; kind: "field" | "function" | "column" }
const FUNCTIONS = ["sum", "mean", "min", "max", "size", "round", "round_half_up", "abs", "floor", "ceil", "has"];
const MACROS = ["map", "filter", "all", "exists"];
const MOST = 8;

/** What may be meant by the word that ends at the caret, and where that word begins. */
export function offers(source: string, caret: number, names: Record<string, Type>): { from: number; offers: Offer[] } {
  const before = source.slice(0, caret);
  const word = /[A-Za-z_][A-Za-z0-9_]*$/.exec(before)?.[0] ?? "";
  const from = caret - word.length;
  const owner = /([A-Za-z_][A-Za-z0-9_]*)\.$/.exec(before.slice(0, from))?.[1];
  if (!owner && word === "") return { from, offers: [] };
  const all: Offer[] = owner ? members(owner, source, names) : [...Object.keys(names).map((insert): Offer => ({ insert, kind: "field" })), ...FUNCTIONS.map((insert): Offer => ({ insert: `${insert}(`, kind: "function" }))];
  const wanted = word.toLowerCase();
  const fitting = all.filter((one) => one.insert.toLowerCase().includes(wanted) && one.insert !== word);
  const first = fitting.filter((one) => one.insert.toLowerCase().startsWith(wanted));
  return { from, offers: [...new Set([...first, ...fitting])].slice(0, MOST) };
}

/** After a list its macros; after a row, which only a macro names, the columns of the lists that the text names. */
function members(owner: string, source: string, names: Record<string, Type>): Offer[] {
  if (owner in names) return isList(names[owner]) ? MACROS.map((insert) => ({ insert: `${insert}(`, kind: "function" })) : [];
  const lists = [...mentioned(source)].flatMap((name) => (isList(names[name]) ? [names[name]] : []));
  return lists.flatMap(({ list }) => (typeof list === "object" && "row" in list ? Object.keys(list.row).map((insert): Offer => ({ insert, kind: "column" })) : []));
}

function isList(type: Type | undefined): type is { list: Type } {
  return typeof type === "object" && "list" in type;
}
