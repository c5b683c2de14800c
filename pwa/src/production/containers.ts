/** What a lease says of a container: whether the batch may take so much out of it. Told before weighing, never in its way. */
import { Decimal } from "decimal.js";
import type { Lease, LocalEntry, Quantity } from "../core/types";
import { type Conversion, converted, inUnit } from "../core/measures";
import { isNumber } from "./numbers";
import { KIND } from "./progress";

/** What takes something out of a container. */
const TAKES: readonly string[] = [KIND.weighed, KIND.dispensed];

export type Doubt =
  | { code: "missing"; lot: string }
  | { code: "not_allocated" | "barred"; container: string }
  | { code: "wrong_lot"; container: string; lot: string }
  | { code: "used_up"; container: string; left: Quantity };

/** What is about to be weighed: `net` as far as it is known. */
export interface Wanted { material: string; lot: string; container: string; net: Quantity | null; subject: string }

/** The labels that the batch was allocated of a lot. */
export function allocated(lease: Lease | undefined, material: string, lot: string): string[] {
  return (lease?.containers ?? []).filter((one) => one.material === material && one.lot === lot).map((one) => one.container);
}

/** Null where nothing is wrong, or nothing is known: lots of which no container is registered. */
export function doubtOf(lease: Lease | undefined, { material, lot, container, net, subject }: Wanted, entries: LocalEntry[]): Doubt | null {
  if (!lease?.containers || lot === "") return null;
  const registered = lease.lots.some((one) => one.material === material && one.lot === lot && one.registered);
  if (container === "") return registered ? { code: "missing", lot } : null;
  const known = lease.containers.find((one) => one.container === container);
  if (!known) return registered ? { code: "not_allocated", container } : null;
  if (known.material !== material || known.lot !== lot) return { code: "wrong_lot", container, lot: known.lot };
  if (known.restricted) return { code: "barred", container };
  const left = leftIn(lease, container, entries, subject);
  const own = net && left ? decimalIn(net, left.unit, lease.conversions?.[material]) : null;
  if (!left || (net && !own)) return null;
  const enough = own ? own.lte(left.value) : new Decimal(left.value).gt(0);
  return enough ? null : { code: "used_up", container, left };
}

/** What is left in one of the batch's containers: what other batches took stands in the lease, what this one took in its
 * entries; `subject` is the place that is being weighed, whose value gives way. Null for a container of another batch. */
export function leftIn(lease: Lease | undefined, container: string, entries: LocalEntry[], subject: string): Quantity | null {
  const known = lease?.containers?.find((one) => one.container === container);
  if (!known) return null;
  const corrected = new Set(entries.map((entry) => entry.corrects));
  const most = new Map<string, Decimal>();
  for (const entry of entries) {
    const net = entry.payload.net as Quantity | null | undefined;
    if (entry.place === "quarantined" || !isNumber(String(net?.value))) continue;
    if (!TAKES.includes(entry.kind) || entry.payload.container !== container || corrected.has(entry.id) || entry.subject === subject) continue;
    const own = net ? decimalIn(net, known.quantity.unit, lease?.conversions?.[known.material]) : null;
    if (!own) continue;
    // Of several that claim one place, the most.
    most.set(entry.subject, Decimal.max(own, most.get(entry.subject) ?? 0));
  }
  const left = [...most.values()].reduce((rest, one) => rest.minus(one), new Decimal(known.quantity.value).minus(known.taken?.value ?? 0));
  const places = known.quantity.value.split(".")[1]?.length ?? 0;
  return { value: left.toFixed(Math.max(places, left.decimalPlaces())), unit: known.quantity.unit };
}

/** A quantity in another unit; rounded, at the twelfth place as the server's stock, only where it is no decimal there. */
export function decimalIn(net: Quantity, unit: string, own: readonly Conversion[] = []): Decimal | null {
  const exact = converted(net, unit, own);
  if (exact) return new Decimal(exact.value);
  const found = inUnit(net, unit, own);
  return found === null ? null : new Decimal(String(found[0])).div(String(found[1])).toDecimalPlaces(12);
}
