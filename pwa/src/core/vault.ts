/** What a device keeps is sealed with keys that it holds (AES-256-GCM): its database under one that never leaves it, its
 * journal under one that the site can open as well, since the journal must outlive the database and all keys in it. */
import { type Bytes, base64, concat, fromBase64, hex, random, sha256, utf8 } from "./bytes";
import { verify } from "./keys";
import { CoreError } from "./types";

const IV_BYTES = 12;
const AES = { name: "AES-GCM", length: 256 } as const;
const P256 = { name: "ECDH", namedCurve: "P-256" } as const;

/** The database's keys as it keeps them, neither extractable: `seal` for contents, `name` for keys of rows that would
 * tell something (HMAC-SHA-256). */
export interface StoreKeys { seal: CryptoKey; name: CryptoKey }

/** A journal's key in use, non-extractable; `wrap` is what stands in the journal's head. */
export interface JournalKey { id: string; key: CryptoKey; wrap: Wrap }

/** A journal's key, wrapped for the site's recovery key `recovery` by tablet `device`; bytes in base64. `name` is what
 * people call the tablet, and bound to nothing. */
export interface Wrap { device: string; name: string; journal: string; recovery: string; ephemeral: string; iv: string; data: string }

/** The site's recovery key as it is handed out: a P-256 point, signed by the server; base64. */
export interface RecoveryKey { id: string; key: string; signature: string }

export async function makeStoreKeys(): Promise<StoreKeys> {
  const name = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return { seal: await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]), name };
}

/** The nonce and what it was sealed to; opens only for the same `place`. */
export async function seal(key: CryptoKey, place: string, data: Bytes): Promise<Bytes> {
  const iv = random(IV_BYTES);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(place) }, key, data);
  return concat(iv, new Uint8Array(sealed));
}

/** CoreError `storage_damaged` for bytes that were not sealed by this key for this place. */
export async function unseal(key: CryptoKey, place: string, box: Uint8Array): Promise<Bytes> {
  try {
    const iv = new Uint8Array(box.subarray(0, IV_BYTES));
    const body = new Uint8Array(box.subarray(IV_BYTES));
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: utf8(place) }, key, body));
  } catch (error) {
    throw new CoreError("storage_damaged", `${place}: ${String(error)}`);
  }
}

/** The same short name for the same text, which tells nobody without the key what it was. */
export async function nameOf(key: CryptoKey, text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(text)))).slice(0, 32);
}

/** A new key for this tablet's journal, wrapped for the site; the raw key is forgotten at once. */
export async function makeJournalKey(recovery: RecoveryKey, device: string, name: string): Promise<JournalKey> {
  const journal = hex(random(16));
  const raw = random(32);
  const wrap = await wrapFor(recovery, { device, name, journal }, raw);
  const key = await openedKey(raw);
  raw.fill(0);
  return { id: journal, key, wrap };
}

/** The key of a journal that the site has opened for this tablet; `raw` is emptied by the caller. */
export function openedKey(raw: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, AES, false, ["encrypt", "decrypt"]);
}

/** Whether a server key signed the recovery key, and its id is its own. */
export async function isRecoveryKey(given: RecoveryKey, serverKeys: string[]): Promise<boolean> {
  try {
    const point = fromBase64(given.key);
    if (hex(await sha256(point)).slice(0, 32) !== given.id) return false;
    const message = concat(utf8("pestle/recovery-key/v1\n"), point);
    for (const key of serverKeys) {
      if (await verify("ed25519", fromBase64(key), message, fromBase64(given.signature))) return true;
    }
  } catch (error) {
    console.warn("a recovery key that is none", error);
  }
  return false;
}

/** ECDH with a key of the moment, HKDF over both points, AES-256-GCM; the tablet and both keys' ids are bound in. */
async function wrapFor(recovery: RecoveryKey, of: Pick<Wrap, "device" | "name" | "journal">, raw: Bytes): Promise<Wrap> {
  const point = fromBase64(recovery.key);
  const theirs = await crypto.subtle.importKey("raw", point, P256, false, []);
  const ours = (await crypto.subtle.generateKey(P256, false, ["deriveBits"])) as CryptoKeyPair;
  const ephemeral = new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const bound = utf8(`pestle/journal-key/v1\n${of.device}\n${of.journal}\n${recovery.id}`);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: concat(ephemeral, point), info: bound };
  const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const kek = await crypto.subtle.deriveKey(hkdf, secret, AES, false, ["encrypt"]);
  const iv = random(IV_BYTES);
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound }, kek, raw);
  return { ...of, recovery: recovery.id, ephemeral: base64(ephemeral), iv: base64(iv), data: base64(new Uint8Array(data)) };
}
