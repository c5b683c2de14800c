/** IndexedDB as promises: the stores of the device's database, one transaction at a time and in order. */
/** The form in which records are kept: the service worker of a build tells it to pages of the build before. */
export const VERSION = 2;

export type StoreName = "meta" | "entries" | "packs" | "changes" | "snapshots" | "pending" | "listings" | "scratch" | "leases" | "blobs";
const KEYS: Record<StoreName, string | undefined> = {
  meta: undefined, entries: "id", packs: undefined, changes: undefined, snapshots: undefined, pending: undefined, listings: undefined, scratch: undefined, leases: "lease", blobs: "hash",
};

/** Rows of a store with their keys. */
export type Rows<V> = { key: IDBValidKey; value: V }[];

export class Database {
  /** Sealing takes time and no transaction waits for it: what is written later must not overtake. */
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(private readonly name: string, private db: IDBDatabase) {}

  static async open(name: string): Promise<Database> {
    return new Database(name, await openDatabase(name));
  }

  close(): void {
    this.db.close();
  }

  async reopen(): Promise<void> {
    await this.queue;
    this.db.close();
    this.db = await openDatabase(this.name);
  }

  /** After everything before it; nothing else is written meanwhile. */
  turn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }

  /** Write what `made` gives, in one transaction; strict: resolves when it is on the disk. */
  async put<M>(stores: StoreName[], made: M | Promise<M>, work: (tx: IDBTransaction, made: M) => void, durability: "strict" | "relaxed" = "strict"): Promise<void> {
    const making = Promise.resolve(made);
    making.catch(() => undefined);
    await this.turn(async () => this.write(stores, await making, work, durability));
  }

  async get<V>(store: StoreName, key: IDBValidKey): Promise<V | undefined> {
    await this.queue;
    return result<V | undefined>(this.db.transaction(store).objectStore(store).get(key));
  }

  async rows<V>(store: StoreName, range?: IDBKeyRange): Promise<Rows<V>> {
    await this.queue;
    return this.read(store, range);
  }

  /** As `rows`, for who has the turn. */
  async read<V>(store: StoreName, range?: IDBKeyRange): Promise<Rows<V>> {
    const tx = this.db.transaction(store);
    const [keys, values] = await Promise.all([
      result(tx.objectStore(store).getAllKeys(range)), result<V[]>(tx.objectStore(store).getAll(range)),
    ]);
    return keys.map((key, i) => ({ key, value: values[i]! }));
  }

  /** As `put`, for who has the turn. */
  write<M>(stores: StoreName[], made: M, work: (tx: IDBTransaction, made: M) => void, durability: "strict" | "relaxed" = "strict"): Promise<void> {
    return new Promise((done, fail) => {
      const tx = this.db.transaction(stores, "readwrite", { durability });
      tx.oncomplete = () => done();
      tx.onabort = () => fail(tx.error ?? new Error("the transaction was aborted"));
      try {
        work(tx, made);
      } catch (error) {
        // Whole or not at all.
        tx.abort();
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }
}

/** Keys that begin so: [name, …]. */
export function beginning(name: string): IDBKeyRange {
  return IDBKeyRange.bound([name], [name, []]);
}

function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => {
    const db = request.result;
    for (const [store, keyPath] of Object.entries(KEYS)) {
      if (!db.objectStoreNames.contains(store)) db.createObjectStore(store, keyPath === undefined ? {} : { keyPath });
    }
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
