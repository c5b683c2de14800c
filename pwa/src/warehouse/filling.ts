/** Splitting and merging containers on a handheld: what it does to amounts, and what the server would say is wrong with it
 * (`server/materials/stock/rules.py`), told before it is done. */
import { plain } from "../core/amount";
import { converted, type Conversion } from "../core/measures";
import type { Quantity } from "../core/types";
import type { Held } from "./types";

export interface Part { container: string; quantity: Quantity }
const DECIMAL = /^-?\d+(\.\d+)?$/;

/** The sum of decimals, with all their digits. */
export function sum(values: string[]): string {
  const places = Math.max(0, ...values.map((one) => (one.split(".")[1] ?? "").length));
  const total = values.reduce((whole, one) => whole + scaled(one, places), 0n);
  const digits = (total < 0n ? -total : total).toString().padStart(places + 1, "0");
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return total < 0n ? `-${text}` : text;
}

function scaled(text: string, places: number): bigint {
  const [whole = "0", part = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole + part.padEnd(places, "0"));
  return text.startsWith("-") ? -value : value;
}

const negative = (value: string): string => (value.startsWith("-") ? value.slice(1) : `-${value}`);

/** An amount in the unit of a container; null where nothing leads there. */
export function inUnit(quantity: Quantity, unit: string, conversions: Conversion[] = []): string | null {
  if (quantity.unit === unit) return quantity.value;
  return converted(quantity, unit, conversions)?.value ?? null;
}

/** What stays in a container out of which these were filled; what does not convert leaves it as it is. */
export function left(source: Held, parts: Part[], conversions: Conversion[] = []): string {
  const taken = parts.map(({ quantity }) => inUnit(quantity, source.held.unit, conversions)).filter((one) => one !== null);
  return sum([source.held.value, ...taken.map(negative)]);
}

/** What is in a container into which others were emptied. */
export function together(into: Held, others: Held[], conversions: Conversion[] = []): string {
  const more = others.map(({ held }) => inUnit(held, into.held.unit, conversions)).filter((one) => one !== null);
  return sum([into.held.value, ...more]);
}

export const isEmpty = (value: string): boolean => !/[1-9]/.test(value) || value.startsWith("-");

/** The next label that nothing has here. */
export function nextLabel(container: string, taken: (label: string) => boolean): string {
  let n = 1;
  while (taken(`${container}-${n}`)) n += 1;
  return `${container}-${n}`;
}

/** Codes of what is wrong with a split: `container_gone`, `container_known`, `amount_wrong`, `container_overdrawn`. */
export function splitWrong(source: Held, parts: { label: string; content: string }[], taken: (label: string) => boolean): string[] {
  const found = isEmpty(source.held.value) ? ["container_gone"] : [];
  const labels = parts.map(({ label }) => label.trim());
  if (labels.some((label, at) => label === "" || taken(label) || labels.indexOf(label) !== at)) found.push("container_known");
  const contents = parts.map(({ content }) => plain(content));
  if (contents.some((one) => !DECIMAL.test(one) || isEmpty(one))) return [...found, "amount_wrong"];
  const rest = sum([source.held.value, ...contents.map(negative)]);
  return rest.startsWith("-") ? [...found, "container_overdrawn"] : found;
}

/** What is told of containers that are not given to the same batch: filled together all the same, they hold both up. */
export const MIXED = "allocation_mixed";

/** Why a container cannot be emptied into another: a code, or null. */
export function mergeWrong(into: Held, other: Held | null): string | null {
  if (!other || other.label === into.label) return "container_unknown";
  if (other.material !== into.material || other.lot !== into.lot) return "lot_other";
  if (isEmpty(other.held.value)) return "container_gone";
  return other.batch === into.batch ? null : MIXED;
}
