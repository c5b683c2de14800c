/** What the device keeps: IndexedDB, strictly durable where something is promised to the user, contents sealed.
 *
 * Plain are ids of entries and leases, numbers of changes, and `meta`: who this device is, whom it trusts, and its keys,
 * which cannot be exported. Names of documents and photos are replaced by others that tell nothing. */
import { type Bytes, hex, random } from "./bytes";
import { beginning, Database, type Rows, type StoreName } from "./database";
import type { Algorithm, DeviceKey } from "./keys";
import type { StoredLease } from "./lease";
import type { AgreementKey } from "./opening";
import { type Item, pack, unpack } from "./packing";
import type { Counted } from "./pins";
import { CoreError, type Alarm, type LeaseEnd, type LocalEntry, type Notice, type Place } from "./types";
import { type JournalKey, makeStoreKeys, nameOf, type RecoveryKey, seal, type StoreKeys, unseal } from "./vault";

/** Entries in one pack, and how many may lie unpacked: opening few large boxes is faster than many small ones. */
const PACK = 512;
const LOOSE = 128;

/** The end of this device's chain: the sequence and hash that its next entry builds on. */
export interface Head { seq: number; hash: string }
/** An entry made on this device. `doc` is its stream and document, `bytes` its wire form. */
export interface StoredEntry { id: string; doc: string; seq: number; bytes: Bytes; place: Place; flags: string[]; index: number | null }
/** A photo; `sent` once the server has said that it keeps it. */
export interface StoredBlob { hash: string; type: string; data: Bytes; sent?: boolean }
/** Change n of a document, as the server numbered it. */
export interface StoredChange { n: number; bytes: Bytes }
/** A change that waits for the server; `entry` is the id that it carries, null for a draft. */
export interface StoredPending { bytes: Bytes; entry: string | null }
/** What somebody has typed at a slot and not signed: a value that JSON can say. */
export interface Scratch { batch: string; slot: string; value: unknown }
/** A document saved whole, with every change up to `last`. */
export interface Snapshot { last: number; bytes: Bytes }
/** The site as pinned at enrolment; `earlier` are server keys that signed leases before the root named another. */
export interface Site {
  name: { zh: string; en: string }; vkey: string; server_key: string; earlier?: string[]; policy?: string; recovery?: RecoveryKey;
}

/** The last checkpoint that this device has verified: root in hex, the note as told, when it was signed last, and by
 * which witnesses (Unix seconds). */
export interface Held { size: number; root: string; note: string; at: string; witnessed: Record<string, number> }
/** Another device's public key, as the server told it; base64. */
export interface KnownKey { id: string; alg: Algorithm; public_key: string }

/** Single values by name; `whole` is written when a new database has been filled from the journal. */
export interface Meta {
  whole: boolean;
  recovered: string;
  /** When the server was found to have more of this device than the device itself. */
  setBack: string;
  /** Of a journal from which the database was filled: how many of its records could not be read. */
  damaged: number;
  storeKeys: StoreKeys;
  /** Nothing is left that an earlier version has written plain. */
  sealed: true;
  /** The last one is in use; those before it open what is still in the journal from before. */
  journalKeys: JournalKey[];
  key: DeviceKey;
  /** A key being proved at enrolment; not in use. */
  candidate: DeviceKey;
  device: { id: string; name: string; role: string };
  site: Site;
  head: Head;
  skew: number;
  /** The policy in force: its text. */
  policy: string;
  held: Held | null;
  alarm: Alarm | null;
  notices: Notice[];
  keys: KnownKey[];
  /** What leases seal people's keys for, and wrong PINs in a row by person. */
  agreement: AgreementKey;
  pins: Record<string, Counted>;
  /** Leases that the server has ended, and how. */
  ended: Record<string, LeaseEnd>;
}

type About = Omit<StoredEntry, "bytes">;
type Boxed<K extends string> = { box: Bytes } & Record<K, string>;

