/** What a batch does not account for of a material, as the review tells of it. */
import { it } from "../issuing/words";
import { type Quantity, quantity } from "../ui/format";

export interface Unaccounted { material: string; difference: Quantity | null; issued: Quantity | null; used: Quantity | null; returned: Quantity | null; scrapped: Quantity | null; balanced: Quantity | null; unissued?: string[] }

/** Name and value of each figure that says something, the difference last; what cannot be told is said so, and what was weighed out of though nobody had issued it. */
export function figuresOf(said: Unaccounted): [string, string][] {
  const named = (["issued", "used", "returned", "scrapped", "balanced"] as const).filter((one) => said[one] !== null && Number(said[one]?.value) !== 0);
  const rest = said.difference === null ? it().untold : quantity(said.difference);
  const unissued = (said.unissued ?? []).length > 0 ? [[it().unissued, (said.unissued ?? []).join(", ")] as [string, string]] : [];
  return [...named.map((one): [string, string] => [it()[one], quantity(said[one] as Quantity)]), ...unissued, [it().difference, rest]];
}
