/** An order while it is put together: what requisitions ask for of one supplier's materials, and lines of one's own. */
import { isQuantity, plain } from "../core/amount";
import type { Asked, Offer, Supplier, Wanted } from "./types";

export interface LineDraft { key: string; taken: boolean; material: string; quantity: string; unit: string; wanted_by: string; requisition: string | null }

let keys = 0;

/** What approved requisitions ask for that this supplier may deliver, none of it taken yet. */
export function offered(offer: Offer, supplier: Supplier): LineDraft[] {
  const units = new Map(supplier.materials.map((one) => [one.code, one.unit]));
  const fits = (one: Wanted): boolean => units.has(one.material);
  return offer.items.filter(fits).map((one) => ({ key: `${one.requisition} ${one.material}`, taken: false, material: one.material, quantity: one.open.value, unit: one.open.unit, wanted_by: one.needed_by, requisition: one.requisition }));
}

/** A line that no requisition asks for. */
export function own(supplier: Supplier): LineDraft {
  const first = supplier.materials[0];
  return { key: `own ${++keys}`, taken: true, material: first?.code ?? "", quantity: "", unit: first?.unit ?? "", wanted_by: "", requisition: null };
}

export function complete(lines: readonly LineDraft[]): boolean {
  const taken = lines.filter((one) => one.taken);
  return taken.length > 0 && taken.length <= 100 && taken.every((one) => one.material !== "" && isQuantity(one.quantity));
}

export function asked(lines: readonly LineDraft[]): Asked[] {
  return lines.filter((one) => one.taken).map((one, at) => ({ line: at + 1, material: one.material, quantity: { value: plain(one.quantity), unit: one.unit }, wanted_by: one.wanted_by || null, requisition: one.requisition }));
}
