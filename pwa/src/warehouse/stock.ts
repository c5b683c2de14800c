/** What stands in a warehouse, as a handheld knows it: the snapshot of its lease in columns, looked up by label without
 * making 20,000 objects, and on top what the day's document has said since. */
import type { LocalEntry, Location, Quantity, StoredMaterial, WarehouseLease } from "../core/types";
import type { Code } from "../core/reading";
import { left, mergeWrong, MIXED, type Part, together } from "./filling";
import { CONTAINERS_RECEIVED, type Held, LOT_RECEIVED, type LotOf, type Meaning, MERGED, MOVED, SPLIT } from "./types";

const NOTHING = -1;
type Payload = Record<string, unknown>;
interface Change { location?: string | null; held?: string; received?: Held }

/** The columns of a lease with their indexes: made once for each lease. */
export class Snapshot {
  readonly locations: Map<string, Location>;
  readonly materials: Map<string, StoredMaterial>;
  private readonly labels = new Map<string, number>();
  private readonly numbers = new Map<string, number[]>();

  constructor(readonly lease: WarehouseLease) {
    this.locations = new Map(lease.locations.map((one) => [one.location, one]));
    this.materials = new Map(lease.materials.map((one) => [one.code, one]));
    lease.containers.label.forEach((label, row) => this.labels.set(label, row));
    lease.lots.lot.forEach((number, row) => {
      for (const name of new Set([number, this.word(lease.lots.supplier_lot[row]!)])) {
        if (name !== null) this.numbers.set(name, [...(this.numbers.get(name) ?? []), row]);
      }
    });
  }

  private word(place: number): string | null {
    return place === NOTHING ? null : this.lease.words[place]!;
  }

  container(label: string): Held | null {
    const row = this.labels.get(label);
    if (row === undefined) return null;
    const { containers: column } = this.lease;
    const unit = this.word(column.unit[row]!)!;
    const lot = column.lot[row] === NOTHING ? null : this.lot(column.lot[row]!);
    return {
      label, material: lot?.material ?? "", lot: lot?.lot ?? "", quantity: { value: column.quantity[row]!, unit }, held: { value: column.held[row]!, unit },
      location: this.word(column.location[row]!), status: this.word(column.status[row]!) ?? "", batch: this.word(column.batch[row]!), use_until: this.word(column.use_until[row]!),
    };
  }

  /** Lots of this number, ours or the supplier's. */
  lots(number: string): LotOf[] {
    return (this.numbers.get(number) ?? []).map((row) => this.lot(row));
  }

  private lot(row: number): LotOf {
    const { lots: column } = this.lease;
    const [material, status, expiry, retest, supplier, supplier_lot] = [column.material, column.status, column.expiry, column.retest, column.supplier, column.supplier_lot].map((one) => this.word(one[row]!));
    return { material: material ?? "", lot: column.lot[row]!, status: status ?? "", expiry: expiry!, retest: retest!, supplier: supplier!, supplier_lot: supplier_lot! };
  }

  /** The labels that stood at a place when the snapshot was made. */
  labelsAt(location: string): string[] {
    const place = this.lease.words.indexOf(location);
    if (place === NOTHING) return [];
    return this.lease.containers.label.filter((_, row) => this.lease.containers.location[row] === place);
  }

  labelsOf({ material, lot }: LotOf): number {
    const { lots, containers, words } = this.lease;
    const row = lots.lot.findIndex((number, at) => number === lot && words[lots.material[at]!] === material);
    return row === NOTHING ? 0 : containers.lot.filter((one) => one === row).length;
  }
}

/** A snapshot and what came after it. */
export class Stock {
  private readonly changes = new Map<string, Change>();
  private readonly received = new Map<string, LotOf>();

  /** `entries` in the order of capture, as the core lists them. */
  constructor(private readonly base: Snapshot, entries: LocalEntry[]) {
    const size = base.lease.warehouse.size;
    for (const one of entries) {
      // What the snapshot is of already, or the server could not read.
      if ((one.index !== null && one.index < size) || one.place === "quarantined") continue;
      // By somebody who may not, it changed nothing.
      if (one.flags.includes("person_not_permitted") || one.flags.includes("device_revoked")) continue;
      if (one.kind === MOVED) this.move(one.payload);
      else if (one.kind === SPLIT) this.split(one.payload);
      else if (one.kind === MERGED) this.merge(one.payload);
      else if (one.kind === LOT_RECEIVED) this.receiveLot(one.payload);
      else if (one.kind === CONTAINERS_RECEIVED) this.receive(one.payload);
    }
  }

  get materials(): Map<string, StoredMaterial> {
    return this.base.materials;
  }

