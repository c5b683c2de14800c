/** Exact decimals as Python and TypeScript both have them: 34 digits, half even, one way to write and to round. */
import { Decimal as Plain } from "decimal.js";
import { ExpressionError, MAX_EXPONENT } from "./model";

/** Digits and mode of decimal128 (IEEE 754-2008); exponents wide enough that our own limit is met first. */
export const Decimal = Plain.clone({ precision: 34, rounding: Plain.ROUND_HALF_EVEN, modulo: Plain.ROUND_DOWN, maxE: 9e6, minE: -9e6 });
// For the whole part of a quotient, which must not be rounded up on the way.
const Wide = Plain.clone({ precision: 2_200, rounding: Plain.ROUND_DOWN, maxE: 9e6, minE: -9e6 });
export type Rounding = "gbt8170" | "half_up";
const MODES: Record<Rounding, Plain.Rounding> = { gbt8170: Plain.ROUND_HALF_EVEN, half_up: Plain.ROUND_HALF_UP };
const DIGITS = 34, MOST_PLACES = 20;

/** A decimal of exactly these digits. */
export function exact(text: string): Plain {
  return new Decimal(text);
}

/** The same where it is not too large or too small to be an amount of anything. ExpressionError `out_of_range`. */
export function kept(value: Plain): Plain {
  if (!value.isFinite() || (!value.isZero() && Math.abs(value.e) > MAX_EXPONENT)) throw new ExpressionError("out_of_range");
  return value;
}

/** `left sign right`, to 34 digits. ExpressionError `division_by_zero`, `out_of_range`. */
export function calculated(sign: string, left: Plain, right: Plain): Plain {
  if ((sign === "/" || sign === "%") && right.isZero()) throw new ExpressionError("division_by_zero");
  if (sign === "+") return kept(Decimal.add(left, right));
  if (sign === "-") return kept(Decimal.sub(left, right));
  if (sign === "*") return kept(Decimal.mul(left, right));
  if (sign === "/") return kept(Decimal.div(left, right));
  // A remainder of which the quotient has more digits than there are.
  if (!left.isZero() && Wide.div(left, right).trunc().e >= DIGITS) throw new ExpressionError("out_of_range");
  return kept(Decimal.mod(left, right));
}

/** `value` to so many decimals: half to even as GB/T 8170 has it, or half away from zero. ExpressionError `out_of_range`. */
export function rounded(value: Plain, decimals: number, rule: Rounding): Plain {
  if (Math.abs(decimals) > MOST_PLACES) throw new ExpressionError("out_of_range");
  // Moving the point in the text is exact, whatever there is of digits.
  const whole = new Decimal(`${value.toFixed()}e${decimals}`).toDecimalPlaces(0, MODES[rule]);
  const result = new Decimal(`${whole.toFixed()}e${-decimals}`);
  if (result.isZero()) return new Decimal(0);
  if (result.e + 1 + decimals > DIGITS) throw new ExpressionError("out_of_range");
  return kept(result);
}

/** A decimal as text without an exponent: with `decimals` places, or without zeros at the end. */
export function written(value: Plain, decimals?: number): string {
  const plain = value.isZero() ? value.abs() : value;
  return decimals === undefined ? plain.toFixed() : plain.toFixed(Math.max(decimals, 0), Plain.ROUND_HALF_EVEN);
}
