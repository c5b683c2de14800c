/** The files attached to a dossier: one batch's entries, the proof that they stand in the log, and the keys. */
import { type Bytes, base64, equal, fromBase64, fromUtf8, utf8 } from "../core/bytes";
import { encode, parse } from "../core/canonical";
import { isObject } from "./lines";
import { fault } from "./result";

export const RECORDS = "records.json";
export const PROOF = "proof.json";
export const CHECKPOINT = "checkpoint";
export const POLICY = "policy";
/** Those that must be there. */
export const FILES = [RECORDS, PROOF, CHECKPOINT, POLICY] as const;

const OPENING = utf8("[\n");
const CLOSING = utf8("\n]\n");
const COMMA = 44;

/** An entry in exact bytes; `held` (salt and payload) is null where they are withheld. */
export interface EntryRecord { index: number; header: Bytes; signatures: Bytes; receipt: Bytes; held: readonly [Bytes, Bytes] | null }

/** That the records stand in the tree of `size`: `nodes` is their multiproof, `leaves` has index and leaf hash of each.
 * `stream` is the one whose entries are claimed to be complete. */
export interface Proof { stream: string; size: number; nodes: Bytes[]; leaves: [number, Bytes][] }

/** CoreError `not_canonical` or `bundle_malformed`. */
export function parseRecord(line: Bytes): EntryRecord {
  const value = parse(line);
  if (!isObject(value) || Object.keys(value).join() !== "header,index,payload,receipt,salt,signatures" || typeof value.index !== "number") {
    throw malformed("a record has other fields than the format");
  }
  const text = (name: string): string => {
    const part = value[name];
    if (typeof part !== "string") throw malformed("a line of a record is not text");
    return part;
  };
  const [header, signatures, receipt] = [utf8(text("header")), utf8(text("signatures")), utf8(text("receipt"))];
  const held = value.salt === null && value.payload === null ? null : ([text("salt"), text("payload")] as const);
  return { index: value.index, header, signatures, receipt, held: held && [decode(held[0]), utf8(held[1])] };
}

/** CoreError `not_canonical` or `bundle_malformed`. */
export function parseProof(data: Bytes): Proof {
  const value = parse(data);
  if (!isObject(value)) throw malformed("the proof has other fields than the format");
  const { stream, size, nodes, leaves } = value;
  if (typeof stream !== "string" || typeof size !== "number" || !Array.isArray(nodes) || !Array.isArray(leaves)) {
    throw malformed("the proof has other fields than the format");
  }
  const proof: Proof = { stream, size, nodes: nodes.map(decode), leaves: leaves.map(leaf) };
  const ascending = proof.leaves.every(([index], i) => i === 0 || proof.leaves[i - 1]![0] < index);
  if (!ascending || !equal(encodeProof(proof), data)) throw malformed("the proof is not spelled as it must be");
  return proof;
}

/** The records, one a line, or of the same list in another spelling: so that a record that was changed can be named
 * even where a tool has written the whole file anew. CoreError `bundle_malformed` for anything else. */
export function recordLines(data: Bytes): Bytes[] {
  if (isSpelled(data)) return splitRecords(data.subarray(OPENING.length, data.length - CLOSING.length));
  let values: unknown;
  try {
    values = JSON.parse(fromUtf8(data));
  } catch {
    throw malformed("the records are no list");
  }
  if (!Array.isArray(values)) throw malformed("the records are no list");
  return values.map(encode);
}

/** Whether records stand one a line in a list. */
export function isSpelled(data: Bytes): boolean {
  return equal(data.subarray(0, OPENING.length), OPENING) && equal(data.subarray(-CLOSING.length), CLOSING);
}

/** The parts between commas that end a line. */
function splitRecords(data: Bytes): Bytes[] {
  const lines: Bytes[] = [];
  let start = 0;
  for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, at + 1)) {
    if (at <= start || data[at - 1] !== COMMA) continue;
    lines.push(data.subarray(start, at - 1));
    start = at + 1;
  }
  return [...lines, data.subarray(start)];
}

function encodeProof({ stream, size, nodes, leaves }: Proof): Bytes {
  const spelled = leaves.map(([index, hash]) => ({ index, hash: base64(hash) }));
  return encode({ stream, size, nodes: nodes.map(base64), leaves: spelled });
}

function leaf(value: unknown): [number, Bytes] {
  if (!isObject(value) || typeof value.index !== "number") throw malformed("a leaf of the proof");
  return [value.index, decode(value.hash)];
}

function decode(text: unknown): Bytes {
  if (typeof text !== "string") throw malformed("base64 is text");
  try {
    return fromBase64(text);
  } catch {
    throw malformed("base64");
  }
}

function malformed(detail: string): Error {
  return fault("bundle_malformed", detail);
}