export class Store {
  /** What could not be opened since the start: the keys of rows, by store. */
  readonly damaged = new Map<StoreName, Set<string>>();
  private readonly names = new Map<string, Promise<string>>();

  private constructor(private readonly database: Database, private readonly keys: StoreKeys) {}

  static async open(name: string): Promise<Store> {
    const database = await Database.open(name);
    return new Store(database, await storeKeys(database));
  }

  close(): void {
    this.database.close();
  }

  reopen(): Promise<void> {
    return this.database.reopen();
  }

  meta<K extends keyof Meta>(key: K): Promise<Meta[K] | undefined> {
    return this.database.get("meta", key);
  }

  setMeta(values: Partial<Meta>): Promise<void> {
    return this.database.put(["meta"], values, (tx) => {
      for (const [key, value] of Object.entries(values)) tx.objectStore("meta").put(value, key);
    });
  }

  /** As `setMeta`, for what can be asked for again: a checkpoint comes each second. */
  hold(held: Held): Promise<void> {
    return this.database.put(["meta"], held, (tx) => void tx.objectStore("meta").put(held, "held"), "relaxed");
  }

  /** All entries of this device in the order of its chain. */
  async entries(): Promise<StoredEntry[]> {
    const [packs, loose] = [await this.database.rows<Bytes>("packs"), await this.database.rows<Boxed<"id"> | StoredEntry>("entries")];
    return this.openEntries(packs, loose);
  }

  /** Keep entries and move the head, in one strict transaction: resolves when it is on the disk. */
  addEntries(entries: StoredEntry[], head: Head): Promise<void> {
    return this.database.put(["entries", "meta"], this.boxEntries(entries), (tx, rows) => {
      for (const row of rows) tx.objectStore("entries").put(row);
      tx.objectStore("meta").put(head, "head");
    });
  }

  /** Keep what the server has numbered, and with it where our entries now are. It can be fetched again. */
  addChanges(doc: string, changes: StoredChange[], moved: StoredEntry[]): Promise<void> {
    const made = Promise.all([changes.length ? this.boxChanges(doc, changes) : null, this.boxEntries(moved)]);
    return this.database.put(["changes", "entries"], made, (tx, [box, rows]) => {
      if (box) tx.objectStore("changes").put(box.value, box.key);
      for (const row of rows) tx.objectStore("entries").put(row);
    }, "relaxed");
  }

  /** Those after the snapshot, if there is one. What cannot be opened is let go: the server tells it once more. */
  async changes(doc: string): Promise<StoredChange[]> {
    const rows = await this.database.rows<Bytes>("changes", beginning(await this.name(doc)));
    const found = await Promise.all(rows.map(async ({ key, value }) => {
      const data = await this.tryOpen("changes", String(key), value);
      if (!data) await this.database.put(["changes"], null, (tx) => void tx.objectStore("changes").delete(key), "relaxed");
      return data ? unpack<number>(data).map(({ about, bytes }) => ({ n: about, bytes })) : [];
    }));
    return found.flat().sort((a, b) => a.n - b.n);
  }

  async snapshot(doc: string): Promise<Snapshot | null> {
    const name = await this.name(doc);
    const box = await this.database.get<Bytes>("snapshots", name);
    const data = box && (await this.tryOpen("snapshots", name, box));
    const [item] = data ? unpack<number>(data) : [];
    return item ? { last: item.about, bytes: item.bytes } : null;
  }

  /** Keep a document whole; the changes that it holds are let go. */
  async putSnapshot(doc: string, { last, bytes }: Snapshot): Promise<void> {
    const name = await this.name(doc);
    const box = await this.seal("snapshots", name, pack([{ about: last, bytes }]));
    await this.database.turn(async () => {
      const rows = await this.database.read<Bytes>("changes", beginning(name));
      await this.database.write(["snapshots", "changes"], rows, (tx) => {
        tx.objectStore("snapshots").put(box, name);
        for (const { key } of rows) if ((key as [string, number, number])[2] <= last) tx.objectStore("changes").delete(key);
      }, "relaxed");
    });
  }

