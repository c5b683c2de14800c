/** What the API says of suppliers (see server/materials/suppliers/pages.py). */
import type { Person, Text2 } from "../core/types";

export interface Contact { name: string; phone: string | null; email: string | null }
export interface File { sha256: string; name: string; size: number; type: string }
export interface Line { supplier: string; name: Text2; status: string; valid_until: string | null }
export interface Listed extends Line { materials: number }
export interface Pair { material: string; material_name: Text2 | null; supplier: string; supplier_name: Text2 | null; manufacturer: string; manufacturer_name: Text2 | null; approved: boolean; reason: string; decided_by: Person; decided_at: string }
export interface SupplierView extends Line { address: string; contacts: Contact[]; evidence: File[]; reason: string | null; decided_by: Person | null; decided_at: string | null; supplies: Pair[] }
/** `flags`: what was wrong with its deliveries. */
export interface OfLot { stopped: boolean; flags: string[]; waits: boolean; accepted: boolean; supplier: string | null; code: string | null; reason: string | null; decided_by: Person | null; decided_at: string | null }
