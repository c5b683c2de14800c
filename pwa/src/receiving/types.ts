/** What a delivery is judged by and what is said of one (see server/materials/receiving). A handheld's lease has the same. */
import type { Conversion } from "../core/measures";
import type { Person, Quantity, Text2 } from "../core/types";

export interface Rule { pattern: string; remaining: number; over: number }
/** Lot numbers that are this device's alone; `period` is a year or empty. */
export interface Block { pattern: string; period: string; first: number; last: number }
/** `shelf_life` and `retest` in months. */
export interface Material { code: string; name: Text2; type: string; unit: string; shelf_life: number | null; retest: number | null; storage: string | null; conversions: Conversion[] }
export interface Supplier { supplier: string; name: Text2; qualified_until: string | null }
export interface Supply { material: string; supplier: string; manufacturer: string }
/** Amounts are decimals in `unit`. */
export interface OpenLine { line: number; material: string; quantity: string; received: string; open: string; unit: string; wanted_by: string | null; state: string }
export interface OpenOrder { order: string; supplier: string; lines: OpenLine[] }
export interface Location { location: string; name: Text2; kind: string; storage: string | null }
export interface Register { day: string; rule: Rule; materials: Material[]; suppliers: Supplier[]; supplies: Supply[]; orders: OpenOrder[]; locations: Location[] }

export interface Damage { text: string; photos: string[] }
/** One delivery as `materials.lot_received.v2` says it, but for what is added when it is taken in. */
export interface Delivery { material: string; order: string | null; line: number | null; supplier: string | null; manufacturer: string | null; supplier_name: string | null; supplier_lot: string | null; made: string | null; expiry: string | null; delivery_note: string | null; comment: string | null; damage: Damage | null }
/** A container that came. */
export interface Came { quantity: Quantity; location: string | null; damage: Damage | null }
/** What a delivery was taken in as. */
export interface Taken { material: string; lot: string; containers: string[]; retest: string | null }
/** Takes a delivery in: at a desk over HTTP, on a handheld into its document. The same `request` again takes in nothing more. */
export type TakeIn = (delivery: Delivery, containers: Came[], despite: string[], request: string) => Promise<Taken>;
/** Keeps a photo; its SHA-256. */
export type KeepPhoto = (data: Uint8Array<ArrayBuffer>, type: string) => Promise<string>;

export interface Receipt { material: string; lot: string; name: Text2 | null; order: string | null; line: number | null; supplier: string | null; supplier_name: Text2 | null; delivery_note: string | null; quantity: Quantity | null; containers: number | null; comment: string | null; damage: Damage | null; flags: string[]; status: string | null; received_by: Person | null; received_at: string }
export interface OfLot { items: Receipt[]; damaged: Record<string, Damage> }