  /** Changes made here that the server has not confirmed; none of them is a record. */
  async pending(doc: string): Promise<StoredPending[]> {
    const name = await this.name(doc);
    const box = await this.database.get<Bytes>("pending", name);
    const data = box && (await this.tryOpen("pending", name, box));
    return data ? unpack<string | null>(data).map(({ about, bytes }) => ({ bytes, entry: about })) : [];
  }

  async putPending(doc: string, pending: StoredPending[]): Promise<void> {
    const name = await this.name(doc);
    const box = pending.length ? this.seal("pending", name, pack(pending.map(({ bytes, entry }) => ({ about: entry, bytes })))) : null;
    await this.database.put(["pending"], box, (tx, made) => {
      if (made) tx.objectStore("pending").put(made, name);
      else tx.objectStore("pending").delete(name);
    }, "relaxed");
  }

  /** What screens listed of a document when this was kept last. */
  async listing(doc: string): Promise<LocalEntry[]> {
    const name = await this.name(doc);
    const box = await this.database.get<Bytes>("listings", name);
    const data = box && (await this.tryOpen("listings", name, box));
    return data ? (unpack<LocalEntry[]>(data)[0]?.about ?? []) : [];
  }

  async putListing(doc: string, entries: LocalEntry[]): Promise<void> {
    const name = await this.name(doc);
    const box = this.seal("listings", name, pack([{ about: entries, bytes: new Uint8Array() }]));
    await this.database.put(["listings"], box, (tx, made) => tx.objectStore("listings").put(made, name), "relaxed");
  }

  /** What is typed and not signed. */
  async scratch(): Promise<Scratch[]> {
    const rows = await this.database.rows<Bytes>("scratch");
    const found = await Promise.all(rows.map(({ key, value }) => this.tryOpen("scratch", String(key), value)));
    return found.flatMap((data) => (data ? [unpack<Scratch>(data)[0]!.about] : []));
  }

  /** Undefined: there is nothing any more. */
  async putScratch(scratch: Scratch): Promise<void> {
    const name = await this.name(`${scratch.batch}/${scratch.slot}`);
    const gone = scratch.value === undefined;
    const box = gone ? null : this.seal("scratch", name, pack([{ about: scratch, bytes: new Uint8Array() }]));
    await this.database.put(["scratch"], box, (tx, made) => {
      if (made) tx.objectStore("scratch").put(made, name);
      else tx.objectStore("scratch").delete(name);
    }, "relaxed");
  }

  /** Forget a document that is finished here: its changes, and its entries if all of them are proven. */
  async dropDoc(doc: string, entries: string[]): Promise<void> {
    const name = await this.name(doc);
    await this.database.put(["changes", "snapshots", "pending", "listings", "entries", "packs"], entries, (tx) => {
      tx.objectStore("changes").delete(beginning(name));
      for (const store of ["snapshots", "pending", "listings"]) tx.objectStore(store).delete(name);
      for (const id of entries) tx.objectStore("entries").delete(id);
      if (entries.length) tx.objectStore("packs").delete(beginning(name));
    }, "relaxed");
  }

  /** Put entries that lie loose into packs, if they are many; for a moment in which nobody waits. */
  repack(): Promise<void> {
    return this.database.turn(async () => {
      const loose = await this.database.read<Boxed<"id"> | StoredEntry>("entries");
      if (loose.length <= LOOSE) return;
      const old = await this.database.read<Bytes>("packs");
      const entries = await this.openEntries(old, loose);
      // What cannot be opened stays where it is, and is told at each start.
      if (this.damaged.has("packs") || this.damaged.has("entries")) return;
      const packs = await this.boxPacks(entries);
      await this.database.write(["entries", "packs"], packs, (tx) => {
        tx.objectStore("packs").clear();
        for (const { key, value } of packs) tx.objectStore("packs").put(value, key);
        for (const { key } of loose) tx.objectStore("entries").delete(key);
      });
    });
  }