  location(code: string): Location | null {
    return this.base.locations.get(code) ?? null;
  }

  container(label: string): Held | null {
    const change = this.changes.get(label);
    const known = this.base.container(label) ?? change?.received ?? null;
    if (!known || !change) return known;
    const location = change.location === undefined ? known.location : change.location;
    return { ...known, location, held: change.held === undefined ? known.held : { ...known.held, value: change.held } };
  }

  lots(number: string): LotOf[] {
    const known = this.base.lots(number);
    const more = [...this.received.values()].filter((one) => (one.lot === number || one.supplier_lot === number) && !known.some((lot) => lot.material === one.material && lot.lot === one.lot));
    return [...known, ...more];
  }

  /** What stands at a place, by label. */
  at(location: string): Held[] {
    const labels = new Set([...this.base.labelsAt(location), ...this.changes.keys()]);
    const found = [...labels].map((label) => this.container(label)).filter((one) => one?.location === location);
    return (found as Held[]).sort((a, b) => (a.label < b.label ? -1 : 1));
  }

  /** What a scan means here: a container before a place, a place before a lot. */
  read(code: Code): Meaning {
    if (code.what === "gs1") {
      for (const label of code.labels) {
        const container = this.container(label);
        if (container) return { what: "container", container };
      }
      return this.named(code.lot, code.material);
    }
    if (code.what === "location") return this.place(code.name);
    if (code.what === "lot") {
      const [material = "", ...number] = code.name.split("/");
      return number.length > 0 ? this.named(number.join("/"), material) : this.named(code.name, "");
    }
    if (code.what !== "container" && code.what !== "plain") return { what: "unknown" };
    const container = this.container(code.name);
    if (container) return { what: "container", container };
    if (code.what === "container") return { what: "unknown" };
    const place = this.place(code.name);
    return place.what === "unknown" ? this.named(code.name, "") : place;
  }

  private place(code: string): Meaning {
    const location = this.location(code);
    return location ? { what: "location", location } : { what: "unknown" };
  }

  private named(number: string, material: string): Meaning {
    const lot = this.lots(number).find((one) => material === "" || one.material === material);
    if (!lot) return { what: "unknown" };
    const later = [...this.changes.values()].filter(({ received }) => received?.lot === lot.lot && received.material === lot.material).length;
    return { what: "lot", lot, containers: this.base.labelsOf(lot) + later };
  }

  private move(payload: Payload): void {
    const { container, to } = payload as { container: string; to: string };
    this.changes.set(container, { ...this.changes.get(container), location: to });
  }

  private split(payload: Payload): void {
    const { container, into } = payload as { container: string; into: Part[] };
    const source = this.container(container);
    // A label that is another's already takes nothing.
    const parts = into.filter((one, at) => !this.container(one.container) && into.findIndex((each) => each.container === one.container) === at);
    if (!source) return;
    this.hold(container, left(source, parts, this.materials.get(source.material)?.conversions));
    for (const { container: label, quantity } of parts) this.changes.set(label, { received: { ...source, label, quantity, held: quantity } });
  }

  private merge(payload: Payload): void {
    const { into, from } = payload as { into: string; from: string[] };
    const target = this.container(into);
    if (!target) return;
    const others = [...new Set(from)].map((label) => this.container(label)).filter((one) => one !== null).filter((one) => [null, MIXED].includes(mergeWrong(target, one)));
    this.hold(into, together(target, others, this.materials.get(target.material)?.conversions));
    for (const { label } of others) this.hold(label, "0");
  }

  private hold(label: string, held: string): void {
    this.changes.set(label, { ...this.changes.get(label), held });
  }

  private receiveLot(payload: Payload): void {
    const given = payload as Record<string, string | null> & { material: string; lot: string };
    if (this.base.lots(given.lot).some(({ material }) => material === given.material)) return;
    const { material, lot, expiry = null, retest = null, supplier = null, supplier_lot = null } = given;
    this.received.set(`${material}/${lot}`, { material, lot, status: "quarantine", expiry, retest, supplier, supplier_lot });
  }

  private receive(payload: Payload): void {
    const { material, lot, containers } = payload as { material: string; lot: string; containers: { container: string; quantity: Quantity; location: string | null }[] };
    const known = this.lots(lot).find((one) => one.material === material);
    for (const { container: label, quantity, location } of containers) {
      // A label that stands here already is left with what it was first received as.
      if (this.container(label)) continue;
      const days = [known?.expiry, known?.retest].filter((day) => typeof day === "string").sort();
      const received = { label, material, lot, quantity, held: quantity, location, status: known?.status ?? "quarantine", batch: null, use_until: days[0] ?? null };
      this.changes.set(label, { received });
    }
  }
}
