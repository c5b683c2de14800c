/** A person's key as a lease has it, taken out of its three wrappings: the tablet's own key, the badge, the PIN.
 *
 * A lease in other hands is of no use without the first, which no script can read out. Who copies a whole browser profile
 * has the first; the second is on no tablet (server/handheld/lending.py, server/identity/badges.py). */
import { type Bytes, base64, concat, fromBase64, fromUtf8, hex, sha256, utf8 } from "./bytes";
import { CoreError, type Lent, type LentKey, type WrappedKey } from "./types";

const P256 = { name: "ECDH", namedCurve: "P-256" } as const;
const AES = { name: "AES-GCM", length: 256 } as const;
const LENT = "pestle/lease-people/v1\n";
const BADGE = "pestle/badge/v1\n";
const SCANNED = /^([^:]{1,40}):([A-Za-z0-9_-]{22})$/;

/** This tablet's key for what is sealed for it alone: the private half non-extractable, the point raw. */
export interface AgreementKey { privateKey: CryptoKey; point: Bytes }
/** What a badge says: which one it is, and its secret in base64url. */
export interface Badge { badge: string; secret: string }
interface ByBadge { badge: string; iv: string; data: string }

export async function makeAgreementKey(): Promise<AgreementKey> {
  const pair = (await crypto.subtle.generateKey(P256, false, ["deriveBits"])) as CryptoKeyPair;
  return { privateKey: pair.privateKey, point: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)) };
}

/** What stands after `PESTLE-BADGE:1:`; null for what is none. */
export function badgeOf(name: string): Badge | null {
  const [, badge, secret] = SCANNED.exec(name) ?? [];
  return badge && secret ? { badge, secret } : null;
}

/** What the badges of a site begin with. */
export async function markOf(vkey: string): Promise<string> {
  return hex(await sha256(utf8(vkey.split("+")[0]!))).slice(0, 6);
}

/** What the PIN unlocks. CoreError `badge_needed` or `badge_wrong`; `lease_forged` for what is not sealed for us. */
export async function opened(lease: Lent, person: string, key: LentKey | WrappedKey, own: AgreementKey | undefined, badge: Badge | null): Promise<WrappedKey> {
  // A lease of an earlier version, for at most 72 hours after an update.
  if ("salt" in key) return key;
  if (!own || !lease.opener) throw new CoreError("lease_forged", "nothing here opens the keys of this lease");
  const lent = await unseal(await leaseKey(lease, own), `${LENT}${lease.lease}\n${person}`, key);
  if (!lent) throw new CoreError("lease_forged", "a key that is not of this lease");
  if (!("badge" in lent)) return lent as unknown as WrappedKey;
  const wrapped = lent as unknown as ByBadge;
  if (!badge) throw new CoreError("badge_needed");
  const inner = badge.badge === wrapped.badge ? await unseal(await badgeKey(badge), `${BADGE}${wrapped.badge}\n${person}`, wrapped) : null;
  if (!inner) throw new CoreError("badge_wrong");
  return inner as unknown as WrappedKey;
}

async function leaseKey({ lease, device, opener }: Lent, own: AgreementKey): Promise<CryptoKey> {
  const ephemeral = fromBase64(opener!.ephemeral);
  const theirs = await crypto.subtle.importKey("raw", ephemeral, P256, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
  const bound = utf8(`${LENT}${lease}\n${device}`);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: concat(ephemeral, own.point), info: bound };
  const kek = await crypto.subtle.deriveKey(hkdf, await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]), AES, false, ["decrypt"]);
  try {
    const raw = await crypto.subtle.decrypt({ name: "AES-GCM", iv: fromBase64(opener!.iv), additionalData: bound }, kek, fromBase64(opener!.data));
    return await crypto.subtle.importKey("raw", raw, AES, false, ["decrypt"]);
  } catch {
    throw new CoreError("lease_forged", "the keys of this lease are sealed for another device");
  }
}

async function badgeKey({ badge, secret }: Badge): Promise<CryptoKey> {
  const raw = fromBase64(`${secret.replace(/-/g, "+").replace(/_/g, "/")}==`);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(BADGE + badge) };
  return crypto.subtle.deriveKey(hkdf, await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]), AES, false, ["decrypt"]);
}

async function unseal(key: CryptoKey, bound: string, { iv, data }: { iv: string; data: string }): Promise<Record<string, unknown> | null> {
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: fromBase64(iv), additionalData: utf8(bound) }, key, fromBase64(data));
    return JSON.parse(fromUtf8(new Uint8Array(plain))) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** As a lease is asked for with it. */
export function pointText({ point }: AgreementKey): string {
  return base64(point);
}
