/** What the API says of purchase orders (see server/materials/purchasing/pages.py). */
import type { Person, Quantity, Text2 } from "../core/types";

export interface Receipt { lot: string; at: string }
export interface Line { line: number; material: string; name: Text2 | null; quantity: Quantity; received: Quantity; open: Quantity; wanted_by: string | null; requisition: string | null; state: string; receipts: Receipt[]; closed_by: Person | null; closed_at: string | null; closed_reason: string | null }
export interface Order { order: string; supplier: string; supplier_name: Text2 | null; state: string; note: string | null; placed_by: Person; placed_at: string; decided_by: Person | null; decided_at: string | null; decided_reason: string | null; lines: Line[] }
export interface Wanted { requisition: string; material: string; open: Quantity; needed_by: string }
export interface Material { code: string; name: Text2; unit: string }
export interface Supplier { supplier: string; name: Text2; materials: Material[] }
export interface Offer { items: Wanted[]; suppliers: Supplier[] }
/** A line as it is sent and signed. */
export interface Asked { line: number; material: string; quantity: { value: string; unit: string }; wanted_by: string | null; requisition: string | null }
