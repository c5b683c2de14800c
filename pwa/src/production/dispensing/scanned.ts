/** What a scan means while materials are dispensed: the room, a balance, the container that is taken from; or why not. */
import { Decimal } from "decimal.js";
import { read } from "../../core/reading";
import type { DispensingLine, Lease, LocalEntry, Phase, Text2 } from "../../core/types";
import { labelIn, saidOf } from "../../scan/meaning";
import type { Scan } from "../../scan/scanner";
import { leftIn } from "../containers";
import { KIND } from "../progress";

/** Why nothing is taken from a container, or from a lot; `of` is what it is about. */
export type Stop =
  | { code: "other_material"; of: string; name: Text2 }
  | { code: "not_allocated" | "lot_unregistered" | "used_up" | "barred" | "label_reused"; of: string }
  | { code: "not_released"; of: string; status: string }
  | { code: "expired"; of: string; on: string };
/** `lot`: "" where it may be of several. */
export type Meant =
  | { what: "room" | "balance"; code: string }
  | { what: "source"; container: string; lot: string }
  | { what: "stop"; stop: Stop }
  | { what: "wrong"; came: string };

interface At { lease: Lease | undefined; phase: Phase; line: DispensingLine; entries: LocalEntry[]; subject: string; today: string }

/** Judged by what the batch took along, so without network as well. */
export function meant(scan: Scan, at: At): Meant {
  const { lease, phase, line } = at;
  const code = read(scan.text, scan.symbology, new Date().getFullYear());
  const name = code.what === "plain" || code.what === "equipment" ? code.name : "";
  if (name !== "" && name === phase.room) return { what: "room", code: name };
  const machine = lease?.equipment.find((one) => one.equipment === name);
  if (machine) return machine.class === "balance" ? { what: "balance", code: name } : { what: "wrong", came: saidOf(code) };
  const label = labelIn(code, (lease?.containers ?? []).filter((one) => one.material === line.material).map((one) => one.container));
  if (label === null) return { what: "wrong", came: saidOf(code) };
  if (portionOf(label, at)) return { what: "stop", stop: { code: "label_reused", of: label } };
  const known = lease?.containers?.find((one) => one.container === label);
  if (known && known.material !== line.material) return { what: "stop", stop: { code: "other_material", of: label, name: lease?.lots.find((one) => one.material === known.material)?.name ?? { zh: known.material, en: known.material } } };
  // Of a lot whose containers nobody has registered, any label is as good as another; of two such lots the person says which.
  const loose = unregistered(lease, line), said = code.what === "gs1" ? code.lot : "";
  const ours = (lease?.lots ?? []).filter((one) => one.material === line.material);
  const named = ours.find((one) => said !== "" && (one.lot === said || one.supplier_lot === said));
  // A drum that says a lot which is none of the batch's is no drum of another of them.
  if (!known && said !== "" && !named) return { what: "stop", stop: { code: "lot_unregistered", of: said } };
  const lot = known?.lot ?? loose.find((one) => one === named?.lot) ?? (loose.length > 1 ? "" : loose[0]);
  if (lot === undefined) return { what: "stop", stop: { code: "not_allocated", of: label } };
  if (lot === "") return { what: "source", container: label, lot };
  const stop = lotStop(lot, at) ?? (known?.restricted ? { code: "barred" as const, of: label } : null) ?? (known && usedUp(label, at) ? { code: "used_up" as const, of: label } : null);
  return stop ? { what: "stop", stop } : { what: "source", container: label, lot };
}

/** Lots of the line's material that the batch may use and of which no container is registered. */
export function unregistered(lease: Lease | undefined, line: DispensingLine): string[] {
  const ours = new Set((lease?.order.lots ?? []).filter((one) => one.material === line.material).map((one) => one.lot));
  return (lease?.lots ?? []).filter((one) => one.material === line.material && ours.has(one.lot) && !one.registered).map((one) => one.lot);
}

/** What a lot that is set free is on days after its own: asked of the day at hand, which may be one on paper. */
const OF_A_DAY: ReadonlySet<string> = new Set(["expired", "retest_due"]);

/** Why nothing may be taken from this lot today. */
export function lotStop(lot: string, { lease, line, today }: Pick<At, "lease" | "line" | "today">): Stop | null {
  const found = lease?.lots.find((one) => one.material === line.material && one.lot === lot);
  if (!found) return { code: "not_allocated", of: lot };
  if (found.expiry !== null && found.expiry < today) return { code: "expired", of: lot, on: found.expiry };
  if (found.retest && found.retest < today) return { code: "not_released", of: lot, status: "retest_due" };
  return found.status === "released" || OF_A_DAY.has(found.status) ? null : { code: "not_released", of: lot, status: found.status };
}

/** Whether a label is that of a portion of this batch, which stands in another place: weighed again it counts twice. */
function portionOf(label: string, { entries, subject }: At): boolean {
  const corrected = new Set(entries.map((entry) => entry.corrects));
  return entries.some((one) => one.kind === KIND.dispensed && one.payload.into === label && one.subject !== subject && one.place !== "quarantined" && !corrected.has(one.id));
}

function usedUp(container: string, { lease, entries, subject }: At): boolean {
  const left = leftIn(lease, container, entries, subject);
  return left !== null && new Decimal(left.value).lte(0);
}
