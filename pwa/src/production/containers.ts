/** What a lease says of a container: whether the batch may take so much out of it. Told before weighing, never in its way. */
import { Decimal } from "decimal.js";
import type { Lease, LocalEntry, Quantity } from "../core/types";
import { type Conversion, converted, inUnit } from "../core/measures";
import { isNumber } from "./numbers";
import { KIND } from "./progress";

/** What says what is left in one; the first screen does without this kind. */
export const RESTED = "production.rest_weighed.v1";

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
  return standIn(lease, container, entries, subject)?.left ?? null;
}

type Leased = NonNullable<Lease["containers"]>[number];
/** `had`: what there was of it for batches, as a decimal in the unit of `left`. */
interface Stand { left: Quantity; had: Decimal }

function standIn(lease: Lease | undefined, container: string, entries: LocalEntry[], subject: string): Stand | null {
  const known = lease?.containers?.find((one) => one.container === container);
  if (!known) return null;
  const own = lease?.conversions?.[known.material], { unit } = known.quantity;
  const measured = measuredIn(known, entries, own);
  const claims = [...takenFrom(container, entries, subject, unit, own).values()];
  const whole = measured?.net ?? new Decimal(known.quantity.value).minus(known.taken?.value ?? 0);
  const sum = (taken: Taken[]): Decimal => taken.reduce((all, { value }) => all.plus(value), new Decimal(0));
  const left = whole.minus(sum(claims.filter((one) => measured === null || !one.said.some((each) => isBefore(each, measured.last)))));
  return { left: { value: written(left, known.quantity.value), unit }, had: left.plus(sum(claims)).plus(known.taken?.value ?? 0) };
}

/** What a place of the batch takes, and all that ever said so. */
interface Taken { value: Decimal; said: LocalEntry[] }

type Mark = Pick<LocalEntry, "capturedAt" | "device" | "seq" | "index" | "seen">;
/** Whether something was done before something was measured, and is part of that (server/materials/stock/rules.py: is_before):
 * by what devices had seen of the log, or did one after the other; else by their clocks. */
function isBefore(one: Mark, measured: Mark): boolean {
  if (one.index != null && (measured.seen ?? 0) > one.index) return true;
  if (measured.index != null && (one.seen ?? 0) > measured.index) return false;
  return one.device && one.device === measured.device ? one.seq < measured.seq : one.capturedAt <= measured.capturedAt;
}

function takenFrom(container: string, entries: LocalEntry[], subject: string, unit: string, own?: readonly Conversion[]): Map<string, Taken> {
  const corrected = new Set(entries.map((entry) => entry.corrects));
  const said = new Map<string, LocalEntry[]>(), most = new Map<string, Taken>();
  for (const entry of entries) {
    const net = entry.payload.net as Quantity | null | undefined;
    if (entry.place === "quarantined" || !isNumber(String(net?.value))) continue;
    if (!TAKES.includes(entry.kind) || entry.payload.container !== container || entry.subject === subject) continue;
    said.set(entry.subject, [...(said.get(entry.subject) ?? []), entry]);
    const value = net && !corrected.has(entry.id) ? decimalIn(net, unit, own) : null;
    // Of several that claim one place, the most.
    if (value) most.set(entry.subject, { value: Decimal.max(value, most.get(entry.subject)?.value ?? 0), said: [] });
  }
  for (const [place, taken] of most) taken.said = said.get(place) ?? [];
  return most;
}

/** Flags with which a rest measures nothing (server/materials/stock/model.py). */
const UNMEASURED: readonly string[] = ["person_not_permitted", "device_revoked", "batch_unknown", "container_not_allocated", "reading_unverified", "weights_inconsistent", "clock_skew", "captured_outside"];

/** What was weighed of what is left, where the lease does not know of it yet. */
function measuredIn(known: Leased, entries: LocalEntry[], own?: readonly Conversion[]): { net: Decimal; last: LocalEntry } | null {
  const index = known.measured_index ?? null, lent: Mark = { capturedAt: known.measured ?? "", index, seen: index ?? 0, device: "", seq: 0 };
  const counts = (one: LocalEntry): boolean =>
    one.kind === RESTED && one.payload.container === known.container && one.place !== "quarantined" && !isBefore(one, lent) && !one.flags.some((flag) => UNMEASURED.includes(flag));
  const last = entries.filter(counts).reduce<LocalEntry | null>((found, one) => (found && isBefore(one, found) ? found : one), null);
  const net = last ? decimalIn(last.payload.net as Quantity, known.quantity.unit, own) : null;
  return last && net ? { net, last } : null;
}

/** A thousandth of what was weighed out and is left: so much balances may be off (server/production/dispensing/rests.py). */
const TOLERANCE = "0.001";

/** By how much what is left differs from what was reckoned, where that is more than balances may be off; null where it is not. */
export function differsBy(lease: Lease | undefined, container: string, entries: LocalEntry[], weighed: Quantity): Quantity | null {
  const stand = standIn(lease, container, entries, "");
  const material = lease?.containers?.find((one) => one.container === container)?.material ?? "";
  const net = stand ? decimalIn(weighed, stand.left.unit, lease?.conversions?.[material]) : null;
  if (!stand || !net) return null;
  const apart = net.minus(stand.left.value);
  return apart.abs().lte(Decimal.max(stand.had, 0).times(TOLERANCE)) ? null : { value: written(apart, stand.left.value), unit: stand.left.unit };
}

/** With the digits that the other one has, or more. */
const written = (value: Decimal, like: string): string => value.toFixed(Math.max(like.split(".")[1]?.length ?? 0, value.decimalPlaces()));

/** A quantity in another unit; rounded, at the twelfth place as the server's stock, only where it is no decimal there. */
export function decimalIn(net: Quantity, unit: string, own: readonly Conversion[] = []): Decimal | null {
  const exact = converted(net, unit, own);
  if (exact) return new Decimal(exact.value);
  const found = inUnit(net, unit, own);
  return found === null ? null : new Decimal(String(found[0])).div(String(found[1])).toDecimalPlaces(12);
}

/** The same as a quantity, with the digits that were measured where it is a decimal. */
export function quantityIn(net: Quantity, unit: string, own: readonly Conversion[] = []): Quantity | null {
  const exact = converted(net, unit, own);
  if (exact) return exact;
  const found = decimalIn(net, unit, own);
  return found === null ? null : { value: found.toFixed(), unit };
}
