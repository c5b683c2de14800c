/** Signed notes (C2SP signed-note) with the signatures a log and its witnesses give, as sync/note.py reads them. */
import { type Bytes, base64, concat, fromBase64, fromUtf8, hex, sha256, utf8 } from "./bytes";
import { type Checkpoint, parseCheckpoint } from "./checkpoint";
import { type Scheme, checkPublicKey, checkSignature } from "./signing";
import { CoreError } from "./types";

/** The signature types of signed-note and tlog-cosignature. */
export const ED25519 = 1;
export const ED25519_COSIGNATURE = 4;
export const MLDSA44_COSIGNATURE = 6;
export type KeyType = typeof ED25519 | typeof ED25519_COSIGNATURE | typeof MLDSA44_COSIGNATURE;

const SCHEMES: Record<KeyType, Scheme> = { 1: "ed25519", 4: "ed25519", 6: "mldsa44" };
const SIGNATURE_BYTES: Record<KeyType, number> = { 1: 64, 4: 64, 6: 2420 };
const TIME_BYTES = 8;
const MAX_NOTE = 64 * 1024;
const MAX_SIGNATURES = 100;
const CONTROLS = /[\x00-\x09\x0b-\x1f]/;
// Unicode's white space as Python counts it.
const SPACES = /[\p{White_Space}\x1c-\x1f]/u;

/** A verifier key: who signs, with what. `id` are its four bytes in hex; made by `makeKey` or `parseVkey`. */
export interface Key { readonly name: string; readonly type: KeyType; readonly publicKey: Bytes; readonly id: string }

/** A note's text, and which keys have signed it: with a cosignature, when (Unix seconds), else null. */
export interface Verified { text: Bytes; signed: Map<Key, number | null> }

/** CoreError `note_malformed` for a name that notes cannot hold, `key_malformed` for a key never to be trusted. */
export async function makeKey(name: string, type: KeyType, publicKey: Bytes): Promise<Key> {
  checkName(name);
  await checkPublicKey(SCHEMES[type], publicKey);
  const digest = await sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey));
  return { name, type, publicKey, id: hex(digest.subarray(0, 4)) };
}

/** The vkey: name+id+base64. */
export function vkey(key: Key): string {
  return `${key.name}+${key.id}+${base64(concat(Uint8Array.of(key.type), key.publicKey))}`;
}

/** CoreError `note_malformed`, `key_algorithm_unknown` or `key_malformed`. */
export async function parseVkey(text: string): Promise<Key> {
  const [name, id, ...rest] = text.split("+");
  if (name === undefined || id === undefined || !rest.length) throw malformed("a vkey has a name, an id and a key");
  checkName(name);
  const raw = decode(rest.join("+"));
  if (!isKeyType(raw[0])) throw new CoreError("key_algorithm_unknown", "the vkey is of a type that is not known");
  const key = await makeKey(name, raw[0], raw.slice(1));
  if (vkey(key) !== text) throw malformed("the vkey's id does not fit its key");
  return key;
}

/** The text of a note, and by which of these keys it is signed; at least one must have. Signatures by others are
 * passed over, as the specification asks; a wrong one by a known key refuses the note.
 * CoreError `note_malformed`, `note_signer_unknown` or `signature_wrong`. */
export async function verified(note: Bytes, keys: readonly Key[]): Promise<Verified> {
  const { text, lines } = splitNote(note);
  const known = new Map(keys.map((key) => [`${key.name}+${key.id}`, key]));
  const signed = new Map<Key, number | null>();
  for (const [name, raw] of lines.map(signatureLine)) {
    const key = known.get(`${name}+${hex(raw.subarray(0, 4))}`);
    if (key) signed.set(key, await checkLine(key, text, raw.slice(4)));
  }
  if (!signed.size) throw new CoreError("note_signer_unknown", "none of the trusted keys signed the note");
  return { text, signed };
}

/** When it was signed (null for a plain signature); CoreError `signature_wrong`. */
async function checkLine(key: Key, text: Bytes, signature: Bytes): Promise<number | null> {
  if (key.type === ED25519) {
    await checkSignature("ed25519", key.publicKey, text, signature);
    return null;
  }
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES[key.type]) throw new CoreError("signature_wrong", "a cosignature of another length");
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  // A time of zero would not say that no larger tree had been seen by then.
  if (time === 0n || time >= 2n ** 63n) throw malformed("the time of a cosignature");
  const message = key.type === ED25519_COSIGNATURE ? concat(utf8(`cosignature/v1\ntime ${time}\n`), text)
    : cosignedMessage(key.name, time, parseCheckpoint(text));
  await checkSignature(SCHEMES[key.type], key.publicKey, message, signature.slice(TIME_BYTES));
  return Number(time);
}

/** `cosigned_message` of tlog-cosignature for a whole tree. */
function cosignedMessage(name: string, time: bigint, checkpoint: Checkpoint): Bytes {
  return concat(
    utf8("subtree/v1\n\0"), opaque(name), uint64(time), opaque(checkpoint.origin),
    uint64(0n), uint64(BigInt(checkpoint.size)), checkpoint.root,
  );
}

function opaque(text: string): Bytes {
  const data = utf8(text);
  if (data.length < 1 || data.length > 255) throw malformed("a name in a cosignature has 1 to 255 bytes");
  return concat(Uint8Array.of(data.length), data);
}

function uint64(value: bigint): Bytes {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, value);
  return data;
}

/** Text and signature lines; CoreError `note_malformed`. */
export function splitNote(note: Bytes): { text: Bytes; lines: string[] } {
  if (note.length > MAX_NOTE) throw malformed(`${note.length} bytes`);
  let whole: string;
  try {
    whole = fromUtf8(note);
  } catch {
    throw malformed("not UTF-8");
  }
  if (CONTROLS.test(whole)) throw malformed("control characters");
  const at = whole.lastIndexOf("\n\n");
  if (at < 0 || !whole.slice(at + 2).endsWith("\n")) throw malformed("no signatures");
  const lines = whole.slice(at + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw malformed("too many signatures");
  return { text: utf8(whole.slice(0, at + 1)), lines };
}

function signatureLine(line: string): [string, Bytes] {
  const [dash, name, text, ...rest] = line.split(" ");
  if (dash !== "—" || name === undefined || text === undefined || rest.length) throw malformed("a signature line");
  checkName(name);
  const raw = decode(text);
  if (raw.length < 5) throw malformed("a signature is too short");
  return [name, raw];
}

function decode(text: string): Bytes {
  try {
    return fromBase64(text);
  } catch {
    throw malformed("base64");
  }
}

function checkName(name: string): void {
  if (!name || name.includes("+") || SPACES.test(name)) throw malformed("the name of a signer has no spaces and no plus");
}

function isKeyType(value: number | undefined): value is KeyType {
  return value === ED25519 || value === ED25519_COSIGNATURE || value === MLDSA44_COSIGNATURE;
}

function malformed(detail: string): CoreError {
  return new CoreError("note_malformed", detail);
}
