/** What the server says of stock. */
import type { Person, Text2 } from "../core/types";
import type { Quantity } from "../ui/format";

/** Amounts in the material's unit; null where something of it does not convert to that. */
export interface Amounts { released: string | null; allocated: string | null; quarantine: string | null; unusable: string | null; containers: number; use_until: string | null }
export interface MaterialLine extends Amounts { material: string; name: Text2 | null; unit: string | null }
export interface LotLine { lot: string; status: string; use_until: string | null; held: string | null; containers: number }
/** A container as it stands today: `held` is in it, `use_until` its last day, `gone` why it holds nothing any more, `restricted` why it alone must not be used. */
export interface Standing { container: string; material: string; lot: string; quantity: Quantity; held: Quantity; location: string | null; warehouse: string | null; status: string; lot_status: string; batch: string | null; use_until: string | null; gone: string | null; opened: boolean; restricted: string | null }
export interface MaterialStock extends MaterialLine { lots: LotLine[]; items: Standing[]; total: number }
export interface Place { location: string; name: Text2; warehouse: string; kind: string; storage: string | null; active: boolean }
export interface Told { entry: string; index: number; kind: string; at: string; by: Person | null; flags: string[]; amount: Quantity | null; superseded: boolean; measured: boolean; said: Record<string, string> }
/** `conflict`: moves that contradict each other, in the order of capture. */
export interface ContainerView extends Standing { name: Text2 | null; place: Place | null; conflict: { entry: string; to: string; device: string; at: string }[]; history: Told[] }
export interface Places { items: Place[]; areas: { area: string; name: Text2 }[] }
export interface StockRule { expiry_days: number; retest_days: number }

export const KINDS = ["receiving", "storage", "quarantine", "sampling", "dispensing", "production", "shipping", "rejected"];
export const STORAGES = ["ambient", "cool", "cool_dark", "cold", "frozen", "special"];
