/** Units of materials as UCUM writes them, and exact conversion between them, as in server/core/units.py: a fraction of whole numbers, so that no step rounds. */
import type { Quantity } from "./types";

export type Fraction = readonly [bigint, bigint];
export interface Conversion { given: Quantity; equals: Quantity }
interface Link { from: string; to: string; times: Fraction }

const ten = (n: number): bigint => 10n ** BigInt(n);
/** What each is, and how many of the first of its kind it is worth. */
export const KNOWN: Readonly<Record<string, readonly [kind: string, worth: Fraction]>> = {
  kg: ["mass", [1n, 1n]], t: ["mass", [1000n, 1n]], g: ["mass", [1n, ten(3)]], mg: ["mass", [1n, ten(6)]], ug: ["mass", [1n, ten(9)]], ng: ["mass", [1n, ten(12)]], "[lb_av]": ["mass", [45359237n, ten(8)]], "[oz_av]": ["mass", [28349523125n, ten(12)]],
  L: ["volume", [1n, 1n]], m3: ["volume", [1000n, 1n]], hL: ["volume", [100n, 1n]], dL: ["volume", [1n, 10n]], cL: ["volume", [1n, 100n]], mL: ["volume", [1n, ten(3)]], uL: ["volume", [1n, ten(6)]],
  m: ["length", [1n, 1n]], km: ["length", [1000n, 1n]], cm: ["length", [1n, 100n]], mm: ["length", [1n, ten(3)]], m2: ["area", [1n, 1n]], cm2: ["area", [1n, ten(4)]], mm2: ["area", [1n, ten(6)]],
  "1": ["count", [1n, 1n]], "10*3": ["count", [ten(3), 1n]], "10*4": ["count", [ten(4), 1n]], "10*6": ["count", [ten(6), 1n]],
};
const COUNTED = /^(10\*3|10\*4|10\*6)?(\{[!-z|~]{1,18}\})$/;
const WHOLE = 15, PLACES = 12;

export const times = (a: Fraction, b: Fraction): Fraction => [a[0] * b[0], a[1] * b[1]];
export const over = (a: Fraction, b: Fraction): Fraction => (b[0] < 0n ? [-a[0] * b[1], a[1] * -b[0]] : [a[0] * b[1], a[1] * b[0]]);
const same = (a: Fraction, b: Fraction): boolean => a[0] * b[1] === b[0] * a[1];
const own = (unit: string): (readonly [string, Fraction]) | undefined => (Object.hasOwn(KNOWN, unit) ? KNOWN[unit] : undefined);

export function parse(text: string): Fraction {
  const [whole = "", part = ""] = text.split(".");
  return [BigInt(whole + part), ten(part.length)];
}

export const isUnit = (unit: string): boolean => own(unit) !== undefined || COUNTED.test(unit);

function kindOf(unit: string): readonly [string, Fraction] {
  const found = own(unit);
  if (found) return found;
  const counted = COUNTED.exec(unit);
  if (!counted) return [`?${unit}`, [1n, 1n]];
  return [counted[2] ?? "", (counted[1] === undefined ? undefined : own(counted[1])?.[1]) ?? [1n, 1n]];
}

function steps(conversions: readonly Conversion[]): Link[] {
  return conversions.flatMap(({ given, equals }) => {
    const [from, worth] = kindOf(given.unit), [to, other] = kindOf(equals.unit);
    const there = over(times(over(parse(equals.value), parse(given.value)), other), worth);
    return [{ from, to, times: there }, { from: to, to: from, times: over([1n, 1n], there) }];
  });
}

/** How many of the other unit one of the first is; null where nothing leads from one to the other. */
export function ratio(unit: string, other: string, conversions: readonly Conversion[] = []): Fraction | null {
  if (unit === other) return [1n, 1n];
  const [start, worth] = kindOf(unit), [end, last] = kindOf(other);
  const reached = new Map<string, Fraction>([[start, [1n, 1n]]]);
  const all = steps(conversions);
  for (const [here, value] of reached) for (const step of all) if (step.from === here && !reached.has(step.to)) reached.set(step.to, times(value, step.times));
  const found = reached.get(end);
  return found === undefined ? null : over(times(worth, found), last);
}

/** A decimal in another unit, exactly; null where nothing leads there. */
export function inUnit(quantity: Quantity, other: string, conversions: readonly Conversion[] = []): Fraction | null {
  const factor = ratio(quantity.unit, other, conversions);
  return factor === null ? null : times(parse(quantity.value), factor);
}

/** A fraction as a decimal; null for what no decimal of 15 and 12 digits is. */
export function written([top, bottom]: Fraction): string | null {
  for (let n = 0; n <= PLACES; n++) {
    const scaled = top * ten(n);
    if (scaled % bottom !== 0n) continue;
    const whole = scaled / bottom, digits = String(whole < 0n ? -whole : whole).padStart(n + 1, "0");
    if (digits.length - n > WHOLE) return null;
    return `${whole < 0n ? "-" : ""}${digits.slice(0, digits.length - n)}${n > 0 ? `.${digits.slice(-n)}` : ""}`;
  }
  return null;
}

/** A quantity in another unit; null where nothing leads there, or what is there is no decimal. Powers of ten keep the digits that were measured. */
export function converted(quantity: Quantity, other: string, conversions: readonly Conversion[] = []): Quantity | null {
  const factor = ratio(quantity.unit, other, conversions);
  const found = factor === null ? null : written(times(parse(quantity.value), factor));
  if (factor === null || found === null) return null;
  let power: number | null = null;
  for (let n = -18; n <= 18; n++) if (same(factor, n < 0 ? [1n, ten(-n)] : [ten(n), 1n])) power = n;
  const places = power === null ? -1 : (quantity.value.split(".")[1]?.length ?? 0) - power;
  const [whole = "", part = ""] = found.split(".");
  return { value: places > part.length && places <= PLACES ? `${whole}.${part.padEnd(places, "0")}` : found, unit: other };
}
