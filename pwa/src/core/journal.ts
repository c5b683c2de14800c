/** The journal: a second durable copy beside IndexedDB, since browsers have been seen to recreate that empty.
 *
 * It is written before IndexedDB. An entry that is in the journal but not in the database is therefore one whose
 * writing was cut short; it is taken up at the next start. */
import { type Bytes, concat, fromUtf8, utf8 } from "./bytes";
import { frame, readFrames } from "./frames";
import type { StoredLease } from "./lease";
import type { StoredBlob } from "./store";

/** A file with an exclusive lock, written synchronously in a worker. */
export interface JournalFile {
  /** Everything in the file. */
  read(): Promise<Bytes>;
  /** Cut the file at `at`, write there, and flush if the data must survive a power cut. */
  write(at: number, data: Bytes, flush: boolean): Promise<void>;
  /** Put a new file in the place of the old one; after a crash exactly one of the two is there. */
  replace(data: Bytes): Promise<void>;
}

/** What a journal holds, after reading it in order. `proven` are ids of entries that need no keeping any more. */
export interface Recovered {
  entries: Map<string, Bytes>;
  proven: Set<string>;
  leases: Map<string, StoredLease>;
  blobs: Map<string, StoredBlob>;
}

const COMPACT_ABOVE = 4 * 1024 * 1024;
// 3 said that an entry was in the log by the server's word; that lets nothing go any more, and is passed over.
const ENTRY = 1, VOID = 2, LEASE = 4, BLOB = 5, BLOB_DONE = 6, PROVEN = 7;

export class Journal {
  private end = 0;
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(private readonly file: JournalFile) {}

  static async open(file: JournalFile): Promise<{ journal: Journal; recovered: Recovered }> {
    const journal = new Journal(file);
    const { bodies, end } = readFrames(await file.read());
    const recovered = replay(bodies);
    journal.end = end;
    if (end > COMPACT_ABOVE) await journal.compact(recovered);
    return { journal, recovered };
  }

  entry(id: string, envelope: Bytes): Promise<void> {
    return this.append(ENTRY, id, envelope, true);
  }

  /** The entry was not stored after all: its place in the chain will be used again. */
  void(id: string): Promise<void> {
    return this.append(VOID, id, new Uint8Array(), true);
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

  private append(kind: number, name: string, data: Bytes, flush: boolean): Promise<void> {
    const bytes = frame(body(kind, name, data));
    const done = this.queue.then(async () => {
      await this.file.write(this.end, bytes, flush);
      this.end += bytes.length;
    });
    this.queue = done.catch(() => undefined);
    return done;
  }

  /** Keep what may still be needed: entries not proven yet, leases in force, photos not yet delivered. */
  private async compact(recovered: Recovered): Promise<void> {
    const parts: Bytes[] = [];
    for (const [id, data] of recovered.entries) if (!recovered.proven.has(id)) parts.push(body(ENTRY, id, data));
    for (const lease of recovered.leases.values()) {
      if (!lease.returnedAt) parts.push(body(LEASE, lease.lease, utf8(JSON.stringify(lease))));
    }
    for (const blob of recovered.blobs.values()) parts.push(body(BLOB, `${blob.hash} ${blob.type}`, blob.data));
    const data = concat(...parts.map(frame));
    await this.file.replace(data);
    this.end = data.length;
  }
}

function body(kind: number, name: string, data: Bytes): Bytes {
  return concat(Uint8Array.of(kind), utf8(`${name}\n`), data);
}

function replay(bodies: Bytes[]): Recovered {
  const found: Recovered = { entries: new Map(), proven: new Set(), leases: new Map(), blobs: new Map() };
  for (const item of bodies) {
    const feed = item.indexOf(10);
    const name = fromUtf8(item.subarray(1, feed));
    const data = item.slice(feed + 1);
    if (item[0] === ENTRY) {
      // Written once more, it is needed again, whatever was said of it before.
      found.entries.set(name, data);
      found.proven.delete(name);
    }
    else if (item[0] === VOID) found.entries.delete(name);
    else if (item[0] === PROVEN) found.proven.add(name);
    else if (item[0] === LEASE) found.leases.set(name, JSON.parse(fromUtf8(data)) as StoredLease);
    else if (item[0] === BLOB_DONE) found.blobs.delete(name);
    else if (item[0] === BLOB) {
      const [hash = "", type = ""] = name.split(" ");
      found.blobs.set(hash, { hash, type, data });
    }
  }
  return found;
}
