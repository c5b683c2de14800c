/** Runs checked nodes: what each gives, counted in steps, and the same here and on the server to the last digit. See running.py. */
import { Decimal as Plain } from "decimal.js";
import { ExpressionError, isList, MAX_ITEMS, MAX_STEPS, MAX_TEXT, STEP_OF_TEXT, type Node, type Row, type Value, type When } from "./model";
import { calculated, exact, kept, rounded } from "./numbers";
import { between, day, duration, instant, moved, span } from "./times";

const UNITS: Record<string, number> = { in_days: 86_400_000, in_hours: 3_600_000, in_minutes: 60_000, in_seconds: 1_000 };
type Truth = boolean | ExpressionError;

/** One run over the values of the variables; without one, or with null, it is missing. */
export class Run {
  private readonly values: Map<string, Value>;
  private steps = 0;

  constructor(values: Readonly<Record<string, Value>>) {
    this.values = new Map(Object.entries(values));
  }

  /** The value of an expression, of which a list costs its items: it is written down. ExpressionError. */
  whole(node: Node): Value {
    const result = this.value(node);
    if (isList(node.type)) this.weigh(result);
    return result;
  }

  /** The value of a node. ExpressionError. */
  value(node: Node): Value {
    this.steps += 1;
    if (this.steps > MAX_STEPS) throw new ExpressionError("too_many_steps");
    switch (node.op) {
      case "value": return node.value;
      case "name": return there(this.values.get(node.name));
      case "field": {
        const of = this.value(node.args[0]!) as Row;
        return there(Object.hasOwn(of, node.name) ? of[node.name] : null);
      }
      case "index": return this.index(node);
      case "list": return node.args.map((one) => this.value(one));
      case "not": return this.value(node.args[0]!) === false;
      case "neg": return this.negated(node);
      case "and": return this.settled(node, false);
      case "or": return this.settled(node, true);
      case "if": return this.value(this.value(node.args[0]!) === true ? node.args[1]! : node.args[2]!);
      case "call": return this.call(node);
      case "method": return this.method(node);
      case "all": return this.any(node, false);
      case "exists": return this.any(node, true);
      case "exists_one": return this.each(node, () => this.value(node.args[1]!) === true).filter(Boolean).length === 1;
      case "filter": return this.filtered(node);
      case "map": return this.mapped(node);
      default: return this.binary(node);
    }
  }

  private spend(steps: number): void {
    this.steps += steps;
    if (this.steps > MAX_STEPS) throw new ExpressionError("too_many_steps");
  }

  /** Pay for looking through all of a list or a text, before that is done. */
  private weigh(value: Value): void {
    if (typeof value === "string") {
      // Code points are counted only where there may be enough of them.
      if (value.length >= STEP_OF_TEXT) this.spend(Math.floor([...value].length / STEP_OF_TEXT));
    } else if (Array.isArray(value)) {
      this.spend(value.length);
      for (const one of value) this.weigh(one as Value);
    }
  }

  private index(node: Node): Value {
    const [items, at] = [this.value(node.args[0]!) as Value[], this.value(node.args[1]!) as Plain];
    if (!at.isInteger() || at.isNegative() && !at.isZero() || at.gte(items.length)) throw new ExpressionError("out_of_range");
    return there(items[at.toNumber()]);
  }

  private negated(node: Node): Value {
    const value = this.value(node.args[0]!) as Plain | When;
    if (!Plain.isDecimal(value)) return span(-value.at);
    return value.isZero() ? value.abs() : value.neg();
  }

  /** One side that settles it is enough, whatever the other would be. */
  private settled(node: Node, by: boolean): boolean {
    const first = this.tried(node.args[0]!);
    if (first === by) return by;
    const second = this.tried(node.args[1]!);
    if (second === by) return by;
    for (const one of [first, second]) if (one instanceof ExpressionError) throw one;
    return !by;
  }

  private tried(node: Node): Truth {
    try {
      return this.value(node) === true;
    } catch (error) {
      if (!(error instanceof ExpressionError) || error.code === "too_many_steps") throw error;
      return error;
    }
  }

  private binary(node: Node): Value {
    const [left, right] = [this.value(node.args[0]!), this.value(node.args[1]!)];
    this.weigh(left);
    this.weigh(right);
    if (node.op === "in") return (right as Value[]).some((one) => equal(left, one));
    if (node.op === "==" || node.op === "!=") return equal(left, right) === (node.op === "==");
    if (node.op === "<" || node.op === ">=") return compared(left, right) < 0 === (node.op === "<");
    if (node.op === ">" || node.op === "<=") return compared(left, right) > 0 === (node.op === ">");
    if (Plain.isDecimal(left)) return calculated(node.op, left, right as Plain);
    if (typeof left === "string") return joined([...left].length + [...(right as string)].length, MAX_TEXT, () => left + (right as string));
    if (Array.isArray(left)) return joined(left.length + (right as Value[]).length, MAX_ITEMS, () => [...(left as Value[]), ...(right as Value[])]);
    const [from, by] = [left as When, right as When];
    if (from.kind === "duration" && by.kind !== "duration") return moved(by, from.at);
    if (from.kind === "duration") return span(node.op === "+" ? from.at + by.at : from.at - by.at);
    return by.kind === "duration" ? moved(from, node.op === "+" ? by.at : -by.at) : between(from, by);
  }

