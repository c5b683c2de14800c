/** How much of a lot is dispensed, and what portions come to: exact, as in server/production/dispensing/sums.py. Both go through tests/vectors/dispensing.json. */
import { type Conversion, converted, type Fraction, inUnit, over, parse, times } from "../../core/measures";
import type { DispensingLine, Limits, Quantity } from "../../core/types";
import { isNumber } from "../numbers";
import { compile, Decimal, exact, ExpressionError, ExpressionProblem, rounded, type Types, type Value, written } from "../../engines/expressions";

export const ZERO: Fraction = [0n, 1n];
export const plus = (a: Fraction, b: Fraction): Fraction => [a[0] * b[1] + b[0] * a[1], a[1] * b[1]];
export const less = (a: Fraction, b: Fraction): boolean => a[0] * b[1] < b[0] * a[1];
const minus = (a: Fraction, b: Fraction): Fraction => plus(a, [-b[0], b[1]]);

/** What an expression for a quantity is over, beside its own target, as decimal strings; null is one that is missing. */
export type Basis = Readonly<Record<string, string | null>>;
export type Unknown = "missing" | "division_by_zero" | "out_of_range" | "not_positive" | "format_wrong";
export type Found = { quantity: string } | { error: Unknown };

/** How much of this lot stands for the line's target, in the line's unit, with the digits of the line. */
export function quantityOf(line: DispensingLine, basis: Basis): Found {
  if (line.quantity === null) return { quantity: line.target };
  const given: Basis = { target: line.target, ...basis };
  const types: Types = Object.fromEntries(Object.keys(given).map((name) => [name, "decimal"]));
  // What is no number, as "< 0.1 %", says nothing that could be counted with.
  const values: Record<string, Value> = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, isNumber(text ?? "") ? exact(text ?? "") : null]));
  try {
    const value = compile(line.quantity, types, "decimal").run(values);
    if (!Decimal.isDecimal(value)) return { error: "missing" };
    const quantity = rounded(value, line.decimals, line.rounding);
    return quantity.gt(0) ? { quantity: written(quantity, line.decimals) } : { error: "not_positive" };
  } catch (error) {
    if (error instanceof ExpressionError) return { error: error.code === "division_by_zero" || error.code === "missing" ? error.code : "out_of_range" };
    // Of a recipe that came from elsewhere nobody has checked its expressions.
    if (error instanceof ExpressionProblem) return { error: "format_wrong" };
    throw error;
  }
}

/** The limits of the line for a lot of which so much stands for its target: never wider than the recipe's. */
export function limitsFor(line: DispensingLine, quantity: string): Limits {
  const factor = over(parse(quantity), parse(line.target));
  if (factor[0] === factor[1]) return { low: line.low, high: line.high, target: quantity, unit: line.unit };
  const [low, high] = [times(parse(line.low), factor), times(parse(line.high), factor)];
  return { low: text(up(low, line.decimals), line.decimals), high: text(down(high, line.decimals), line.decimals), target: quantity, unit: line.unit };
}

/** What a portion counts towards the line's target, of a lot of which `quantity` stands for it; null in a unit that leads nowhere. `own`: what the material says of its units. */
export function worth(line: DispensingLine, net: Quantity, quantity: string, own: readonly Conversion[] = []): Fraction | null {
  const found = inUnit(net, line.unit, own);
  return found === null ? null : over(times(found, parse(line.target)), parse(quantity));
}

/** A weight in the unit of the line, to be shown: with the digits of the line, or as many as it has; with three more where it is no decimal there. */
export function ownOf(line: DispensingLine, net: Quantity, own: readonly Conversion[]): string | null {
  const found = inUnit(net, line.unit, own);
  if (found === null) return null;
  const exact = converted(net, line.unit, own)?.value, most = line.decimals + 3;
  const digits = exact === undefined ? most : Math.min(most, exact.split(".")[1]?.length ?? 0);
  return fromFraction(found, { ...line, decimals: Math.max(line.decimals, digits) });
}

/** Where a weight stands between bounds, exactly. */
export function within(found: Fraction, { low, high }: { low: string; high: string }): "low" | "within" | "high" {
  if (less(found, parse(low))) return "low";
  return less(parse(high), found) ? "high" : "within";
}

/** What is still to be taken of such a lot once portions worth `sum` stand, by the line's rule; negative beyond the target. */
export function remaining(line: DispensingLine, sum: Fraction, quantity: string): string {
  return fromFraction(of(line, minus(parse(line.target), sum), quantity), line);
}

/** What portions worth `sum` are of such a lot, by the line's rule. */
export const weighedOf = (line: DispensingLine, sum: Fraction, quantity: string): string => fromFraction(of(line, sum, quantity), line);

/** What may still be taken of such a lot, at least and at most. */
export function bounds(line: DispensingLine, sum: Fraction, quantity: string): { low: string; high: string } {
  const [low, high] = [of(line, minus(parse(line.low), sum), quantity), of(line, minus(parse(line.high), sum), quantity)];
  return { low: text(up(less(low, ZERO) ? ZERO : low, line.decimals), line.decimals), high: text(down(high, line.decimals), line.decimals) };
}

export type Stand = "open" | "done" | "over";

export function standOf(line: DispensingLine, sum: Fraction): Stand {
  if (less(parse(line.high), sum)) return "over";
  return less(sum, parse(line.low)) ? "open" : "done";
}

/** A sum to be shown, by the line's rule. */
export const shownSum = (line: DispensingLine, sum: Fraction): string => fromFraction(sum, line);

const of = (line: DispensingLine, sum: Fraction, quantity: string): Fraction => over(times(sum, parse(quantity)), parse(line.target));

/** Whole tens of the last digit, below or above. */
function down([top, bottom]: Fraction, decimals: number): bigint {
  const scaled = top * 10n ** BigInt(decimals);
  return scaled < 0n && scaled % bottom !== 0n ? scaled / bottom - 1n : scaled / bottom;
}

const up = ([top, bottom]: Fraction, decimals: number): bigint => -down([-top, bottom], decimals);

function fromFraction(value: Fraction, { decimals, rounding }: DispensingLine): string {
  const floor = down(value, decimals), rest = minus(times(value, [10n ** BigInt(decimals), 1n]), [floor, 1n]);
  const twice = 2n * rest[0] - rest[1];
  // Half: away from zero, or to the even one.
  const half = rounding === "half_up" ? floor >= 0n : floor % 2n !== 0n;
  return text(twice > 0n || (twice === 0n && half) ? floor + 1n : floor, decimals);
}

function text(units: bigint, decimals: number): string {
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, "0");
  const sign = units < 0n ? "-" : "";
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
