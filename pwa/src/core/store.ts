/** The database of the device: IndexedDB, strictly durable where something is promised to the user. */
import type { Bytes } from "./bytes";
import type { Algorithm, DeviceKey } from "./keys";
import type { StoredLease } from "./lease";
import type { Alarm, LeaseEnd, Notice, Place } from "./types";

const VERSION = 1;

/** The end of this device's chain: the sequence and hash that its next entry builds on. */
export interface Head { seq: number; hash: string }
/** An entry made on this device. `doc` is its stream and document, `bytes` its wire form. */
export interface StoredEntry { id: string; doc: string; seq: number; bytes: Bytes; place: Place; flags: string[]; index: number | null }
/** A photo; `sent` once the server has said that it keeps it. */
export interface StoredBlob { hash: string; type: string; data: Bytes; sent?: boolean }
/** Change n of a document, as the server numbered it. */
export interface StoredChange { n: number; bytes: Bytes }
/** The site as pinned at enrolment; `earlier` are server keys that signed leases before the root named another. */
export interface Site { name: { zh: string; en: string }; vkey: string; server_key: string; earlier?: string[]; policy?: string }

/** The last checkpoint that this device has verified: root in hex, the note as told, when it was signed last, and by
 * which witnesses (Unix seconds). */
export interface Held { size: number; root: string; note: string; at: string; witnessed: Record<string, number> }
/** Another device's public key, as the server told it; base64. */
export interface KnownKey { id: string; alg: Algorithm; public_key: string }

/** Single values by name; `whole` is written when a new database has been filled from the journal. */
export interface Meta {
  whole: true;
  recovered: string;
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
  /** Leases that the server has ended, and how. */
  ended: Record<string, LeaseEnd>;
}

export class Store {
  private constructor(private readonly name: string, private db: IDBDatabase) {}

  static async open(name: string): Promise<Store> {
    return new Store(name, await openDatabase(name));
  }

  close(): void {
    this.db.close();
  }

  async reopen(): Promise<void> {
    this.db.close();
    this.db = await openDatabase(this.name);
  }

  async meta<K extends keyof Meta>(key: K): Promise<Meta[K] | undefined> {
    return result(this.db.transaction("meta").objectStore("meta").get(key)) as Promise<Meta[K] | undefined>;
  }

  setMeta(values: Partial<Meta>): Promise<void> {
    return this.write(["meta"], (tx) => {
      for (const [key, value] of Object.entries(values)) tx.objectStore("meta").put(value, key);
    });
  }

  /** As `setMeta`, for what can be asked for again: a checkpoint comes each second. */
  hold(held: Held): Promise<void> {
    return this.write(["meta"], (tx) => void tx.objectStore("meta").put(held, "held"), "relaxed");
  }

  /** All entries of this device in the order of its chain. */
  async entries(): Promise<StoredEntry[]> {
    const all: StoredEntry[] = await result(this.db.transaction("entries").objectStore("entries").getAll());
    return all.sort((a, b) => a.seq - b.seq);
  }

  /** Keep entries and move the head, in one strict transaction: resolves when it is on the disk. */
  addEntries(entries: StoredEntry[], head: Head): Promise<void> {
    return this.write(["entries", "meta"], (tx) => {
      for (const entry of entries) tx.objectStore("entries").put(entry);
      tx.objectStore("meta").put(head, "head");
    });
  }

  /** Keep what the server has numbered, and with it where our entries now are. It can be fetched again. */
  addChanges(doc: string, changes: StoredChange[], moved: StoredEntry[]): Promise<void> {
    return this.write(["changes", "entries"], (tx) => {
      for (const { n, bytes } of changes) tx.objectStore("changes").put(bytes, [doc, n]);
      for (const entry of moved) tx.objectStore("entries").put(entry);
    }, "relaxed");
  }

  async changes(doc: string): Promise<StoredChange[]> {
    const range = IDBKeyRange.bound([doc, 0], [doc, Infinity]);
    const tx = this.db.transaction("changes");
    const [keys, values] = await Promise.all([
      result(tx.objectStore("changes").getAllKeys(range)) as Promise<[string, number][]>,
      result(tx.objectStore("changes").getAll(range)) as Promise<Bytes[]>,
    ]);
    return keys.map(([, n], i) => ({ n, bytes: values[i]! }));
  }

  /** Forget a document that is finished here: its changes, and its entries if all of them are proven. */
  dropDoc(doc: string, entries: string[]): Promise<void> {
    return this.write(["changes", "entries"], (tx) => {
      tx.objectStore("changes").delete(IDBKeyRange.bound([doc, 0], [doc, Infinity]));
      for (const id of entries) tx.objectStore("entries").delete(id);
    }, "relaxed");
  }

  leases(): Promise<StoredLease[]> {
    return result(this.db.transaction("leases").objectStore("leases").getAll());
  }

  putLease(lease: StoredLease): Promise<void> {
    return this.write(["leases"], (tx) => tx.objectStore("leases").put(lease));
  }

  dropLease(lease: string): Promise<void> {
    return this.write(["leases"], (tx) => tx.objectStore("leases").delete(lease), "relaxed");
  }

  blobs(): Promise<StoredBlob[]> {
    return result(this.db.transaction("blobs").objectStore("blobs").getAll());
  }

  putBlob(blob: StoredBlob): Promise<void> {
    return this.write(["blobs"], (tx) => tx.objectStore("blobs").put(blob));
  }

  dropBlob(hash: string): Promise<void> {
    return this.write(["blobs"], (tx) => tx.objectStore("blobs").delete(hash), "relaxed");
  }

  private write(
    stores: string[],
    work: (tx: IDBTransaction) => void,
    durability: "strict" | "relaxed" = "strict",
  ): Promise<void> {
    return new Promise((done, fail) => {
      const tx = this.db.transaction(stores, "readwrite", { durability });
      tx.oncomplete = () => done();
      tx.onabort = () => fail(tx.error ?? new Error("the transaction was aborted"));
      work(tx);
    });
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => {
    const db = request.result;
    db.createObjectStore("meta");
    db.createObjectStore("entries", { keyPath: "id" });
    db.createObjectStore("changes");
    db.createObjectStore("leases", { keyPath: "lease" });
    db.createObjectStore("blobs", { keyPath: "hash" });
  };
  return result(request).then((db) => {
    db.onversionchange = () => db.close();
    return db;
  });
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error ?? new Error("the database failed"));
  });
}
