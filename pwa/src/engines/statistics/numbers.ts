/** Mean, standard deviation and ranges of decimals: exact until one rounding, half even, to 34 digits. The same digits as
 *  server/engines/statistics/numbers.py gives; tests/vectors/statistics.json holds both. */
const DIGITS = 34;

/** A fraction of whole numbers; `den` is above zero. */
export interface Ratio { num: bigint; den: bigint }

export function ratio(text: string): Ratio {
  const [, sign = "", whole = "0", part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const num = BigInt(whole + part);
  return { num: sign ? -num : num, den: 10n ** BigInt(part.length) };
}

export const plus = (a: Ratio, b: Ratio): Ratio => (a.den === b.den ? { num: a.num + b.num, den: a.den } : { num: a.num * b.den + b.num * a.den, den: a.den * b.den });
export const less = (a: Ratio, b: Ratio): Ratio => plus(a, { num: -b.num, den: b.den });
export const times = (a: Ratio, b: Ratio): Ratio => ({ num: a.num * b.num, den: a.den * b.den });
export const over = (a: Ratio, b: Ratio): Ratio => (b.num < 0n ? { num: -a.num * b.den, den: a.den * -b.num } : { num: a.num * b.den, den: a.den * b.num });
export const whole = (value: number): Ratio => ({ num: BigInt(value), den: 1n });
/** Below, at or above zero: the sign of a − b. */
export const compare = (a: Ratio, b: Ratio): number => signOf(a.num * b.den - b.num * a.den);
export const size = (a: Ratio): Ratio => ({ num: a.num < 0n ? -a.num : a.num, den: a.den });
export const sum = (all: readonly Ratio[]): Ratio => all.reduce(plus, whole(0));
const signOf = (value: bigint): number => (value > 0n ? 1 : value < 0n ? -1 : 0);

/** The arithmetic mean of at least one decimal. */
export const mean = (values: readonly string[]): string => text(over(sum(values.map(ratio)), whole(values.length)));

/** The standard deviation of a sample of at least two decimals, with n − 1. */
export function deviation(values: readonly string[]): string {
  const exact = values.map(ratio), count = values.length, total = sum(exact);
  const squares = sum(exact.map((one) => times(one, one)));
  return root(over(less(times(whole(count), squares), times(total, total)), whole(count * (count - 1))));
}

/** The largest less the smallest. */
export function range(values: readonly Ratio[]): Ratio {
  const sorted = [...values].sort(compare);
  return less(sorted[sorted.length - 1]!, sorted[0]!);
}

export const spread = (values: readonly string[]): string => text(range(values.map(ratio)));

export const movingRanges = (values: readonly string[]): string[] => values.slice(1).map((later, at) => text(size(less(ratio(later), ratio(values[at]!)))));

/** To 34 digits, half even, without an exponent and without zeros at the end. */
export function text(value: Ratio): string {
  if (value.num === 0n) return "0";
  const positive = size(value), places = DIGITS - magnitude(positive);
  const scaled = shift(positive, places);
  const cut = scaled.num / scaled.den;
  return shown(value.num < 0n, halfEven(cut, signOf(2n * (scaled.num - cut * scaled.den) - scaled.den)), places);
}

/** The square root of what is not negative: the same digits that the exact root begins with. */
export function root(value: Ratio): string {
  if (value.num === 0n) return "0";
  const places = DIGITS - Math.floor((magnitude(value) + 1) / 2);
  const scaled = shift(value, 2 * places);
  const cut = isqrt(scaled.num / scaled.den);
  // Against the middle between this and the next whole number: (2 cut + 1)² / 4.
  return shown(false, halfEven(cut, signOf(4n * scaled.num - (2n * cut + 1n) ** 2n * scaled.den)), places);
}

const halfEven = (value: bigint, above: number): bigint => (above > 0 || (above === 0 && value % 2n === 1n) ? value + 1n : value);
const shift = ({ num, den }: Ratio, places: number): Ratio => (places < 0 ? { num, den: den * 10n ** BigInt(-places) } : { num: num * 10n ** BigInt(places), den });

/** How many digits there are before the point; 0.05 has −1. */
function magnitude(value: Ratio): number {
  const guess = String(value.num).length - String(value.den).length;
  return compare(value, shift(whole(1), guess)) >= 0 ? guess + 1 : guess;
}

function isqrt(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

function shown(negative: boolean, digits: bigint, places: number): string {
  const all = places < 0 ? String(digits) + "0".repeat(-places) : String(digits).padStart(places + 1, "0");
  const point = all.length - Math.max(places, 0);
  const part = all.slice(point).replace(/0+$/, "");
  return `${negative ? "-" : ""}${all.slice(0, point)}${part ? `.${part}` : ""}`;
}
