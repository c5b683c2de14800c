/** The certificate: by which a site's root, kept offline, names the keys that the site signs with from now on. */
import { type Bytes, base64, fromBase64, fromUtf8 } from "../core/bytes";
import { ED25519, type Key, MLDSA44_COSIGNATURE, parseVkey, splitNote, verified, vkey } from "../core/note";
import type { Policy } from "../core/policy";
import { checkPublicKey } from "../core/signing";
import { CoreError } from "../core/types";
import { fault } from "./result";

const DOMAIN = "pestle/keys/v1";
const SERVER = "server ed25519:";
const LOG = "log ";
const LOG_TYPES = [[ED25519], [ED25519, MLDSA44_COSIGNATURE]];

/** `serial` counts a site's certificates from 1; `serverKey` signs entries, `logs` sign checkpoints. */
export interface Certificate { origin: string; serial: number; serverKey: Bytes; logs: Key[] }

/** CoreError `certificate_wrong` unless this root has signed it and it is spelled as it must be. */
export async function openCertificate(signed: Bytes, root: Key): Promise<Certificate> {
  try {
    return await parseCertificate((await verified(signed, [root])).text);
  } catch (error) {
    if (error instanceof CoreError) throw fault("certificate_wrong", `${error.code}: ${error.message}`);
    throw error;
  }
}

/** What a certificate says, whoever signed it. */
export async function readCertificate(signed: Bytes): Promise<Certificate> {
  return parseCertificate(splitNote(signed).text);
}

/** The policy with the keys that a certificate by its root names, so that a policy that somebody has kept outlives a
 * change of the site's keys; the policy itself where there is nothing new. */
export async function renewed(policy: Policy, certificate: Bytes | null): Promise<Policy> {
  if (policy.root === null || certificate === null) return policy;
  const named = await openCertificate(certificate, policy.root);
  if (named.origin !== policy.logs[0]!.name) throw fault("certificate_wrong", "the certificate is of another log");
  const known = policy.serverKeys.some((key) => base64(key) === base64(named.serverKey));
  return known ? policy : { ...policy, logs: named.logs, serverKeys: [...policy.serverKeys, named.serverKey] };
}

async function parseCertificate(text: Bytes): Promise<Certificate> {
  const [domain, origin, serial, server, ...logs] = fromUtf8(text).split("\n");
  const end = logs.pop();
  if (domain !== DOMAIN || !origin || !server || end !== "" || !logs.length || !/^[1-9][0-9]{0,8}$/.test(serial ?? "")) {
    throw fault("certificate_wrong", "not the lines of a certificate");
  }
  if (!server.startsWith(SERVER) || !logs.every((line) => line.startsWith(LOG))) {
    throw fault("certificate_wrong", "not the keys of a certificate");
  }
  const named: Certificate = {
    origin, serial: Number(serial), serverKey: await serverKey(server.slice(SERVER.length)),
    logs: await Promise.all(logs.map((line) => parseVkey(line.slice(LOG.length)))),
  };
  const types = String(named.logs.map((key) => key.type));
  const whole = LOG_TYPES.some((allowed) => String(allowed) === types) && named.logs.every((key) => key.name === origin);
  if (!whole || encode(named) !== fromUtf8(text)) throw fault("certificate_wrong", "not spelled as a certificate must be");
  return named;
}

function encode(named: Certificate): string {
  const logs = named.logs.map((key) => LOG + vkey(key));
  return [DOMAIN, named.origin, named.serial, SERVER + base64(named.serverKey), ...logs, ""].join("\n");
}

async function serverKey(text: string): Promise<Bytes> {
  let key: Bytes;
  try {
    key = fromBase64(text);
  } catch {
    throw fault("certificate_wrong", "the server key");
  }
  await checkPublicKey("ed25519", key);
  return key;
}

