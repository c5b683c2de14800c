/** Receiving on a handheld: its lease as the register, and a delivery as entries that it signs itself. */
import { Decimal } from "decimal.js";
import { Problem } from "../api/client";
import { utf8 } from "../core/bytes";
import { converted } from "../core/measures";
import type { LocalEntry, Quantity, WarehouseLease } from "../core/types";
import { receivingEn } from "../i18n/receiving.en";
import { receivingZh } from "../i18n/receiving.zh";
import { MOST } from "./counting";
import { labelOf, LONGEST, nextOf } from "./numbering";
import { retestOf, sum } from "./rules";
import { begunOf, CONTAINERS_RECEIVED, LOT_RECEIVED } from "./unfinished";
import type { Block, Came, Delivery, Material, OpenLine, Register, Taken } from "./types";

export { CONTAINERS_RECEIVED, LOT_RECEIVED };
/** In one entry, and in bytes: its payload has a limit, which damage told at length would pass. */
const TOGETHER = 100, BYTES = 40_000;
type Write = (kind: string, subject: string, payload: Record<string, unknown>) => Promise<unknown>;
type Received = { material: string; lot: string; order: string | null; line: number | null; quantity: Quantity | null };

const received = (entries: readonly LocalEntry[]): LocalEntry[] => entries.filter((one) => one.kind === LOT_RECEIVED && one.place !== "quarantined");

/** The lease as it stands after what the day's document says. */
export function registerOf(lease: WarehouseLease, entries: readonly LocalEntry[], day: string): Register {
  const later = received(entries).filter((one) => one.index === null || one.index >= lease.warehouse.size).map((one) => one.payload as unknown as Received);
  const orders = lease.orders.map((order) => ({ ...order, lines: order.lines.map((line) => after(line, later.filter((one) => one.order === order.order && one.line === line.line && one.material === line.material), lease.materials)) }));
  return { day, rule: lease.receiving.rule, materials: lease.materials, suppliers: lease.suppliers, supplies: lease.supplies, orders, locations: lease.locations };
}

function after(line: OpenLine, came: readonly Received[], materials: readonly Material[]): OpenLine {
  const own = materials.find((one) => one.code === line.material)?.conversions ?? [];
  const more = came.reduce((so_far, { quantity }) => so_far.plus((quantity && converted(quantity, line.unit, own)?.value) ?? 0), new Decimal(0));
  if (more.isZero()) return line;
  const [all, open] = [more.plus(line.received), Decimal.max(new Decimal(line.open).minus(more), 0)];
  return { ...line, received: all.toFixed(), open: open.toFixed(Math.max(0, line.open.split(".")[1]?.length ?? 0)) };
}

/** Records a delivery; where that ended half-way, by a full disk or a reload, it goes on with the same lot when it is asked again. */
export class HandTaker {
  /** What was recorded here, also before the list of entries shows it. */
  private readonly made: Pick<LocalEntry, "kind" | "own" | "place" | "payload">[] = [];

  /** `before`: the lots that this device had received before this delivery. */
  constructor(private readonly write: Write, readonly before: string[]) {}

  /** CoreError where the disk fails; Problem `lot_numbers_gone` where the block is used up, `lot_number_long`. */
  async take(delivery: Delivery, containers: Came[], register: Register, blocks: readonly Block[], entries: readonly LocalEntry[]): Promise<Taken> {
    const material = register.materials.find((one) => one.code === delivery.material);
    const begun = begunOf(delivery, containers, [...entries, ...this.made], this.before);
    const retest = begun ? begun.retest : retestOf(register.day, material?.retest ?? null, delivery.expiry);
    const lot = begun?.lot ?? (await this.begin(delivery, containers, material, retest, blocks, entries));
    const labelled = containers.map((one, i) => ({ container: labelOf(lot, i + 1), ...one }));
    for (const part of parts(labelled.filter(({ container }) => !begun?.labels.includes(container)))) {
      await this.record(CONTAINERS_RECEIVED, `lot/${delivery.material}/${lot}`, { material: delivery.material, lot, containers: part });
    }
    this.before.push(lot);
    return { material: delivery.material, lot, containers: labelled.map(({ container }) => container), retest };
  }

  private async record(kind: string, subject: string, payload: Record<string, unknown>): Promise<void> {
    await this.write(kind, subject, payload);
    this.made.push({ kind, own: true, place: "device", payload });
  }

  private async begin(delivery: Delivery, containers: Came[], material: Material | undefined, retest: string | null, blocks: readonly Block[], entries: readonly LocalEntry[]): Promise<string> {
    const lot = nextOf(blocks, delivery.material, received(entries).map((one) => one.payload as unknown as Received));
    if (lot === null) throw problem("lot_numbers_gone", "noNumbers");
    if (labelOf(lot, MOST).length > LONGEST) throw problem("lot_number_long", "longNumber");
    const value = material ? sum(containers, material, material.unit) : null;
    const quantity = value === null || !material ? null : { value, unit: material.unit };
    await this.record(LOT_RECEIVED, `lot/${delivery.material}/${lot}`, { ...delivery, lot, retest, quantity, containers: containers.length });
    return lot;
  }
}

/** As many together as one entry takes. */
function parts<T>(all: readonly T[]): T[][] {
  const found: T[][] = [];
  let bytes = 0;
  for (const one of all) {
    const size = utf8(JSON.stringify(one)).length;
    const last = found.at(-1);
    if (!last || last.length === TOGETHER || bytes + size > BYTES) [bytes] = [0, found.push([one])];
    else last.push(one);
    bytes += size;
  }
  return found;
}

function problem(code: string, words: "noNumbers" | "longNumber"): Problem {
  const say = (name: "what" | "kept" | "next") => ({ zh: receivingZh[words][name], en: receivingEn[words][name] });
  return new Problem(code, 0, say("what"), say("kept"), say("next"));
}
