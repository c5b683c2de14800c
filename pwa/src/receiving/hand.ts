/** Receiving on a handheld: its lease as the register, and a delivery as entries that it signs itself. */
import { Decimal } from "decimal.js";
import { Problem } from "../api/client";
import { converted } from "../core/measures";
import type { LocalEntry, Quantity, WarehouseLease } from "../core/types";
import { receivingEn } from "../i18n/receiving.en";
import { receivingZh } from "../i18n/receiving.zh";
import { labelOf, nextOf } from "./numbering";
import { retestOf, sum } from "./rules";
import type { Block, Came, Delivery, Material, OpenLine, Register, Taken } from "./types";

export const LOT_RECEIVED = "materials.lot_received.v2", CONTAINERS_RECEIVED = "materials.containers_received.v2";
/** In one entry: its payload has a limit. */
const TOGETHER = 100;
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

/** Records a delivery; where that fails half-way, it goes on with the same lot when it is asked again. */
export class HandTaker {
  private begun: { said: string; lot: string; done: number } | null = null;

  constructor(private readonly record: Write) {}

  /** CoreError where the disk fails; Problem `lot_numbers_gone` where the block is used up. */
  async take(delivery: Delivery, containers: Came[], register: Register, blocks: readonly Block[], entries: readonly LocalEntry[]): Promise<Taken> {
    const material = register.materials.find((one) => one.code === delivery.material);
    const said = JSON.stringify([delivery, containers]);
    const retest = retestOf(register.day, material?.retest ?? null, delivery.expiry);
    if (this.begun?.said !== said) this.begun = { said, lot: await this.begin(delivery, containers, material, retest, blocks, entries), done: 0 };
    const { begun } = this;
    const labelled = containers.map((one, i) => ({ container: labelOf(begun.lot, i + 1), ...one }));
    for (; begun.done < labelled.length; begun.done += TOGETHER) {
      await this.record(CONTAINERS_RECEIVED, `lot/${delivery.material}/${begun.lot}`, { material: delivery.material, lot: begun.lot, containers: labelled.slice(begun.done, begun.done + TOGETHER) });
    }
    this.begun = null;
    return { material: delivery.material, lot: begun.lot, containers: labelled.map(({ container }) => container), retest };
  }

  private async begin(delivery: Delivery, containers: Came[], material: Material | undefined, retest: string | null, blocks: readonly Block[], entries: readonly LocalEntry[]): Promise<string> {
    const lot = nextOf(blocks, delivery.material, received(entries).map((one) => one.payload as unknown as Received));
    if (lot === null) throw gone();
    const value = material ? sum(containers, material, material.unit) : null;
    const quantity = value === null || !material ? null : { value, unit: material.unit };
    await this.record(LOT_RECEIVED, `lot/${delivery.material}/${lot}`, { ...delivery, lot, retest, quantity, containers: containers.length });
    return lot;
  }
}

function gone(): Problem {
  const say = (name: "what" | "kept" | "next") => ({ zh: receivingZh.noNumbers[name], en: receivingEn.noNumbers[name] });
  return new Problem("lot_numbers_gone", 0, say("what"), say("kept"), say("next"));
}
