/** What the API says of requisitions (see server/materials/requisitions/views.py). */
import type { Person, Quantity, Text2 } from "../core/types";

export interface Line { material: string; name: Text2 | null; quantity: Quantity; needed_by: string; note: string | null }
export interface Requisition { requisition: string; state: string; reason: string; raised_by: Person; raised_at: string; decided_by: Person | null; decided_at: string | null; decided_reason: string | null; lines: Line[]; orders?: string[]; wanted?: boolean }
export interface Material { code: string; name: Text2; unit: string }
