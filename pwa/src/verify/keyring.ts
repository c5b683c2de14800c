/** Which key signs for which device, learnt from the log itself and anchored in the server's keys of the policy. */
import { type Bytes, base64, equal, fromBase64, utf8 } from "../core/bytes";
import type { Header, Signature } from "../core/entry";
import { type Key, parseVkey, vkey } from "../core/note";
import type { Policy } from "../core/policy";
import { checkPublicKey } from "../core/signing";
import { type Certificate, openCertificate, readCertificate } from "./certificate";
import type { Fields } from "./lines";
import { ADDED, Passkeys, WITHDRAWN } from "./passkeys";
import { fault } from "./result";

export const SERVER = "server";
const ENROLLED = "identity.device_enrolled.v1";
const REVOKED = "identity.device_revoked.v1";
export const KEYS_CHANGED = "site.keys_changed.v1";
const ROOT_ADOPTED = "site.root_adopted.v1";
export const REVOKED_FLAG = "device_revoked";

export interface DeviceKey { alg: string; publicKey: Bytes }

/** Keys and revocations as they stand after the entries learnt so far; only entries by `server` teach anything.
 * Payloads are those that fit their header's hash, null where they are withheld. */
export class Keyring {
  private root: Key | null;
  private serial = 0;
  private keys = new Map<string, DeviceKey>();
  private lastAccepted = new Map<string, number>();
  private readonly passkeys = new Passkeys();

  constructor(private readonly policy: Policy) {
    this.root = policy.root;
    this.keys.set(SERVER, { alg: "ed25519", publicKey: policy.serverKeys[0]! });
  }

  /** CoreError `device_unknown` for a device that no earlier entry has enrolled. */
  key(device: string): DeviceKey {
    const key = this.keys.get(device);
    if (!key) throw fault("device_unknown", `no earlier entry enrolled ${device}`);
    return key;
  }

  /** The key that this entry must be signed with; a change of the site's keys is signed with the one that it brings. */
  async keyFor(head: Header, payload: Fields | null): Promise<DeviceKey> {
    const named = await this.changed(head, payload);
    return named ? { alg: "ed25519", publicKey: named.serverKey } : this.key(head.device);
  }

  /** Whether this entry lies beyond what its device's revocation, if it stands in the log already, accepts. */
  revoked(head: Header): boolean {
    const last = this.lastAccepted.get(head.device);
    return last !== undefined && head.seq > last;
  }

  /** CoreError `countersignature_wrong` where a passkey's signature under an entry is not what it should be, and the
   * receipt's flags do not say so. */
  async checkPeople(header: Bytes, signatures: Signature[], flags: string[]): Promise<void> {
    const missing = (await this.passkeys.flags(header, signatures)).filter((flag) => !flags.includes(flag));
    if (missing.length) throw fault("countersignature_wrong", `the receipt does not say ${missing.join(" ")}`);
  }

  /** The device whose key this entry would replace by another; its last entry must be checked before. */
  async replaced(head: Header, payload: Fields | null): Promise<string | null> {
    if (await this.changed(head, payload)) return SERVER;
    if (head.kind !== ENROLLED || head.device !== SERVER) return null;
    const { device, key } = await enrolment(payload);
    const known = this.keys.get(device);
    return known && !same(known, key) ? device : null;
  }

  /** Take in an entry. CoreError `enrolment_wrong`, `server_key_wrong`, `certificate_wrong`, `root_key_wrong`, or
   * `payload_withheld` when a key cannot be learnt. */
  async learn(head: Header, payload: Fields | null): Promise<void> {
    if (head.device !== SERVER) return;
    if (head.kind === ADDED || head.kind === WITHDRAWN) await this.passkeys.learn(head.kind, needed(payload));
    else if (head.kind === ENROLLED) await this.enrol(payload);
    else if (head.kind === REVOKED) this.revoke(payload);
    else if (head.kind === ROOT_ADOPTED) await this.adopt(payload);
    else if (head.kind === KEYS_CHANGED) {
      const named = (await this.changed(head, payload))!;
      this.keys.set(SERVER, { alg: "ed25519", publicKey: named.serverKey });
      this.serial = named.serial;
    }
  }

  private async enrol(payload: Fields | null): Promise<void> {
    const { device, key } = await enrolment(payload);
    if (device === SERVER && !same(key, this.key(SERVER))) {
      throw fault("server_key_wrong", "the server enrolled another key than the policy names");
    }
    this.keys.set(device, key);
    this.lastAccepted.delete(device);
  }

  private revoke(payload: Fields | null): void {
    const { device, last_seq: last } = needed(payload);
    if (typeof device !== "string" || typeof last !== "number") {
      throw fault("enrolment_wrong", "a revocation names a device and its last sequence");
    }
    this.lastAccepted.set(device, last);
  }

  /** A root is adopted once; only the root itself could name another. */
  private async adopt(payload: Fields | null): Promise<void> {
    const text = needed(payload).vkey;
    if (typeof text !== "string") throw fault("enrolment_wrong", "the adoption of a root names its key");
    const root = await parseVkey(text);
    if (this.root !== null && vkey(this.root) !== vkey(root)) {
      throw fault("root_key_wrong", "the site adopted another root than the policy names");
    }
    this.root = root;
  }

  /** The certificate that an entry brings, null for other entries: signed by the root, or, where no root is known,
   * naming a key that the policy names after the present one. */
  private async changed(head: Header, payload: Fields | null): Promise<Certificate | null> {
    if (head.device !== SERVER || head.kind !== KEYS_CHANGED) return null;
    const text = needed(payload).certificate;
    if (typeof text !== "string") throw fault("certificate_wrong", "a change of keys brings a certificate");
    const named = this.root ? await openCertificate(utf8(text), this.root) : await readCertificate(utf8(text));
    if (!this.root && !this.isLater(named.serverKey)) {
      throw fault("server_key_wrong", "the server changed to a key that the policy does not name");
    }
    if (named.origin !== this.policy.logs[0]!.name || named.serial <= this.serial) {
      throw fault("certificate_wrong", "a certificate of another log, or one that was used before");
    }
    return named;
  }

  private isLater(key: Bytes): boolean {
    const names = this.policy.serverKeys.map((one) => base64(one));
    const present = names.indexOf(base64(this.key(SERVER).publicKey));
    return names.indexOf(base64(key), present) >= 0;
  }
}

async function enrolment(payload: Fields | null): Promise<{ device: string; key: DeviceKey }> {
  const { device, alg, public_key: text } = needed(payload);
  if (typeof device !== "string" || typeof alg !== "string" || typeof text !== "string") {
    throw fault("enrolment_wrong", "an enrolment names a device, an algorithm and a key");
  }
  let publicKey: Bytes;
  try {
    publicKey = fromBase64(text);
  } catch {
    throw fault("enrolment_wrong", "the key is not base64");
  }
  if (alg !== "ed25519" && alg !== "es256") throw fault("key_algorithm_unknown", alg.slice(0, 40));
  await checkPublicKey(alg, publicKey);
  return { device, key: { alg, publicKey } };
}

function needed(payload: Fields | null): Fields {
  if (payload === null) throw fault("payload_withheld", "the payload that carries a key, or takes one back, is needed");
  return payload;
}

function same(a: DeviceKey, b: DeviceKey): boolean {
  return a.alg === b.alg && equal(a.publicKey, b.publicKey);
}
