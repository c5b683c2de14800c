/** The journal: a second durable copy beside IndexedDB, since browsers have been seen to recreate that empty.
 *
 * It is written before IndexedDB. An entry that is in the journal but not in the database is therefore one whose
 * writing was cut short; it is taken up at the next start. What it holds is sealed under a key that stands in the
 * database, and in the journal's own heads, wrapped for the site: with the database lost, the site opens it. */
import { type Bytes, concat, fromUtf8, utf8 } from "./bytes";
import { frame, readFrames } from "./frames";
import type { StoredLease } from "./lease";
import * as records from "./records";
import { BLOB, BLOB_DONE, ENTRY, LEASE, PROVEN, type Read, type Record, VOID } from "./records";
import type { StoredBlob } from "./store";
import type { JournalKey, Wrap } from "./vault";

/** A file with an exclusive lock, written synchronously in a worker. */
export interface JournalFile {
  /** Everything in the file. */
  read(): Promise<Bytes>;
  /** Cut the file at `at`, write there, and flush if the data must survive a power cut. */
  write(at: number, data: Bytes, flush: boolean): Promise<void>;
  /** Put a new file in the place of the old one; after a crash exactly one of the two is there. */
  replace(data: Bytes): Promise<void>;
}

/** Records that only the site can open: of which tablet, and how many are not proven to be in the log. */
export interface Waiting { wrap: Wrap; records: number }

/** What a journal holds, after reading it in order. `proven` are ids of entries that need no keeping any more; `damaged`
 * counts records that should be there and cannot be read. */
export interface Recovered {
  entries: Map<string, Bytes>;
  proven: Set<string>;
  leases: Map<string, StoredLease>;
  blobs: Map<string, StoredBlob>;
  waiting: Waiting[];
  damaged: number;
}

const COMPACT_ABOVE = 4 * 1024 * 1024;
/** Records that are not needed any more: to open them all costs time at every start. */
const COMPACT_AFTER = 256;
/** So often the key in use stands in the file, since without it nobody could read it. */
const HEADS = 2;

export class Journal {
  private end = 0;
  private count = 0;
  private last: { name: string; at: number; count: number } | null = null;
  /** Whether something in it is plain, or under an earlier key that is still known. */
  private holdsOthers = false;
  private queue: Promise<unknown> = Promise.resolve();

  /** `keys`: the last one is in use; with none the journal is plain, as long as the device knows no key of its site. */
  private constructor(private readonly file: JournalFile, private readonly keys: JournalKey[]) {}

  static async open(file: JournalFile, keys: JournalKey[] = []): Promise<{ journal: Journal; recovered: Recovered }> {
    const journal = new Journal(file, [...keys]);
    const read = await journal.load();
    const recovered = recoveredOf(read);
    journal.holdsOthers = read.others > 0;
    const spare = read.records.length - needed(recovered).length;
    if (journal.end > COMPACT_ABOVE || spare > COMPACT_AFTER || (journal.isSealed && journal.holdsOthers)) {
      await journal.compact(read).catch((error: unknown) => console.warn("the journal stays as it is", error));
    }
    await journal.nameKey(read);
    return { journal, recovered };
  }

  entry(id: string, envelope: Bytes): Promise<void> {
    return this.append(ENTRY, id, envelope, true);
  }

  /** The entry was not stored after all: its place in the chain will be used again. As long as nothing came after it, it
   * is cut off again, which works on a full disk as well. */
  void(id: string): Promise<void> {
    return this.turn(async () => {
      if (this.last?.name !== id) return this.write(VOID, id, new Uint8Array(), true);
      await this.file.write(this.last.at, new Uint8Array(), true);
      [this.end, this.count, this.last] = [this.last.at, this.last.count, null];
    });
  }

  /** Only now may the entry go from here. Not flushed: if lost, it is proven once more. */
  proven(id: string): Promise<void> {
    return this.append(PROVEN, id, new Uint8Array(), false);
  }

  lease(lease: StoredLease): Promise<void> {
    return this.append(LEASE, lease.lease, utf8(JSON.stringify(lease)), true);
  }

  blob(blob: StoredBlob): Promise<void> {
    return this.append(BLOB, `${blob.hash} ${blob.type}`, blob.data, true);
  }

  blobDone(hash: string): Promise<void> {
    return this.append(BLOB_DONE, hash, new Uint8Array(), false);
  }

  get isSealed(): boolean {
    return this.keys.length > 0;
  }

