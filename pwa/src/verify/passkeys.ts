/** People's signatures by passkey under entries, and the flags that they deserve (sync/passkeys.py). */
import { type Bytes, base64, concat, equal, fromBase64, fromUtf8, sha256, utf8 } from "../core/bytes";
import { parse } from "../core/canonical";
import type { Signature } from "../core/entry";
import { checkPublicKey, checkSignature } from "../core/signing";
import { CoreError } from "../core/types";
import { SEQUENCE, elements, first } from "./der";
import { type Fields, isObject } from "./lines";
import { fault } from "./result";

export const WEBAUTHN = "webauthn";
export const ADDED = "identity.passkey_added.v1";
export const WITHDRAWN = "identity.passkey_withdrawn.v1";
const COSIGN_DOMAIN = utf8("pestle/cosign/v1\n");
// COSE_Keys in CTAP2's canonical CBOR, up to their coordinates.
const ES256 = fromBase64("pQECAyYgASFYIA==");
const Y = fromBase64("Ilgg");
const ED25519 = fromBase64("pAEBAycgBiFYIA==");
const [PRESENT, VERIFIED, EXTENDED] = [0x01, 0x04, 0x80];
const AUTHENTICATOR_DATA = 37;
const LONGEST = 2048;
const CLIENT_DATA = /^\{"type":"webauthn\.get","challenge":"([A-Za-z0-9_-]{43})","origin":"(https?):\/\/([a-z0-9.-]{1,253})(?::[0-9]{1,5})?"(?:,"crossOrigin":false(?:,[\x20-\x7e]*)?)?\}$/;

interface Passkey { person: string; publicKey: Bytes; rpId: string; withdrawn: boolean }
interface Assertion { authenticatorData: Bytes; clientData: Bytes; signature: Bytes }

/** Everybody's passkeys as they stand after the entries learnt so far. */
export class Passkeys {
  private readonly known = new Map<string, Passkey>();

  /** Take in the payload of an entry that adds or withdraws one; CoreError `enrolment_wrong`, `key_malformed`. */
  async learn(kind: string, body: Fields): Promise<void> {
    const { credential, person, public_key: key, rp_id: rpId } = body;
    if (typeof credential !== "string" || typeof person !== "string") throw incomplete();
    const known = this.known.get(credential);
    if (kind === WITHDRAWN) {
      if (known?.person !== person) throw fault("enrolment_wrong", "a passkey is withdrawn that was not added");
      this.known.set(credential, { ...known, withdrawn: true });
      return;
    }
    if (typeof key !== "string" || typeof rpId !== "string") throw incomplete();
    if (known) throw fault("enrolment_wrong", "a passkey is added once");
    let publicKey: Bytes;
    try {
      publicKey = fromBase64(key);
    } catch {
      throw fault("enrolment_wrong", "the key is not base64");
    }
    await rawKey(publicKey);
    this.known.set(credential, { person, publicKey, rpId, withdrawn: false });
  }

  /** The flags that the passkeys' signatures of a line deserve. */
  async flags(header: Bytes, signatures: Signature[]): Promise<string[]> {
    const found = new Set<string>();
    for (const one of signatures.slice(1).filter(({ alg }) => alg === WEBAUTHN)) {
      const flag = await this.verdict(header, one);
      if (flag) found.add(flag);
    }
    return [...found].sort();
  }

  private async verdict(header: Bytes, signature: Signature): Promise<string | null> {
    const person = signature.by.startsWith("person:") ? signature.by.slice(7) : null;
    const challenge = await sha256(concat(COSIGN_DOMAIN, header));
    for (const passkey of this.known.values()) {
      if (passkey.person === person && (await fits(passkey, challenge, signature.sig))) return passkey.withdrawn ? "passkey_withdrawn" : null;
    }
    return "passkey_wrong";
  }
}

async function fits(passkey: Passkey, challenge: Bytes, sig: string): Promise<boolean> {
  try {
    await check(passkey, challenge, assertion(sig));
    return true;
  } catch (error) {
    if (error instanceof CoreError || error instanceof RangeError || error instanceof TypeError) return false;
    throw error;
  }
}

