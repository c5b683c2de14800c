/** Containers that are being received, before the server hears of them: labels in a row, and what they hold together. */
import { Decimal } from "decimal.js";
import { pointed } from "../core/amount";
import { converted } from "../core/measures";
import type { Quantity } from "../core/types";

export interface Arrived { label: string; content: string }
export type Fault = "label" | "content" | "twice" | "known";

const NUMBER = /^\d{1,15}(\.\d{1,12})?$/;
/** As the server takes a label: at most 80 characters, the first neither a space nor a slash. */
const LABEL = /^[^\s/\u0000-\u001f][^\u0000-\u001f]{0,79}$/;
export const MOST = 500;

/** `count` labels from the first on: its last digits go up, as many as it has ("A-09" is followed by "A-10"). */
export function series(first: string, count: number, content: string): Arrived[] {
  const digits = /\d+$/.exec(first)?.[0] ?? "";
  const stem = first.slice(0, first.length - digits.length);
  const next = (n: number): string => (digits === "" ? first : stem + String(BigInt(digits) + BigInt(n)).padStart(digits.length, "0"));
  return Array.from({ length: Math.max(0, Math.min(count, MOST)) }, (_, n) => ({ label: next(n), content }));
}

/** What is wrong with each of them, null for nothing; `known` are labels that the lot has already. */
export function faults(arrived: Arrived[], known: Set<string>): (Fault | null)[] {
  const counts = new Map<string, number>();
  for (const { label } of arrived) counts.set(label, (counts.get(label) ?? 0) + 1);
  return arrived.map(({ label, content }) => {
    if (!LABEL.test(label)) return "label";
    if (known.has(label)) return "known";
    if ((counts.get(label) ?? 0) > 1) return "twice";
    return isContent(content) ? null : "content";
  });
}

export const isContent = (text: string): boolean => NUMBER.test(text) && new Decimal(text).gt(0);

/** The sum, in as many decimals as the finest of them has; null while one of them is no number. */
export function total(arrived: Arrived[], unit: string): Quantity | null {
  if (!arrived.every(({ content }) => isContent(content))) return null;
  const places = Math.max(0, ...arrived.map(({ content }) => content.split(".")[1]?.length ?? 0));
  return { value: arrived.reduce((sum, { content }) => sum.plus(content), new Decimal(0)).toFixed(places), unit };
}

/** Whether two quantities are the same amount, in whichever unit and with however many zeros they were written. */
export function same(one: Quantity, other: Quantity): boolean {
  const own = converted(one, other.unit);
  return own !== null && new Decimal(own.value).eq(other.value);
}

/** A number without leading zeros, as a record spells it: "012.50" is 12.50. */
export function spelled(text: string): string {
  return pointed(text).replace(/^0+(?=\d)/, "");
}
