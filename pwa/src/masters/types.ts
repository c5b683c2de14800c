/** What the API says of the material master (see server/materials/masters/pages.py). */
import type { Conversion } from "../core/measures";
import type { Person, Text2 } from "../core/types";

export interface Definition { name: Text2; type: string; unit: string; conversions: Conversion[]; shelf_life: number | null; retest: number | null; storage: string; storage_note: string | null; hazard: string | null; pharmacopoeia: string | null }
export interface Version extends Definition { version: number; sha256: string; reason: string; state: string; by: Person; at: string; decided_by: Person | null; decided_at: string | null; decided_reason: string | null; instance: string | null }
export interface Line { material: string; name: Text2; type: string; unit: string; version: number | null; storage: string | null; newest: number | null; state: string | null; known: boolean }
export interface MaterialView extends Line { versions: Version[] }
export interface Finding { code: string; path: string }
