/** A delivery while it is counted: what is still missing, and what of it is taken in. */
import { Decimal } from "decimal.js";
import { pointed } from "../core/amount";
import type { Counted, Draft } from "./arriving";
import type { Came, Damage, Delivery } from "./types";

export const MOST = 500;
const NUMBER = /^(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$/;

/** A typed amount that is more than nothing, as a record spells it; null for any other text. */
export function amount(text: string): string | null {
  const spelled = pointed(text).replace(/^0+(?=\d)/, "");
  return NUMBER.test(spelled) && new Decimal(spelled).gt(0) ? spelled : null;
}

/** What a delivery is for: a line of an order, or none; and who brings it. */
export interface Choice { material: string; order: string | null; line: number | null; supplier: string | null; supplier_name: string | null }
/** What is typed beside the count. */
export interface Details { manufacturer: string; delivery_note: string; comment: string; damage: Damage | null }

/** What must be known before it is taken in, by the names of `missing` among the words. */
export function missing(draft: Draft): string[] {
  const found = draft.supplier_lot.trim() === "" ? ["supplier_lot"] : [];
  if (draft.counted.some((one) => one.content === "") && amount(draft.each) === null) found.push("each");
  if (draft.counted.length === 0) found.push("counted");
  return draft.counted.length > MOST ? [...found, "most"] : found;
}

/** The containers as they are taken in; of those without an amount of their own, and none for all, nothing is said yet. */
export function came(draft: Draft, unit: string): Came[] {
  const each = amount(draft.each);
  return draft.counted.flatMap((one) => {
    const value = one.content === "" ? each : one.content;
    return value === null ? [] : [{ quantity: { value, unit }, location: draft.location === "" ? null : draft.location, damage: one.damage }];
  });
}

export function delivery(choice: Choice, draft: Draft, details: Details): Delivery {
  const or = (text: string): string | null => text.trim() || null;
  return { ...choice, manufacturer: or(details.manufacturer), supplier_lot: or(draft.supplier_lot), made: or(draft.made), expiry: or(draft.expiry), delivery_note: or(details.delivery_note), comment: or(details.comment), damage: details.damage };
}

/** So many more containers, each like the others. */
export function more(counted: readonly Counted[], n: number): Counted[] {
  return [...counted, ...Array.from({ length: Math.max(0, n) }, (): Counted => ({ serial: null, content: "", damage: null }))];
}
