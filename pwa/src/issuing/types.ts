/** What the server says of the material of a batch. */
import type { Text2 } from "../core/types";
import type { Quantity } from "../ui/format";

/** A container as it stands now: `held` is in it; `use_until` its last day; `gone` why it holds nothing any more. */
export interface Standing { container: string; material: string; lot: string; quantity: Quantity; held: Quantity; location: string | null; status: string; batch: string | null; use_until: string | null; gone: string | null }
export interface Issued { container: string; lot: string; held: Quantity; location: string | null; at: string; returned: Quantity | null; returned_at: string | null }
/** Null where it cannot be told, for units that do not convert. */
export interface Reconciled { issued: Quantity | null; used: Quantity | null; returned: Quantity | null; scrapped: Quantity | null; balanced: Quantity | null; open: Quantity | null; difference: Quantity | null }
export interface MaterialLine { material: string; name: Text2 | null; unit: string; need: Quantity | null; most: Quantity | null; given: Quantity; allocated: Standing[]; issued: Issued[]; unissued?: string[]; proposed: Standing[]; reconciled: Reconciled }
export interface BatchMaterials { batch: string; product: { code: string; name: Text2 }; status: string; items: MaterialLine[] }

/** Closed batches take nothing any more. */
export const OPEN = ["ordered", "in_progress", "awaiting_review"];

/** What may be done of the material of a batch: what is left of it comes back also when the batch takes nothing more. */
export function rights(status: string, permitted: boolean): { bring: boolean; back: boolean } {
  return { bring: permitted && OPEN.includes(status), back: permitted };
}

/** The one that is with the batch now, if it is. */
export function brought(line: MaterialLine, container: string): Issued | null {
  return line.issued.find((one) => one.container === container && one.returned === null) ?? null;
}