  /** Whether only the key in use is needed to read what can be read here. */
  get needsOneKey(): boolean {
    return !this.holdsOthers;
  }

  /** When everything is written that was asked for. */
  async idle(): Promise<void> {
    await this.queue;
  }

  /** The recovery key for which the key in use is wrapped. */
  get recovery(): string | null {
    return this.keys.at(-1)?.wrap.recovery ?? null;
  }

  /** Seal everything under this key from now on. It must stand in the database already. */
  rekey(key: JournalKey): Promise<void> {
    return this.turn(async () => {
      const read = await this.load();
      const count = this.count;
      this.keys.push(key);
      this.count = 0;
      try {
        await this.compact(read);
      } catch (error) {
        this.keys.pop();
        this.count = count;
        throw error;
      }
    });
  }

  /** Write it anew without what was damaged, once the database has given it back. */
  mend(): Promise<void> {
    return this.turn(async () => this.compact(await this.load()));
  }

  private append(kind: number, name: string, data: Bytes, flush: boolean): Promise<void> {
    return this.turn(() => this.write(kind, name, data, flush));
  }

  private async write(kind: number, name: string, data: Bytes, flush: boolean): Promise<void> {
    const bytes = frame(await this.body({ kind, name, data }, this.count));
    // Also what a failure leaves is cut off by whoever voids it, before anything else is written.
    this.last = { name, at: this.end, count: this.count };
    await this.file.write(this.end, bytes, flush);
    this.end += bytes.length;
    this.count += 1;
  }

  private turn(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }

  private async load(): Promise<Read> {
    const { bodies, end } = readFrames(await this.file.read());
    const read = await records.read(bodies, this.keys);
    this.end = end;
    this.count = read.next;
    return read;
  }

  private body(record: Record, count: number): Promise<Bytes> | Bytes {
    const key = this.keys.at(-1);
    return key ? records.sealed(record, key, count) : records.plain(record);
  }

  private async nameKey(read: Read): Promise<void> {
    const key = this.keys.at(-1);
    if (!key || (read.heads.get(key.id)?.count ?? 0) >= HEADS) return;
    const bytes = frame(records.head(key.wrap));
    await this.file.write(this.end, bytes, true);
    this.end += bytes.length;
  }

  /** Keep what may still be needed: entries not proven yet, leases in force, photos not yet delivered; and as they are
   * the records that only the site can open. */
  private async compact(read: Read): Promise<void> {
    const kept = needed(recoveredOf(read));
    const key = this.keys.at(-1);
    const head = key ? [records.head(key.wrap)] : [];
    const bodies = await Promise.all(kept.map((record, i) => this.body(record, this.count + i)));
    const data = concat(...[...read.locked, ...head, ...bodies, ...head].map(frame));
    await this.file.replace(data);
    if (key) read.heads.set(key.id, { wrap: key.wrap, count: HEADS });
    this.end = data.length;
    this.count += kept.length;
    this.last = null;
    this.holdsOthers = false;
  }
}

function needed({ entries, proven, leases, blobs }: Recovered): Record[] {
  const kept: Record[] = [];
  for (const [name, data] of entries) if (!proven.has(name)) kept.push({ kind: ENTRY, name, data });
  for (const lease of leases.values()) {
    if (!lease.returnedAt) kept.push({ kind: LEASE, name: lease.lease, data: utf8(JSON.stringify(lease)) });
  }
  for (const blob of blobs.values()) kept.push({ kind: BLOB, name: `${blob.hash} ${blob.type}`, data: blob.data });
  return kept;
}

function recoveredOf(read: Read): Recovered {
  const found: Recovered = {
    entries: new Map(), proven: new Set(), leases: new Map(), blobs: new Map(), waiting: records.waiting(read), damaged: read.damaged,
  };
  for (const { kind, name, data } of read.records) {
    if (kind === ENTRY) {
      // Written once more, it is needed again, whatever was said of it before.
      found.entries.set(name, data);
      found.proven.delete(name);
    }
    else if (kind === VOID) found.entries.delete(name);
    else if (kind === PROVEN) found.proven.add(name);
    else if (kind === LEASE) found.leases.set(name, JSON.parse(fromUtf8(data)) as StoredLease);
    else if (kind === BLOB_DONE) found.blobs.delete(name);
    else if (kind === BLOB) {
      const [hash = "", type = ""] = name.split(" ");
      found.blobs.set(hash, { hash, type, data });
    }
  }
  return found;
}
