/** The shapes of work in a warehouse: what a sheet is given, and what a scan means there. */
import type { LocalEntry, Location, Quantity, StoredMaterial, WarehouseLease } from "../core/types";
import type { Stock } from "./stock";

/** What every sheet of the warehouse gets; `record` signs and keeps, and rejects with a CoreError. */
export interface SheetProps {
  unit: string;
  lease: WarehouseLease;
  record: (kind: string, subject: string, payload: Record<string, unknown>) => Promise<LocalEntry>;
  stock: Stock;
  /** What this day's document holds, own and others'. */
  entries: LocalEntry[];
  onclose: () => void;
}

/** A container as far as this device knows: the snapshot, and what has come since. */
export interface Held {
  label: string;
  material: string;
  lot: string;
  quantity: Quantity;
  held: Quantity;
  location: string | null;
  status: string;
  batch: string | null;
  use_until: string | null;
}
export interface LotOf { material: string; lot: string; status: string; expiry: string | null; retest: string | null; supplier: string | null; supplier_lot: string | null }

/** What a scan names here. */
export type Meaning =
  | { what: "container"; container: Held }
  | { what: "location"; location: Location }
  | { what: "lot"; lot: LotOf; containers: number }
  | { what: "unknown" };
export type { Location, StoredMaterial };

export const MOVED = "materials.container_moved.v1", COUNTED = "materials.container_counted.v1", SAMPLED = "quality.sample_taken.v1", HANDED = "quality.sample_handed.v1";
export const SPLIT = "materials.container_split.v1", MERGED = "materials.containers_merged.v1";
export const LOT_RECEIVED = "materials.lot_received.v2", CONTAINERS_RECEIVED = "materials.containers_received.v2";
