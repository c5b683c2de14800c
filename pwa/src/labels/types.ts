/** What the API says of labels (see server/materials/labels/views.py). */
import type { Person, Text2 } from "../core/types";

export type What = "container" | "sample" | "dispensed" | "status";
export interface Element { kind: "text" | "field" | "datamatrix" | "qr" | "box"; x: string; y: string; w: string; h: string; size: string; bold: boolean; value: string }
export interface Design { what: What; name: Text2; width: string; height: string; elements: Element[] }
export interface Line { template: string; what: What; name: Text2; width: string; height: string; version: number | null; waits: number | null }
export interface Version { version: number; sha256: string; state: string; in_force: boolean; reason: string | null; design: Design; submitted_by: Person | null; submitted_at: string | null; decided_by: Person | null; decided_at: string | null; decided_reason: string | null }
export interface Template extends Line { versions: Version[] }
export interface Templates { items: Line[]; fields: Record<What, string[]> }
export interface Finding { code: string; path: string }
export interface Looked { version: number; sha256: string; findings: Finding[] }
/** How many labels each thing has had, and the designs it can be printed by. */
export interface Things { copies: Record<string, number>; templates: { template: string; name: Text2; version: number }[] }
export interface Printed { request: string; labels: { about: string; copy: number }[] }
export interface Copy { copy: number; template: string; version: number; format: string; reason: string | null; at: string; by: Person | null }