  // Macros.

  /** What `act` gives for each item under its name, until it gives "enough". */
  private each<T>(node: Node, act: (item: Value) => T | "enough"): T[] {
    const items = this.value(node.args[0]!) as Value[];
    const made: T[] = [];
    for (const item of items) {
      const before = this.values.get(node.name) ?? null;
      this.values.set(node.name, there(item));
      try {
        const one = act(item);
        if (one === "enough") return made;
        made.push(one);
      } finally {
        this.values.set(node.name, before);
      }
    }
    return made;
  }

  private any(node: Node, by: boolean): boolean {
    let found = false;
    const seen = this.each<Truth>(node, () => {
      const one = this.tried(node.args[1]!);
      found = one === by;
      return found ? "enough" : one;
    });
    if (found) return by;
    for (const one of seen) if (one instanceof ExpressionError) throw one;
    return !by;
  }

  private filtered(node: Node): Value[] {
    return this.each(node, (item) => ({ item, right: this.value(node.args[1]!) === true })).filter((one) => one.right).map((one) => one.item);
  }

  private mapped(node: Node): Value[] {
    const made: Value[] = [];
    this.each(node, () => {
      if (node.args.length === 2 || this.value(node.args[1]!) === true) made.push(this.value(node.args.at(-1)!));
      return true;
    });
    return made;
  }

  // Functions.

  private method(node: Node): boolean {
    const [text, part] = node.args.map((one) => this.value(one)) as [string, string];
    this.weigh(text);
    this.weigh(part);
    if (node.name === "contains") return text.includes(part);
    return node.name === "startsWith" ? text.startsWith(part) : text.endsWith(part);
  }

  private call(node: Node): Value {
    if (node.name === "has") return this.has(node.args[0]!);
    const given = node.args.map((one) => this.value(one));
    if (["min", "max", "sum", "mean"].includes(node.name)) {
      const items = isList(node.args[0]!.type) ? (given[0] as Value[]) : given;
      this.weigh(items);
      return over(node.name, items.map((one) => there(one)) as Plain[]);
    }
    if (node.name === "size") return exact(String(typeof given[0] === "string" ? [...given[0]].length : (given[0] as Value[]).length));
    if (node.name === "round" || node.name === "round_half_up") {
      const [value, decimals] = given as [Plain, Plain];
      if (!decimals.isInteger() || decimals.abs().gt(20)) throw new ExpressionError("out_of_range");
      return rounded(value, decimals.toNumber(), node.name === "round" ? "gbt8170" : "half_up");
    }
    const unit = UNITS[node.name];
    if (unit !== undefined) return calculated("/", exact(String((given[0] as When).at)), exact(String(unit)));
    return named(node.name, given[0] as never);
  }

  private has(node: Node): boolean {
    try {
      this.value(node);
    } catch (error) {
      if (error instanceof ExpressionError && error.code === "missing") return false;
      throw error;
    }
    return true;
  }
}

function there(value: Value | undefined): Exclude<Value, null> {
  if (value === null || value === undefined) throw new ExpressionError("missing");
  if (Plain.isDecimal(value)) return kept(value);
  const long = typeof value === "string" ? value.length > MAX_TEXT && [...value].length > MAX_TEXT : Array.isArray(value) && value.length > MAX_ITEMS;
  if (long) throw new ExpressionError("too_long");
  return value;
}

function joined<T>(length: number, most: number, join: () => T): T {
  if (length > most) throw new ExpressionError("too_long");
  return join();
}

function named(name: string, given: never): Value {
  if (name === "date") return day(given);
  if (name === "time") return instant(given);
  if (name === "duration") return duration(given);
  const value = given as Plain;
  const result = name === "abs" ? value.abs() : name === "ceil" ? value.ceil() : value.floor();
  return result.isZero() ? result.abs() : result;
}

function equal(left: Value, right: Value): boolean {
  if (Plain.isDecimal(left)) return Plain.isDecimal(right) && left.eq(right);
  if (Array.isArray(left)) return Array.isArray(right) && left.length === right.length && left.every((one, at) => equal(one as Value, (right as Value[])[at] ?? null));
  if (typeof left === "object" && left !== null) return typeof right === "object" && right !== null && (left as When).at === (right as When).at;
  return left === right;
}

/** Below 0, 0 or above: texts by code points, which is not how JavaScript compares them. */
function compared(left: Value, right: Value): number {
  if (Plain.isDecimal(left)) return left.cmp(right as Plain);
  if (typeof left === "string") return byCodePoints(left, right as string);
  if (typeof left === "boolean") return Number(left) - Number(right);
  return (left as When).at - (right as When).at;
}

function byCodePoints(left: string, right: string): number {
  const [one, other] = [[...left], [...right]];
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    const difference = one[at]!.codePointAt(0)! - other[at]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Of an empty list the sum is 0, and all else is missing. */
function over(name: string, items: Plain[]): Plain {
  if (items.length === 0 && name !== "sum") throw new ExpressionError("missing");
  if (name === "min" || name === "max") return items.reduce((one, other) => ((name === "min" ? other.lt(one) : other.gt(one)) ? other : one));
  const total = items.reduce((sum, one) => calculated("+", sum, one), exact("0"));
  return name === "sum" ? total : calculated("/", total, exact(String(items.length)));
}
