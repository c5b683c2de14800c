/** What the API says of specifications (see server/quality/specifications/pages.py). */
import type { Person, Text2 } from "../core/types";

export interface Option { code: string; zh: string; en: string; conforms: boolean }
export interface Test { code: string; name: Text2; method: string; kind: "numeric" | "choice" | "conform"; unit: string | null; decimals: number | null; rounding: "gbt8170" | "half_up" | null; low: string | null; high: string | null; options: Option[] }
export interface Quantity { value: string; unit: string }
export interface Sampling { rule: string; number: number | null; level: string | null; aql: string | null; severity: string | null; identity: "drawn" | "every"; quantity: Quantity | null; retained: Quantity | null; instruction: string | null }
/** How many containers are opened of so many; with the acceptance number where the plan has one. */
export interface Opened { containers: number; number: number; letter: string | null; accept: number | null; reject: number | null }
export interface Version { version: number; material: string; stage: string; sha256: string; effective_from: string; first_day: string | null; reason: string; name: Text2; tests: Test[]; sampling: Sampling | null; opened: Opened[]; state: string; by: Person; at: string; decided_by: Person | null; decided_at: string | null; decided_reason: string | null; instance: string | null }
export interface InForce extends Version { specification: string }
export interface SpecificationView { specification: string; material: string; stage: string; subject: Text2 | null; versions: Version[] }
export interface Line { specification: string; material: string; subject: Text2 | null; stage: string; name: Text2; newest: number; state: string; effective: number | null; tests: number }
export interface Listing { items: Line[]; subjects: { code: string; name: Text2 }[] }
export interface Finding { code: string; path: string }
export interface Definition { material: string; stage: string; name: Text2; tests: Test[]; sampling: Sampling | null; effective_from: string }
