/** This device's pen and its own entries: one signed chain, and for each entry how far it has come. */
import type { Clock } from "./clock";
import { timeText } from "./clock";
import * as entry from "./entry";
import type { Bytes } from "./bytes";
import type { Journal, Recovered } from "./journal";
import { type DeviceKey, sign, signAsPerson } from "./keys";
import type { Head, Store, StoredEntry } from "./store";
import { type Cosigner, CoreError, type Draft, type Place, storageFailure } from "./types";
import { documentOf } from "./units";

/** Where an entry stands beside its content, as the server's receipt tells it. */
export interface Standing { place: Place; flags: string[]; index: number | null }

export class Ledger {
  head: Head = { seq: 0, hash: entry.FIRST_PREV };
  /** The last checkpoint that this device verified. */
  seen: entry.Seen | null = null;
  /** Grows with every change of the entries. */
  version = 0;
  private readonly own = new Map<string, StoredEntry>();
  private mutex: Promise<unknown> = Promise.resolve();
  private broken = false;

  constructor(private readonly store: Store, private readonly journal: Journal | null, private readonly clock: Clock) {}

  /** Read what the device has; then make journal and database equal where one lacks what the other holds.
   * `empty` says that the database is new, so that everything in the journal is missing from it. */
  async load(recovered: Recovered | null, empty: boolean): Promise<void> {
    for (const item of await this.store.entries()) {
      // In the log at no known place: an earlier version took the journal's word for that. It is asked for again.
      const lost = item.place === "logged" && item.index === null;
      this.put(lost ? { ...item, place: "device" } : item);
    }
    this.head = (await this.store.meta("head")) ?? this.head;
    if (!recovered) return;
    const device = (await this.store.meta("device"))?.id ?? null;
    if (empty) await this.refill(recovered, device);
    await this.catchUp(recovered, device);
    for (const item of this.all().filter(({ place }) => place !== "proven")) {
      if (!recovered.entries.has(item.id)) await this.journal?.entry(item.id, item.bytes);
    }
  }

  /** Sign an entry and keep it in journal and database; resolves when both are on the disk. One at a time. */
  record(draft: Draft, actor: string, lease: string, device: string, key: DeviceKey): Promise<StoredEntry> {
    const done = this.mutex.then(() => this.write(draft, actor, lease, device, key));
    this.mutex = done.catch(() => undefined);
    return done;
  }

  get(id: string): StoredEntry | undefined {
    return this.own.get(id);
  }

  all(): StoredEntry[] {
    return [...this.own.values()];
  }

  of(doc: string): StoredEntry[] {
    return this.all().filter((item) => item.doc === doc);
  }

  /** What the server does not have yet, in the order of the chain. */
  undelivered(): StoredEntry[] {
    return this.all().filter(({ place }) => place === "device").sort((a, b) => a.seq - b.seq);
  }

  /** Entries with a new standing, to be stored by the caller together with the changes that brought it. */
  move(id: string, standing: Standing): StoredEntry | null {
    const item = this.own.get(id);
    if (!item || (item.place === standing.place && item.index === standing.index)) return null;
    const moved = { ...item, ...standing };
    this.put(moved);
    void this.mark(item, standing.place).catch(() => undefined);
    return moved;
  }

  /** Tell the journal how far an entry has come; what was proven and is not any more must be kept there again. */
  private async mark({ id, bytes, place }: StoredEntry, next: Place): Promise<void> {
    if (place === "proven") await this.journal?.entry(id, bytes);
    if (next === "proven") await this.journal?.proven(id);
  }

  /** In the log by the server's word, at a place below `size`, and not proven; the first first. */
  unproven(size: number): StoredEntry[] {
    const due = this.all().filter(({ place, index }) => place === "logged" && index !== null && index < size);
    return due.sort((a, b) => a.index! - b.index!);
  }

  /** Entries of this device's chain that are taken for recorded, beyond the last one that the log has of it. */
  lost(device: string, seq: number): StoredEntry[] {
    const beyond = this.all().filter((item) => item.seq > seq && (item.place === "logged" || item.place === "proven"));
    return beyond.filter(({ bytes }) => entry.readHeader(entry.decodeEnvelope(bytes)).device === device);
  }

  /** The server has an end of this device's chain that is not in it: the disk was set back to an older state. Go on from
   * there, since what is numbered once more could never be recorded; true if so. */
  async goOnFrom(device: string, told: Head): Promise<boolean> {
    const { mutex } = this;
    const done = mutex.then(async () => {
      if (!told.seq || (await this.knows(device, told))) return false;
      await this.store.setMeta({ head: told });
      this.head = told;
      return true;
    });
    this.mutex = done.catch(() => undefined);
    return done;
  }