async function check(passkey: Passkey, challenge: Bytes, given: Assertion): Promise<void> {
  const { alg, raw } = await rawKey(passkey.publicKey);
  checkClientData(given.clientData, challenge, passkey.rpId);
  const data = given.authenticatorData;
  if (data.length < AUTHENTICATOR_DATA || !equal(data.slice(0, 32), await sha256(utf8(passkey.rpId)))) throw wrong("another site");
  const flags = data[32]!;
  if (!(flags & PRESENT) || !(flags & VERIFIED)) throw wrong("the authenticator had not verified who used it");
  if (data.length > AUTHENTICATOR_DATA && !(flags & EXTENDED)) throw wrong("authenticator data is too long");
  const signature = alg === "es256" ? rawSignature(given.signature) : given.signature;
  await checkSignature(alg, raw, concat(data, await sha256(given.clientData)), signature);
}

function checkClientData(data: Bytes, challenge: Bytes, rpId: string): void {
  const found = data.length <= LONGEST ? CLIENT_DATA.exec(fromUtf8(data)) : null;
  if (!found) throw wrong("not the client data of an assertion");
  const [, signed, scheme, host] = found;
  if (signed !== base64(challenge).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")) throw wrong("another challenge was signed");
  if (host !== rpId || !(scheme === "https" || host === "localhost")) throw wrong("signed at another address than the site's");
}

function assertion(sig: string): Assertion {
  const value = parse(fromBase64(sig));
  if (!isObject(value) || Object.keys(value).length !== 3) throw wrong("an assertion has three parts");
  const part = (name: string): Bytes => {
    const text = value[name];
    if (typeof text !== "string") throw wrong("an assertion's parts are base64");
    return fromBase64(text);
  };
  return { authenticatorData: part("authenticator_data"), clientData: part("client_data"), signature: part("signature") };
}

/** Algorithm and raw key of a COSE_Key in its one spelling. */
async function rawKey(cose: Bytes): Promise<{ alg: "es256" | "ed25519"; raw: Bytes }> {
  const starts = (head: Bytes): boolean => equal(cose.slice(0, head.length), head);
  let found: { alg: "es256" | "ed25519"; raw: Bytes };
  if (starts(ED25519) && cose.length === ED25519.length + 32) found = { alg: "ed25519", raw: cose.slice(-32) };
  else if (starts(ES256) && cose.length === ES256.length + 67 && equal(cose.slice(-35, -32), Y)) {
    found = { alg: "es256", raw: concat(Uint8Array.of(4), cose.slice(-67, -35), cose.slice(-32)) };
  } else throw fault("key_malformed", "not a COSE_Key for ES256 or Ed25519 in canonical CBOR");
  await checkPublicKey(found.alg, found.raw);
  return found;
}

/** r and s, 32 bytes each, of an ECDSA signature in DER. */
function rawSignature(der: Bytes): Bytes {
  const sequence = first(der);
  if (sequence.tag !== SEQUENCE || sequence.whole.length !== der.length || der[1]! > 127) throw wrong("DER");
  const numbers = elements(sequence.content);
  if (numbers.length !== 2) throw wrong("DER");
  return concat(...numbers.map(({ tag, content }) => number(tag, content)));
}

/** A number of DER in 32 bytes: positive, in its shortest spelling. */
function number(tag: number, content: Bytes): Bytes {
  const lead = content[0];
  if (tag !== 2 || lead === undefined || lead > 127 || (lead === 0 && content.length > 1 && content[1]! < 128)) throw wrong("DER");
  const digits = lead === 0 ? content.slice(1) : content;
  if (digits.length > 32) throw wrong("DER");
  return concat(new Uint8Array(32 - digits.length), digits);
}

function wrong(detail: string): CoreError {
  return fault("signature_wrong", detail);
}

function incomplete(): CoreError {
  return fault("enrolment_wrong", "a passkey has a credential, a person, a key and a site");
}
