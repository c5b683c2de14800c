/** The nouns of expressions: types, problems of a text, errors of a run, and the limits of both. See server/engines/expressions. */
import type { Decimal } from "decimal.js";

export const MAX_SOURCE = 2_000, MAX_BRACKETS = 40, MAX_DEPTH = 150, MAX_MACROS = 3;
export const MAX_STEPS = 20_000, MAX_TEXT = 10_000, MAX_ITEMS = 1_000, MAX_DIGITS = 34;
/** A step is a node, an item of a list that is looked through, or so many characters of a text. */
export const STEP_OF_TEXT = 100;
/** The most that a decimal's first digit may stand before or behind the point. */
export const MAX_EXPONENT = 999;

export const SIMPLE = ["decimal", "text", "yes_no", "date", "time", "duration"] as const;
export type Simple = (typeof SIMPLE)[number];
export type Type = Simple | { list: Type } | { row: Record<string, Type> };
export type Types = Readonly<Record<string, Type>>;

/** A date as days, a time and a span as milliseconds, all from 1970-01-01T00:00Z. */
export interface When { kind: "date" | "time" | "duration"; at: number }
export type Row = { readonly [name: string]: Value };
/** `null` is a value that is missing. */
export type Value = Decimal | string | boolean | When | readonly Value[] | Row | null;

/** Why a text is no expression here, and where it begins; 0 is the first character. */
export class ExpressionProblem extends Error {
  constructor(readonly code: string, readonly at: number, readonly details: Record<string, string> = {}) {
    super(`${code} at ${at}`);
  }
}

/** Why an expression has no value. */
export class ExpressionError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** A part of an expression: what it is, where it begins, what of, and its type once it is checked. */
export interface Node { op: string; at: number; args: Node[]; name: string; value: Value; type: Type | "" }

export function isList(type: Type | ""): type is { list: Type } {
  return typeof type === "object" && "list" in type;
}

export function isRow(type: Type | ""): type is { row: Record<string, Type> } {
  return typeof type === "object" && "row" in type;
}

/** Whether both are one type, all the way in. */
export function same(left: Type | "", right: Type | ""): boolean {
  if (isList(left)) return isList(right) && same(left.list, right.list);
  if (!isRow(left)) return left === right;
  if (!isRow(right)) return false;
  const names = Object.keys(left.row);
  return names.length === Object.keys(right.row).length && names.every((name) => Object.hasOwn(right.row, name) && same(left.row[name] ?? "", right.row[name] ?? ""));
}

/** A type from what JSON says: a simple name, `list(…)` of one, {list} or {row}. */
export function parseType(said: unknown): Type {
  if (typeof said === "string" && said.startsWith("list(") && said.endsWith(")")) return { list: parseType(said.slice(5, -1)) };
  if (typeof said === "object" && said !== null) {
    if ("list" in said) return { list: parseType(said.list) };
    if ("row" in said) return { row: Object.fromEntries(Object.entries(said.row as object).map(([name, one]) => [name, parseType(one)])) };
  }
  if (!(SIMPLE as readonly unknown[]).includes(said)) throw new Error(`no type: ${String(said)}`);
  return said as Simple;
}
