/** Keys: the device's own, which never leaves the browser, and people's, which a PIN unwraps for a moment. */
import { type Bytes, base64, concat, fromBase64, utf8 } from "./bytes";
import { CoreError, type Unlocked, type WrappedKey } from "./types";

export type Algorithm = "ed25519" | "es256";

/** The device's key as IndexedDB keeps it: `privateKey` is non-extractable; `publicKey` raw (32 or 65 bytes). */
export interface DeviceKey { alg: Algorithm; privateKey: CryptoKey; publicKey: Bytes }

const GENERATE = { ed25519: { name: "Ed25519" }, es256: { name: "ECDSA", namedCurve: "P-256" } } as const;
const SIGN = { ed25519: { name: "Ed25519" }, es256: { name: "ECDSA", hash: "SHA-256" } } as const;

export async function makeDeviceKey(alg: Algorithm): Promise<DeviceKey> {
  const pair = (await crypto.subtle.generateKey(GENERATE[alg], false, ["sign", "verify"])) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { alg, privateKey: pair.privateKey, publicKey };
}

export async function sign(key: DeviceKey, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(SIGN[key.alg], key.privateKey, message));
}

export async function verify(alg: Algorithm, publicKey: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", publicKey, GENERATE[alg], false, ["verify"]);
  return crypto.subtle.verify(SIGN[alg], key, signature, message);
}

/** Make a key that has been proved to survive: stored, read back through a reopened database, signed and verified.
 *
 * Some browsers make Ed25519 keys but cannot store them (Firefox before 136) or lack them: then P-256.
 * CoreError `key_unusable` when neither works. */
export async function provenDeviceKey(storeAndReopen: (key: DeviceKey) => Promise<DeviceKey>): Promise<DeviceKey> {
  let cause: unknown;
  for (const alg of ["ed25519", "es256"] as const) {
    try {
      const key = await storeAndReopen(await makeDeviceKey(alg));
      const message = utf8("pestle/prove/v1\n");
      if (await verify(alg, key.publicKey, message, await sign(key, message))) return key;
    } catch (error) {
      cause = error;
    }
  }
  throw new CoreError("key_unusable", String(cause));
}

/** Unwrap a person's signing key; CoreError `pin_wrong` unless the PIN is right. The PIN and the derived key are
 * forgotten at once, and the signing key cannot be exported again. */
export async function unwrapUserKey(person: string, wrapped: WrappedKey, pin: string): Promise<Unlocked> {
  // Only who unlocks needs it: the first screen comes without.
  const { argon2id } = await import("hash-wasm");
  const derived = await argon2id({
    password: pin, salt: fromBase64(wrapped.salt), iterations: wrapped.t, memorySize: wrapped.m,
    parallelism: wrapped.p, hashLength: 32, outputType: "binary",
  });
  const kek = await crypto.subtle.importKey("raw", new Uint8Array(derived), "AES-GCM", false, ["decrypt"]);
  derived.fill(0);
  let pkcs8: Bytes;
  try {
    const data = fromBase64(wrapped.data);
    pkcs8 = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: fromBase64(wrapped.iv) }, kek, data));
  } catch {
    throw new CoreError("pin_wrong");
  }
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, false, ["sign"]);
  pkcs8.fill(0);
  return { person, key };
}

export async function signAsPerson(unlocked: Unlocked, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, unlocked.key, message));
}

/** A proof of possession in base64: the signature over a domain line and the lines after it. */
export async function proof(key: DeviceKey, domain: string, ...lines: string[]): Promise<string> {
  return base64(await sign(key, concat(utf8(`pestle/${domain}/v1\n`), utf8(lines.join("\n")))));
}
