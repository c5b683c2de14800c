/** The records of the journal: plain or sealed, one in a frame; and of those that are sealed, which can be opened here.
 *
 * Plain: kind, name, line feed, data. Sealed: kind with its highest bit set, 16 bytes that name the key, a number that
 * counts up under this key, then nonce and ciphertext of name, line feed, data. A head names a key and has its wrap. */
import { type Bytes, concat, fromUtf8, hex, utf8 } from "./bytes";
import type { Waiting } from "./journal";
import { CoreError } from "./types";
import { type JournalKey, seal, unseal, type Wrap } from "./vault";

// 3 said that an entry was in the log by the server's word; that lets nothing go any more, and is passed over.
export const ENTRY = 1, VOID = 2, LEASE = 4, BLOB = 5, BLOB_DONE = 6, PROVEN = 7, HEAD = 8;
const SEALED = 0x80;
const KEY_BYTES = 16;
const BOX_AT = 1 + KEY_BYTES + 4;

export interface Record { kind: number; name: string; data: Bytes }
interface Box { kind: number; key: string; count: number; box: Bytes; body: Bytes }

/** `locked` are bodies that only the site can open, with their heads; `others` counts what is not under the last of the
 * keys; `next` is the number of the next record under that. */
export interface Read {
  records: Record[];
  locked: Bytes[];
  boxes: Box[];
  heads: Map<string, { wrap: Wrap; count: number }>;
  others: number;
  next: number;
  damaged: number;
}

export function plain({ kind, name, data }: Record): Bytes {
  return concat(Uint8Array.of(kind), utf8(`${name}\n`), data);
}

export async function sealed({ kind, name, data }: Record, key: JournalKey, count: number): Promise<Bytes> {
  const head = concat(Uint8Array.of(kind | SEALED), fromHex(key.id), numberBytes(count));
  return concat(head, await seal(key.key, place(key.id, kind, count), concat(utf8(`${name}\n`), data)));
}

export function head(wrap: Wrap): Bytes {
  return plain({ kind: HEAD, name: wrap.journal, data: utf8(JSON.stringify(wrap)) });
}

export async function read(bodies: Bytes[], keys: JournalKey[]): Promise<Read> {
  const found: Read = { records: [], locked: [], boxes: [], heads: new Map(), others: 0, next: 0, damaged: 0 };
  const last = keys.at(-1)?.id;
  const opening: (Promise<Record | null> | Record)[] = [];
  const counted = new Map<string, number>();
  for (const body of bodies) {
    const box = body[0]! & SEALED ? boxOf(body) : null;
    const key = box && keys.find(({ id }) => id === box.key);
    if (box) {
      found.damaged += skipped(counted, box);
      if (box.key === last) found.next = box.count + 1;
      else if (key) found.others += 1;
    }
    if (box && key) opening.push(open(box, key));
    else if (box) found.boxes.push(box);
    else if (body[0] === HEAD) noteHead(found, body);
    else {
      found.others += 1;
      opening.push(recordOf(body[0]!, body.subarray(1)));
    }
  }
  const opened = await Promise.all(opening);
  found.records = opened.filter((record) => record !== null);
  found.damaged += opened.length - found.records.length;
  keepLocked(found);
  return found;
}

/** Sealed records of others' keys that are still needed, by the tablet that wrote them. */
export function waiting({ boxes, heads }: Read): Waiting[] {
  const found: Waiting[] = [];
  for (const [key, { wrap }] of heads) {
    const of = (kind: number): number => boxes.filter((box) => box.key === key && box.kind === kind).length;
    const records = of(ENTRY) - of(VOID) - of(PROVEN);
    if (records > 0) found.push({ wrap, records });
  }
  return found;
}

/** Those of which the head is gone can be opened by nobody: they are damaged, and kept all the same. */
function keepLocked(found: Read): void {
  for (const key of new Set(found.boxes.map((box) => box.key))) {
    const wrap = found.heads.get(key)?.wrap;
    const own = found.boxes.filter((box) => box.key === key);
    if (wrap) found.locked.push(head(wrap), head(wrap));
    else found.damaged += own.length;
    found.locked.push(...own.map(({ body }) => body));
  }
}

/** How many records are missing before this one: a number is left out only where something was lost, and none comes
 * before a lower one unless somebody has moved it. */
function skipped(counted: Map<string, number>, { key, count }: Box): number {
  const next = counted.get(key) ?? count;
  counted.set(key, count + 1);
  return count < next ? 1 : count - next;
}

function noteHead(found: Read, body: Bytes): void {
  try {
    const { name, data } = recordOf(HEAD, body.subarray(1));
    const wrap = JSON.parse(fromUtf8(data)) as Wrap;
    found.heads.set(name, { wrap, count: (found.heads.get(name)?.count ?? 0) + 1 });
  } catch (error) {
    console.error("a head of the journal that cannot be read", error);
  }
}

async function open({ kind, key, count, box }: Box, { key: aes }: JournalKey): Promise<Record | null> {
  try {
    return recordOf(kind, await unseal(aes, place(key, kind, count), box));
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    console.error("storage damaged", "journal", count);
    return null;
  }
}

function recordOf(kind: number, content: Bytes): Record {
  const feed = content.indexOf(10);
  return { kind, name: fromUtf8(content.subarray(0, feed)), data: content.slice(feed + 1) };
}

function boxOf(body: Bytes): Box {
  const count = new DataView(body.buffer, body.byteOffset).getUint32(1 + KEY_BYTES, true);
  return { kind: body[0]! & ~SEALED, key: hex(body.subarray(1, 1 + KEY_BYTES)), count, box: body.subarray(BOX_AT), body };
}

function place(key: string, kind: number, count: number): string {
  return `pestle/journal/v1\n${key}\n${kind}\n${count}`;
}

function numberBytes(count: number): Bytes {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, count, true);
  return new Uint8Array(view.buffer);
}

function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
