/** Passkeys (WebAuthn): made and used through the browser, to sign in, to sign at the server, and to sign entries here. */
import { type Bytes, base64, fromBase64, sha256, utf8 } from "./bytes";
import { encodeProfile } from "./canonical";
import type { Signer } from "./entry";
import { CoreError, type LeasedPasskey } from "./types";

/** What the server asks an authenticator with: `challenge` in base64, `credentials` in base64url (none: any that the
 * person has for this site), `timeout` in milliseconds. */
export interface Asked { nonce: string; challenge: string; rp_id: string; timeout: number; credentials: string[] }
/** An authenticator's answer as the server and payloads have it: `credential` in base64url, bytes in base64. */
export interface Assertion { nonce: string; credential: string; authenticator_data: string; client_data: string; signature: string }
export interface Registering extends Omit<Asked, "credentials"> { user: { id: string; name: string; display_name: string }; exclude: string[] }
export interface Registered { nonce: string; credential: string; client_data: string; attestation: string }

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[.*\])$/;
const LOCAL_TIMEOUT = 60_000;

/** Whether this browser has passkeys, at this address: at an IP address, or without TLS, nobody has. */
export function available(): boolean {
  return globalThis.isSecureContext === true && "PublicKeyCredential" in globalThis && !ADDRESS.test(location.hostname);
}

/** Have the person's authenticator sign. CoreError `passkey_cancelled` when nothing came of it, `passkey_place` at an
 * address that the passkey is not for. */
export async function assert(asked: Asked): Promise<Assertion> {
  const { id, response } = await get(fromBase64(asked.challenge), asked.rp_id, asked.credentials, asked.timeout);
  return {
    nonce: asked.nonce, credential: id, authenticator_data: text(response.authenticatorData),
    client_data: text(response.clientDataJSON), signature: text(response.signature),
  };
}

/** Have an authenticator make a passkey that names its holder by itself (discoverable), and verifies them each time. */
export async function create(asked: Registering): Promise<Registered> {
  const made = await ask(() => navigator.credentials.create({
    publicKey: {
      rp: { id: asked.rp_id, name: "Pestle 批印" },
      user: { id: utf8(asked.user.id), name: asked.user.name, displayName: asked.user.display_name },
      challenge: fromBase64(asked.challenge), timeout: asked.timeout, attestation: "none",
      pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -8 }],
      excludeCredentials: asked.exclude.map(descriptor),
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    },
  }));
  const response = made.response as AuthenticatorAttestationResponse;
  return { nonce: asked.nonce, credential: made.id, client_data: text(response.clientDataJSON), attestation: text(response.attestationObject) };
}

/** Whoever signs an entry by one of these passkeys of theirs, without the server (sync/README.md, "Passkeys"). */
export function passkeySigner(person: string, passkeys: LeasedPasskey[]): Signer {
  return {
    alg: "webauthn", by: `person:${person}`,
    async sign(message: Bytes): Promise<Bytes> {
      const [first] = passkeys;
      if (!first) throw new CoreError("passkey_cancelled", "no passkey is known here");
      const here = passkeys.filter((one) => one.rp_id === first.rp_id).map((one) => one.id);
      const { response } = await get(await sha256(message), first.rp_id, here, LOCAL_TIMEOUT);
      return encodeProfile({
        authenticator_data: text(response.authenticatorData), client_data: text(response.clientDataJSON), signature: text(response.signature),
      });
    },
  };
}

async function get(challenge: Bytes, rpId: string, credentials: string[], timeout: number): Promise<{ id: string; response: AuthenticatorAssertionResponse }> {
  const found = await ask(() => navigator.credentials.get({
    publicKey: { challenge, rpId, timeout, userVerification: "required", allowCredentials: credentials.map(descriptor) },
  }));
  return { id: found.id, response: found.response as AuthenticatorAssertionResponse };
}

async function ask(work: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!available()) throw new CoreError("passkey_place");
  let found: Credential | null;
  try {
    found = await work();
  } catch (error) {
    const name = (error as DOMException | null)?.name;
    // The authenticator holds one of `excludeCredentials` already.
    if (name === "InvalidStateError") throw new CoreError("passkey_known");
    throw new CoreError(name === "SecurityError" ? "passkey_place" : "passkey_cancelled", String(error));
  }
  if (!(found instanceof PublicKeyCredential)) throw new CoreError("passkey_cancelled");
  return found;
}

function descriptor(credential: string): PublicKeyCredentialDescriptor {
  const padded = credential.replaceAll("-", "+").replaceAll("_", "/");
  return { type: "public-key", id: fromBase64(padded.padEnd(Math.ceil(padded.length / 4) * 4, "=")) };
}

function text(data: ArrayBuffer): string {
  return base64(new Uint8Array(data));
}