  /** Whether this device's chain has passed there; what was let go of is believed. */
  private async knows(device: string, { seq, hash }: Head): Promise<boolean> {
    if (seq >= this.head.seq) return seq === this.head.seq && hash === this.head.hash;
    const next = this.all().filter((item) => item.seq === seq + 1).map(({ bytes }) => headerOf(bytes)).filter((one) => one.device === device);
    // Beside what this device made on its old state stands what it made after it had been told once.
    return !next.length || next.some((one) => one.prev === hash);
  }

  forget(ids: string[]): void {
    for (const id of ids) this.own.delete(id);
    this.version += 1;
  }

  private put(item: StoredEntry): void {
    this.own.set(item.id, item);
    this.version += 1;
  }

  private async write(draft: Draft, actor: string, lease: string, device: string, key: DeviceKey): Promise<StoredEntry> {
    if (this.broken || !this.journal) throw new CoreError("storage_failed");
    const envelope = await this.seal(draft, actor, lease, device, key);
    const { id, stream, seq } = entry.readHeader(envelope);
    const item: StoredEntry = {
      id, doc: stream, seq, bytes: entry.encodeEnvelope(envelope), place: "device", flags: [], index: null,
    };
    const head = { seq, hash: await entry.digestOf(envelope) };
    await this.keep(this.journal, item, head);
    this.put(item);
    this.head = head;
    return item;
  }

  private async seal(draft: Draft, actor: string, lease: string, device: string, key: DeviceKey): Promise<entry.Envelope> {
    const now = this.clock.wall();
    const cosigner = draft.cosigner && (await signerOf(draft.cosigner));
    return entry.seal(
      {
        v: 1, id: entry.newId(now), kind: draft.kind, stream: documentOf(draft.batch), subject: draft.subject, actor, device,
        seq: this.head.seq + 1, prev: this.head.hash, captured_at: timeText(now), offset: this.clock.offset(),
        mono: this.clock.mono(), boot: this.clock.boot, seen: this.seen, lease,
        corrects: draft.corrects ?? null, reason: draft.reason ?? null,
      },
      draft.payload,
      { alg: key.alg, sign: (message) => sign(key, message) },
      cosigner,
    );
  }

  /** Journal first, so that a rejection can be made true by voiding; if even that fails, nothing more is written
   * until a restart has taken up what the journal holds. */
  private async keep(journal: Journal, item: StoredEntry, head: Head): Promise<void> {
    try {
      await journal.entry(item.id, item.bytes);
      await this.store.addEntries([item], head);
    } catch (error) {
      await journal.void(item.id).catch(() => {
        this.broken = true;
      });
      throw storageFailure(error);
    }
  }

  /** The key is gone with the database: the old device's chain ends here, a new one begins with enrolment. */
  private async refill(recovered: Recovered, device: string | null): Promise<void> {
    const missing = [...recovered.entries].filter(([id, bytes]) => !this.own.has(id) && headerOf(bytes).device !== device);
    const items = missing.map(([id, bytes]) => stored(id, bytes, recovered.proven.has(id) ? "proven" : "device"));
    await this.store.addEntries(items, this.head);
    for (const item of items) this.put(item);
  }

  /** Entries whose writing was cut short after the journal continue the chain. Any other that the database lacks is kept
   * and delivered as well: whether it has a place in the chain is for the log to say. */
  private async catchUp(recovered: Recovered, device: string | null): Promise<void> {
    for (const [id, bytes] of recovered.entries) {
      if (this.own.has(id)) continue;
      const { seq, prev, device: writer } = headerOf(bytes);
      const continues = writer === device && seq === this.head.seq + 1 && prev === this.head.hash;
      // What is proven is let go of, except where the database was set back: its number must not be used once more.
      if (recovered.proven.has(id) && !continues) continue;
      const item = stored(id, bytes, recovered.proven.has(id) ? "proven" : "device");
      const head = continues ? { seq, hash: await entry.digestOf(entry.decodeEnvelope(bytes)) } : this.head;
      await this.store.addEntries([item], head);
      this.put(item);
      this.head = head;
    }
  }
}

/** Passkeys are loaded where somebody signs by one: they are no part of the first page. */
async function signerOf(cosigner: Cosigner): Promise<entry.Signer> {
  if ("passkeys" in cosigner) return (await import("./passkeys")).passkeySigner(cosigner.person, cosigner.passkeys);
  return { alg: "ed25519", by: `person:${cosigner.person}`, sign: (message: Bytes) => signAsPerson(cosigner, message) };
}

function headerOf(bytes: Bytes): entry.Header {
  return entry.readHeader(entry.decodeEnvelope(bytes));
}

function stored(id: string, bytes: Bytes, place: Place): StoredEntry {
  const { seq, stream } = headerOf(bytes);
  return { id, doc: stream, seq, bytes, place, flags: [], index: null };
}