  async leases(): Promise<StoredLease[]> {
    const rows = await this.database.rows<Boxed<"lease"> | StoredLease>("leases");
    const found = rows.map(async ({ value }) => {
      if (!("box" in value)) return value;
      const data = await this.tryOpen("leases", value.lease, value.box);
      return data && unpack<StoredLease>(data)[0]!.about;
    });
    return (await Promise.all(found)).filter((item) => item !== null);
  }

  async putLease(lease: StoredLease): Promise<void> {
    const box = this.seal("leases", lease.lease, pack([{ about: lease, bytes: new Uint8Array() }]));
    await this.database.put(["leases"], box, (tx, made) => tx.objectStore("leases").put({ lease: lease.lease, box: made }));
  }

  dropLease(lease: string): Promise<void> {
    return this.database.put(["leases"], null, (tx) => tx.objectStore("leases").delete(lease), "relaxed");
  }

  async blobs(): Promise<StoredBlob[]> {
    const rows = await this.database.rows<Boxed<"hash"> | StoredBlob>("blobs");
    const found = rows.map(async ({ value }) => {
      if (!("box" in value)) return value;
      const data = await this.tryOpen("blobs", value.hash, value.box);
      const [item] = data ? unpack<Omit<StoredBlob, "data">>(data) : [];
      return item ? { ...item.about, data: item.bytes } : null;
    });
    return (await Promise.all(found)).filter((item) => item !== null);
  }

  async putBlob(blob: StoredBlob): Promise<void> {
    const row = this.boxBlob(blob);
    await this.database.put(["blobs"], row, (tx, made) => tx.objectStore("blobs").put(made));
  }

  async dropBlob(hash: string): Promise<void> {
    const name = await this.name(hash);
    await this.database.put(["blobs"], null, (tx) => tx.objectStore("blobs").delete(name), "relaxed");
  }

  /** Whether the row of this photo is one that could not be opened. */
  async lacksBlob(hash: string): Promise<boolean> {
    return this.damaged.get("blobs")?.has(await this.name(hash)) ?? false;
  }

  /** Seal what an earlier version has left plain. Each step is whole; after a kill the next start goes on. */
  async migrate(): Promise<void> {
    if (await this.meta("sealed")) return;
    await this.migrateEntries();
    await this.migrateChanges();
    for (const { value } of await this.database.rows<Boxed<"lease"> | StoredLease>("leases")) if (!("box" in value)) await this.putLease(value);
    for (const { value } of await this.database.rows<Boxed<"hash"> | StoredBlob>("blobs")) {
      if ("box" in value) continue;
      await this.database.put(["blobs"], this.boxBlob(value), (tx, row) => {
        tx.objectStore("blobs").delete(value.hash);
        tx.objectStore("blobs").put(row);
      });
    }
    await this.setMeta({ sealed: true });
  }

  private async migrateEntries(): Promise<void> {
    const rows = await this.database.rows<Boxed<"id"> | StoredEntry>("entries");
    const plain = rows.map(({ value }) => value).filter((value) => !("box" in value)) as StoredEntry[];
    if (!plain.length) return;
    await this.database.put(["entries"], this.boxEntries(plain), (tx, boxed) => {
      for (const row of boxed) tx.objectStore("entries").put(row);
    });
  }

  private async migrateChanges(): Promise<void> {
    const plain = (await this.database.rows<Bytes>("changes")).filter(({ key }) => (key as unknown[]).length === 2);
    const keys = plain.map(({ key }) => key as [string, number]);
    for (const doc of new Set(keys.map(([name]) => name))) {
      const changes = plain.flatMap(({ value }, i) => (keys[i]![0] === doc ? [{ n: keys[i]![1], bytes: value }] : []));
      await this.database.put(["changes"], this.boxChanges(doc, changes), (tx, { key, value }) => {
        for (const { n } of changes) tx.objectStore("changes").delete([doc, n]);
        tx.objectStore("changes").put(value, key);
      });
    }
  }

