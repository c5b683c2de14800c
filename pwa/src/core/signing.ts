/** Signatures of others: which public keys are taken, and whether a signature fits (see sync/signing.py). */
import { type Bytes, hex } from "./bytes";
import { CoreError } from "./types";

/** `ed25519`: 32-byte key; `es256`: 65-byte point, signature r and s; `mldsa44`: FIPS 204, pure, no context. */
export type Scheme = "ed25519" | "es256" | "mldsa44";

const WEB = {
  ed25519: [{ name: "Ed25519" }, { name: "Ed25519" }],
  es256: [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }],
} as const;
const LENGTHS: Record<Scheme, number> = { ed25519: 32, es256: 65, mldsa44: 1312 };

// The points of small order of Curve25519: the y coordinates of the eight, and the spellings of them that exceed the
// field prime, each with either sign bit. A key among them makes one signature valid for many messages.
const LOW_ORDER = new Set([
  "0100000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]);

/** Refuses keys that must never be trusted: CoreError `key_algorithm_unknown` or `key_malformed`. */
export async function checkPublicKey(scheme: string, publicKey: Bytes): Promise<void> {
  if (!isScheme(scheme)) throw new CoreError("key_algorithm_unknown", scheme.slice(0, 40));
  if (publicKey.length !== LENGTHS[scheme]) throw malformed(`a key of ${scheme} has ${LENGTHS[scheme]} bytes`);
  if (scheme === "ed25519" && LOW_ORDER.has(withoutSign(publicKey))) throw malformed("an Ed25519 key of small order");
  if (scheme === "es256") await importKey(scheme, publicKey);
}

/** Returns if the signature fits; CoreError `signature_wrong`, or what `checkPublicKey` says of the key. */
export async function checkSignature(scheme: string, publicKey: Bytes, message: Bytes, signature: Bytes): Promise<void> {
  if (!isScheme(scheme)) throw new CoreError("key_algorithm_unknown", scheme.slice(0, 40));
  const fits = scheme === "mldsa44" ? await fitsMldsa44(publicKey, message, signature)
    : await crypto.subtle.verify(WEB[scheme][1], await importKey(scheme, publicKey), signature, message);
  if (!fits) throw new CoreError("signature_wrong", "the signature does not fit the bytes");
}

/** Loaded only where somebody has such a key: no browser has ML-DSA, and its 8 KB are not for the first page. */
async function fitsMldsa44(publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  const { ml_dsa44 } = await import("@noble/post-quantum/ml-dsa.js");
  if (publicKey.length !== ml_dsa44.lengths.publicKey) throw malformed("not an ML-DSA-44 key");
  return signature.length === ml_dsa44.lengths.signature && ml_dsa44.verify(signature, message, publicKey);
}

async function importKey(scheme: "ed25519" | "es256", publicKey: Bytes): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("raw", publicKey, WEB[scheme][0], false, ["verify"]);
  } catch (error) {
    throw malformed(String(error));
  }
}

function withoutSign(publicKey: Bytes): string {
  const point = publicKey.slice();
  point[31]! &= 0x7f;
  return hex(point);
}

function isScheme(scheme: string): scheme is Scheme {
  return Object.hasOwn(LENGTHS, scheme);
}

function malformed(detail: string): CoreError {
  return new CoreError("key_malformed", detail);
}
