/** Exact decimals of measured values: verdicts, means and differences, in the digits that were recorded. */
import { Decimal } from "decimal.js";
import type { Limits } from "../core/types";

export type Verdict = "within" | "low" | "high" | "none";
type Range = Pick<Limits, "low" | "high">;

const NUMBER = /^-?\d+(\.\d+)?$/;
const TYPING = /^-?\d*\.?\d*$/;

export const isNumber = (text: string): boolean => NUMBER.test(text);

/** Where a value lies; both limits belong to the range. `none` without limits or without a number. */
export function verdict(value: string, { low, high }: Range): Verdict {
  if (!isNumber(value) || (low === null && high === null)) return "none";
  const number = new Decimal(value);
  if (low !== null && number.lt(low)) return "low";
  if (high !== null && number.gt(high)) return "high";
  return "within";
}

export const isOut = (value: string, range: Range): boolean => ["low", "high"].includes(verdict(value, range));

/** The mean, rounded half up to one decimal more than the single values have. */
export function mean(values: string[], decimals: number): string {
  const sum = values.reduce((total, value) => total.plus(value), new Decimal(0));
  return sum.div(values.length).toFixed(decimals + 1, Decimal.ROUND_HALF_UP);
}

/** Value minus target with its sign: +0.012, −0.5, 0.000. */
export function difference(value: string, target: string): string {
  const diff = new Decimal(value).minus(target);
  const places = Math.max(new Decimal(target).decimalPlaces(), digits(value), digits(target));
  return `${diff.gt(0) ? "+" : diff.lt(0) ? "−" : ""}${diff.abs().toFixed(places)}`;
}

/** The difference as a share of the target, two decimals: +0.09 %. Empty for a target of zero. */
export function share(value: string, target: string): string {
  if (new Decimal(target).isZero()) return "";
  const percent = new Decimal(value).minus(target).div(target).times(100);
  return `${percent.gt(0) ? "+" : percent.lt(0) ? "−" : ""}${percent.abs().toFixed(2)} %`;
}

function digits(text: string): number {
  return text.split(".")[1]?.length ?? 0;
}

/** What the field may hold after a key press: only a number being typed, with at most `decimals` decimals. */
export function typed(before: string, after: string, decimals: number): string {
  const text = after.replace(/[,，。]/g, ".").replace(/\s/g, "").replace(/^\./, "0.");
  if (!TYPING.test(text) || digits(text) > decimals || text.length > 12) return before;
  if (decimals === 0 && text.includes(".")) return before;
  return text.replace(/^(-?)0+(?=\d)/, "$1");
}

/** A finished number, as recorded: without a trailing point; empty when it is none. */
export function finished(text: string): string {
  const done = text.replace(/\.$/, "");
  return isNumber(done) ? done : "";
}

/** A decimal with so many places at most; what has fewer keeps its digits. */
export const rounded = (value: string, places: number): string => (digits(value) > places ? new Decimal(value).toFixed(places) : value);
