/** A delivery that is being counted on a handheld: kept over a reload, and what of it is recorded already. */
import type { LocalEntry } from "../core/types";
import type { Draft } from "./arriving";
import type { Choice, Details } from "./counting";
import type { Came, Delivery } from "./types";

export const LOT_RECEIVED = "materials.lot_received.v2", CONTAINERS_RECEIVED = "materials.containers_received.v2";
/** What is typed and scanned and not recorded yet. */
export interface Counting { choice: Choice; draft: Draft; details: Details; expected: string; request?: string }
/** The same with the lots that this device had received `before`: none of them is this delivery, however alike. */
export type Kept = Counting & { before: string[] };
/** Where it is kept in a unit of work: what somebody has counted nobody else signs. */
export const keptAt = (person: string): string => `receiving/${person}`;
/** Where the labels that were printed here are kept. */
export const PRINTED = "receiving/printed";

/** A delivery of which the lot is recorded, with the labels of the containers that are. */
export interface Begun { lot: string; retest: string | null; labels: string[] }
type Lot = Delivery & { lot: string; retest: string | null; containers: number };
type Part = { material: string; lot: string; containers: { container: string }[] };
type Entries = readonly Pick<LocalEntry, "kind" | "own" | "place" | "payload">[];

const ours = <T>(entries: Entries, kind: string): T[] => entries.filter((one) => one.own && one.kind === kind && one.place !== "quarantined").map((one) => one.payload as unknown as T);

/** The lots that this device has received. */
export const lotsOf = (entries: Entries): string[] => ours<Lot>(entries, LOT_RECEIVED).map(({ lot }) => lot);

/** What of this delivery was recorded before the page went away, or before the disk failed; null of one that is new. */
export function begunOf(delivery: Delivery, containers: readonly Came[], entries: Entries, before: readonly string[]): Begun | null {
  const { comment: _, ...said } = delivery;
  const parts = ours<Part>(entries, CONTAINERS_RECEIVED);
  for (const lot of ours<Lot>(entries, LOT_RECEIVED)) {
    const same = (Object.keys(said) as (keyof typeof said)[]).every((name) => JSON.stringify(said[name]) === JSON.stringify(lot[name]));
    const labels = parts.filter((one) => one.material === lot.material && one.lot === lot.lot).flatMap((one) => one.containers.map(({ container }) => container));
    if (same && lot.containers === containers.length && !before.includes(lot.lot)) return { lot: lot.lot, retest: lot.retest, labels };
  }
  return null;
}

/** Labels of what was received here and not printed yet. `ready`: in the log, so that the server can say what stands on them; `later`: still on their way. */
export function waiting(entries: readonly LocalEntry[], printed: readonly string[]): { ready: string[]; later: string[] } {
  const open = (logged: boolean): string[] => [...new Set(ours<Part>(entries.filter((one) => (one.index !== null) === logged), CONTAINERS_RECEIVED).flatMap((one) => one.containers.map(({ container }) => container)))].filter((one) => !printed.includes(one));
  return { ready: open(true), later: open(false) };
}
