/** The three lines of a leaf, each held to its format, and the hashes over them (sync/entry.py). */
import { type Bytes, concat, equal, fromBase64, hex, sha256, utf8 } from "../core/bytes";
import { parse } from "../core/canonical";
import type { Header, Signature } from "../core/entry";
import { checkSignature } from "../core/signing";
import { fault } from "./result";

export const FIRST_PREV = "0".repeat(64);
const SIGN_DOMAIN = utf8("pestle/entry/v1\n");
const STREAM_DOMAIN = utf8("pestle/stream/v1\n");
const FEED = utf8("\n");
const MAX_HEADER = 8 * 1024;
const SALT_BYTES = 16;

const KIND = /^[a-z_]{1,40}\.[a-z_]{1,60}\.v[1-9][0-9]{0,3}$/;
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const HEX64 = /^[0-9a-f]{64}$/;
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/;
const CONTROLS_IN_PROSE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

export type Fields = Record<string, unknown>;

/** What the log added to an entry. */
export interface Receipt { index: number; stream_seq: number; stream_hash: string; recorded_at: string; flags: string[] }

type Check = (value: unknown) => boolean;
const words = (limit: number, forbidden = CONTROLS): Check => (value) =>
  typeof value === "string" && value !== "" && [...value].length <= limit && !forbidden.test(value);
const matching = (pattern: RegExp): Check => (value) => typeof value === "string" && pattern.test(value);
const count = (least: number): Check => (value) => typeof value === "number" && value >= least;
const optional = (check: Check): Check => (value) => value === null || check(value);

const SEEN: Record<string, Check> = { root: matching(HEX64), size: count(0) };
const HEADER: Record<string, Check> = {
  v: (value) => value === 1,
  id: matching(UUID7),
  kind: matching(KIND),
  stream: words(200),
  subject: words(200),
  actor: words(80),
  device: words(80),
  seq: count(1),
  prev: matching(HEX64),
  captured_at: isTime,
  offset: (value) => typeof value === "number" && value >= -840 && value <= 840,
  mono: count(0),
  boot: words(80),
  seen: optional((value) => isObject(value) && misfit(value, SEEN) === null),
  lease: optional(words(80)),
  corrects: optional(words(80)),
  reason: optional(words(2000, CONTROLS_IN_PROSE)),
  payload_hash: matching(HEX64),
};
const RECEIPT: Record<string, Check> = {
  flags: (value) => Array.isArray(value) && value.every((flag) => typeof flag === "string"),
  index: count(0),
  recorded_at: isTime,
  stream_hash: matching(HEX64),
  stream_seq: count(1),
  verdict: (value) => value === "accepted" || value === "flagged",
};

/** CoreError `entry_malformed` or `not_canonical`, as for the others. */
export function parseHeader(line: Bytes): Header {
  if (line.length > MAX_HEADER) throw malformed("the header is too long");
  return fitting(line, HEADER, "header") as unknown as Header;
}

export function parseReceipt(line: Bytes): Receipt {
  const value = fitting(line, RECEIPT, "receipt") as unknown as Receipt & { verdict: string };
  if (value.verdict !== (value.flags.length ? "flagged" : "accepted")) throw malformed("verdict");
  return value;
}

export function parseSignatures(line: Bytes): Signature[] {
  const value = line.length <= MAX_HEADER ? parse(line) : null;
  if (!Array.isArray(value) || value.length < 1 || value.length > 4) throw malformed("signatures");
  const text: Check = (part) => typeof part === "string";
  for (const item of value as unknown[]) {
    if (!isObject(item) || misfit(item, { alg: text, by: text, sig: text })) throw malformed("signatures");
  }
  const signatures = value as Signature[];
  if (signatures[0]!.by !== "device") throw malformed("the first signature is the device's");
  return signatures;
}

/** CoreError `signature_wrong` unless the device of this key signed the header. */
export async function checkDeviceSignature(header: Bytes, signatures: Signature[], alg: string, publicKey: Bytes): Promise<void> {
  const first = signatures[0]!;
  if (first.alg !== alg) throw fault("signature_wrong", "another algorithm than the device's key");
  let raw: Bytes;
  try {
    raw = fromBase64(first.sig);
  } catch {
    throw malformed("signature");
  }
  await checkSignature(alg, publicKey, concat(SIGN_DOMAIN, header), raw);
}

/** CoreError unless salt and payload are those whose hash the header holds, and canonical. */
export async function checkPayload(head: Header, salt: Bytes, payload: Bytes): Promise<Fields> {
  if (salt.length !== SALT_BYTES) throw fault("payload_malformed", `a salt has ${SALT_BYTES} bytes`);
  if (hex(await sha256(concat(salt, payload))) !== head.payload_hash) {
    throw fault("payload_hash_wrong", "the payload is not the one that was signed");
  }
  const value = parse(payload);
  if (!isObject(value)) throw fault("payload_malformed", "a payload is an object");
  return value;
}

/** The running hash of a stream after a header with this SHA-256; `FIRST_PREV` stands before the first. */
export async function nextStreamHash(previous: string, digest: Bytes): Promise<string> {
  return hex(await sha256(concat(STREAM_DOMAIN, fromHex(previous), digest)));
}

export function leafData(header: Bytes, signatures: Bytes, receipt: Bytes): Bytes {
  return concat(header, FEED, signatures, FEED, receipt, FEED);
}

/** Header, signatures and receipt of a leaf; CoreError `entry_malformed`. */
export function splitLeaf(leaf: Bytes): [Bytes, Bytes, Bytes] {
  const [header, signatures, receipt, end] = splitLines(leaf, 5);
  if (!header || !signatures || !receipt || !end || end.length || !equal(leafData(header, signatures, receipt), leaf)) {
    throw malformed("a leaf has three lines");
  }
  return [header, signatures, receipt];
}

/** What stands between line feeds; at most so many parts, the last of them with all the rest. */
export function splitLines(data: Bytes, most = Infinity): Bytes[] {
  const parts: Bytes[] = [];
  let start = 0;
  for (let at = data.indexOf(10); at >= 0 && parts.length < most - 1; at = data.indexOf(10, start)) {
    parts.push(data.subarray(start, at));
    start = at + 1;
  }
  return [...parts, data.subarray(start)];
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fromHex(text: string): Bytes {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

function fitting(line: Bytes, checks: Record<string, Check>, what: string): Fields {
  const value = parse(line);
  if (!isObject(value)) throw malformed(what);
  const wrong = misfit(value, checks);
  if (wrong !== null) throw malformed(wrong || what);
  return value;
}

/** The field that does not fit, "" for other fields than there must be, null when all fit. */
function misfit(value: Fields, checks: Record<string, Check>): string | null {
  const names = Object.keys(checks);
  if (Object.keys(value).length !== names.length || !names.every((name) => Object.hasOwn(value, name))) return "";
  return names.find((name) => !checks[name]!(value[name])) ?? null;
}

/** A real moment in its one spelling; years begin at 1. */
function isTime(value: unknown): boolean {
  if (typeof value !== "string" || !TIME.test(value) || value.startsWith("0000")) return false;
  const moment = new Date(value);
  return !Number.isNaN(moment.getTime()) && moment.toISOString() === value;
}

function malformed(detail: string): Error {
  return fault("entry_malformed", detail);
}