  private async openEntries(packs: Rows<Bytes>, loose: Rows<Boxed<"id"> | StoredEntry>): Promise<StoredEntry[]> {
    const opening = [
      ...packs.map(({ key, value }) => this.tryOpen("packs", String(key), value)),
      ...loose.map(({ value }) => ("box" in value ? this.tryOpen("entries", value.id, value.box) : pack([itemOf(value)]))),
    ];
    const entries = new Map<string, StoredEntry>();
    for (const data of await Promise.all(opening)) {
      // Loose ones come last: they are newer than what the packs say.
      for (const { about, bytes } of data ? unpack<About>(data) : []) entries.set(about.id, { ...about, bytes });
    }
    return [...entries.values()].sort((a, b) => a.seq - b.seq);
  }

  private boxEntries(entries: StoredEntry[]): Promise<Boxed<"id">[]> {
    return Promise.all(entries.map(async (entry) => ({ id: entry.id, box: await this.seal("entries", entry.id, pack([itemOf(entry)])) })));
  }

  private async boxPacks(entries: StoredEntry[]): Promise<Rows<Bytes>> {
    const packs: Rows<Bytes> = [];
    for (const doc of new Set(entries.map((entry) => entry.doc))) {
      const items = entries.filter((entry) => entry.doc === doc).map(itemOf);
      for (let at = 0; at < items.length; at += PACK) {
        const key = [await this.name(doc), at];
        packs.push({ key, value: await this.seal("packs", String(key), pack(items.slice(at, at + PACK))) });
      }
    }
    return packs;
  }

  private async boxChanges(doc: string, changes: StoredChange[]): Promise<{ key: IDBValidKey; value: Bytes }> {
    const numbers = changes.map(({ n }) => n);
    const key = [await this.name(doc), Math.min(...numbers), Math.max(...numbers), hex(random(8))];
    return { key, value: await this.seal("changes", String(key), pack(changes.map(({ n, bytes }) => ({ about: n, bytes })))) };
  }

  private async boxBlob({ data, ...about }: StoredBlob): Promise<Boxed<"hash">> {
    const hash = await this.name(about.hash);
    return { hash, box: await this.seal("blobs", hash, pack([{ about, bytes: data }])) };
  }

  /** What stands for a name that would tell something. */
  private name(text: string): Promise<string> {
    const known = this.names.get(text) ?? nameOf(this.keys.name, text);
    this.names.set(text, known);
    return known;
  }

  private seal(store: StoreName, key: string, data: Bytes): Promise<Bytes> {
    return seal(this.keys.seal, `pestle/store/v1\n${store}\n${key}`, data);
  }

  /** Null for what is damaged, which is noted. */
  private async tryOpen(store: StoreName, key: string, box: Bytes): Promise<Bytes | null> {
    try {
      return await unseal(this.keys.seal, `pestle/store/v1\n${store}\n${key}`, box);
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      console.error("storage damaged", store, key);
      this.damaged.set(store, (this.damaged.get(store) ?? new Set()).add(key));
      return null;
    }
  }
}

/** The database's own keys, made with it. */
async function storeKeys(database: Database): Promise<StoreKeys> {
  const kept = await database.get<StoreKeys>("meta", "storeKeys");
  if (kept) return kept;
  // Two tabs may come to a new database at once: the first one's keys stay.
  await database.put(["meta"], makeStoreKeys(), (tx, made) => {
    const asked = tx.objectStore("meta").getKey("storeKeys");
    asked.onsuccess = () => asked.result === undefined && tx.objectStore("meta").put(made, "storeKeys");
  });
  return (await database.get<StoreKeys>("meta", "storeKeys"))!;
}

function itemOf({ bytes, ...about }: StoredEntry): Item<About> {
  return { about, bytes };
}
