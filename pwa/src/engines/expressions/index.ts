/** Expressions that a plant writes: conditions, checks and calculations over exact decimals, the same here and on the server (PRD-07). */
import { Decimal as Plain } from "decimal.js";
import { check, MACRO_NAMES } from "./checking";
import type { Node, Type, Types, Value, When } from "./model";
import { written } from "./numbers";
import { read } from "./reading";
import { Run } from "./running";
import { textOf } from "./times";

export { ExpressionError, ExpressionProblem, parseType, type Type, type Types, type Value, type When } from "./model";
export { Decimal, exact, rounded, written, type Rounding } from "./numbers";
export { day, instant } from "./times";

/** An expression that fits its variables: the names it uses, the type it gives, and how it runs. */
export class Program {
  readonly variables: ReadonlySet<string>;
  constructor(private readonly node: Node) {
    this.variables = new Set(names(node, []));
  }

  get type(): Type {
    return this.node.type as Type;
  }

  /** Its value. ExpressionError. */
  run(values: Readonly<Record<string, Value>>): Value {
    return new Run(values).whole(this.node);
  }
}

/** A text as an expression over variables of these types, giving `wants`. ExpressionProblem, with its place. */
export function compile(source: string, types: Types, wants?: Type): Program {
  return new Program(check(read(source), types, wants));
}

/** The variables that a node uses, without those that a macro around it gives. */
function names(node: Node, own: readonly string[]): string[] {
  if (node.op === "name") return own.includes(node.name) ? [] : [node.name];
  const inside = MACRO_NAMES.includes(node.op) ? [...own, node.name] : own;
  return node.args.flatMap((one, at) => names(one, at === 0 ? own : inside));
}

/** A value as JSON has it: decimals and times as text, in the one way that both languages write them. */
export function plain(value: Value): unknown {
  if (Plain.isDecimal(value)) return written(value);
  if (Array.isArray(value)) return value.map((one) => plain(one as Value));
  if (typeof value !== "object" || value === null) return value;
  if ("kind" in value && typeof value.at === "number") return textOf(value as When);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one as Value)]));
}
