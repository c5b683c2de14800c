/** The entry: what this device captured and signed, in the exact bytes that the log will keep (see sync/entry.py). */
import { type Bytes, base64, concat, fromBase64, fromUtf8, hex, random, sha256, utf8 } from "./bytes";
import { encodeProfile, parse } from "./canonical";
import { type Algorithm, verify } from "./keys";
import { CoreError } from "./types";

export const FIRST_PREV = "0".repeat(64);
const ENTRY_DOMAIN = utf8("pestle/entry/v1\n");
const COSIGN_DOMAIN = utf8("pestle/cosign/v1\n");
const MAX_HEADER = 8 * 1024;
const MAX_PAYLOAD = 48 * 1024;
const SALT_BYTES = 16;
const KIND = /^[a-z_]{1,40}\.[a-z_]{1,60}\.v[1-9][0-9]{0,3}$/;

// Unicode's control characters: no name has one. People's reasons have lines and tabs.
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/;
const CONTROLS_IN_PROSE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

/** The last checkpoint a device held: its entry cannot be older than that. */
export interface Seen { size: number; root: string }

/** What the device signs. `offset` in minutes east of UTC, `mono` in milliseconds since `boot`, hashes in hex. */
export interface Header {
  v: 1;
  id: string;
  kind: string;
  stream: string;
  subject: string;
  actor: string;
  device: string;
  seq: number;
  prev: string;
  captured_at: string;
  offset: number;
  mono: number;
  boot: string;
  seen: Seen | null;
  lease: string | null;
  corrects: string | null;
  reason: string | null;
  payload_hash: string;
}

/** Header line, signatures line, salt, payload: all exact bytes. */
export interface Envelope { header: Bytes; signatures: Bytes; salt: Bytes; payload: Bytes }
export interface Signature { alg: string; by: string; sig: string }
export type Sign = (message: Bytes) => Promise<Bytes>;
export interface Signer { alg: string; by: string; sign: Sign }

/** Sign a header over a payload. The device signs first; a second person signs the same header in another domain.
 * CoreError `not_canonical`, `entry_malformed` or `entry_too_large`: nothing was signed. */
export async function seal(
  head: Omit<Header, "payload_hash">,
  payload: unknown,
  device: Omit<Signer, "by">,
  cosigner?: Signer,
  salt: Bytes = random(SALT_BYTES),
): Promise<Envelope> {
  const body = encodeProfile(payload);
  if (body.length > MAX_PAYLOAD) throw new CoreError("entry_too_large", `the payload has ${body.length} bytes`);
  checkHead(head);
  const header = encodeProfile({ ...head, payload_hash: await payloadHash(salt, body) });
  if (header.length > MAX_HEADER) throw new CoreError("entry_too_large", `the header has ${header.length} bytes`);
  const lines: Signature[] = [
    { alg: device.alg, by: "device", sig: base64(await device.sign(concat(ENTRY_DOMAIN, header))) },
  ];
  if (cosigner) {
    const sig = base64(await cosigner.sign(concat(COSIGN_DOMAIN, header)));
    lines.push({ alg: cosigner.alg, by: cosigner.by, sig });
  }
  return { header, signatures: encodeProfile(lines), salt, payload: body };
}

/** Whether this key of the entry's device signed it, payload included. */
export async function isSignedBy(envelope: Envelope, alg: Algorithm, publicKey: Bytes): Promise<boolean> {
  const [first] = parse(envelope.signatures) as Signature[];
  if (first?.by !== "device" || first.alg !== alg) return false;
  const { payload_hash } = readHeader(envelope);
  if ((await payloadHash(envelope.salt, envelope.payload)) !== payload_hash) return false;
  return verify(alg, publicKey, concat(ENTRY_DOMAIN, envelope.header), fromBase64(first.sig));
}

/** The bytes of the log's leaf: header, signatures and receipt, each a line. */
export function leafOf({ header, signatures }: Envelope, receipt: Bytes): Bytes {
  const feed = utf8("\n");
  return concat(header, feed, signatures, feed, receipt, feed);
}

/** The wire form: four lines joined by line feeds, none at the end. */
export function encodeEnvelope(envelope: Envelope): Bytes {
  const feed = utf8("\n");
  const salt = utf8(base64(envelope.salt));
  return concat(envelope.header, feed, envelope.signatures, feed, salt, feed, envelope.payload);
}

/** From the wire form, its shape checked; CoreError `entry_malformed`. Signature and payload hash are not checked. */
export function decodeEnvelope(data: Uint8Array): Envelope {
  const lines: Bytes[] = [];
  let start = 0;
  for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, start)) {
    lines.push(new Uint8Array(data.slice(start, at)));
    start = at + 1;
  }
  lines.push(new Uint8Array(data.slice(start)));
  const [header, signatures, salt, payload] = lines;
  if (lines.length !== 4 || !header || !signatures || !salt || !payload) throw malformed("an entry has four lines");
  try {
    return { header, signatures, salt: fromBase64(fromUtf8(salt)), payload };
  } catch {
    throw malformed("salt");
  }
}

export function readHeader(envelope: Envelope): Header {
  const value = parse(envelope.header) as Header | null;
  if (value?.v !== 1 || typeof value.id !== "string" || typeof value.seq !== "number") throw malformed("header");
  return value;
}

export function readPayload(envelope: Envelope): Record<string, unknown> {
  const value = parse(envelope.payload);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed("a payload is an object");
  return value as Record<string, unknown>;
}

/** SHA-256 of the header in hex: what the device's next entry names as `prev`. */
export async function digestOf(envelope: Envelope): Promise<string> {
  return hex(await sha256(envelope.header));
}

export async function payloadHash(salt: Bytes, payload: Bytes): Promise<string> {
  return hex(await sha256(concat(salt, payload)));
}

/** A UUIDv7 (RFC 9562 section 5.7) for this time in Unix milliseconds. */
export function newId(unixMs: number): string {
  const data = random(16);
  for (let i = 0; i < 6; i++) data[i] = Math.floor(unixMs / 2 ** (8 * (5 - i))) % 256;
  data[6] = 0x70 | (data[6]! & 0x0f);
  data[8] = 0x80 | (data[8]! & 0x3f);
  return hex(data).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function checkHead(head: Omit<Header, "payload_hash">): void {
  if (!KIND.test(head.kind)) throw malformed("kind");
  for (const [name, limit] of [["stream", 200], ["subject", 200], ["actor", 80], ["device", 80], ["boot", 80]] as const) {
    if (!head[name] || head[name].length > limit || CONTROLS.test(head[name])) throw malformed(name);
  }
  for (const [name, limit, forbidden] of [["lease", 80, CONTROLS], ["corrects", 80, CONTROLS], ["reason", 2000, CONTROLS_IN_PROSE]] as const) {
    const value = head[name];
    if (value !== null && (!value || value.length > limit || forbidden.test(value))) throw malformed(name);
  }
}

function malformed(detail: string): CoreError {
  return new CoreError("entry_malformed", detail);
}
