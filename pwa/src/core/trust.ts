/** Which keys of the log this device trusts: those it was told at enrolment, and others only where the site's root,
 * which lies offline, names them. Witnesses are taken as told, and who asks for fewer of them is not silent. */
import { type Bytes, base64, fromBase64, fromUtf8, hex, sha256, utf8 } from "./bytes";
import { ED25519, type Key, MLDSA44_COSIGNATURE, parseVkey, verified, vkey } from "./note";
import { parsePolicy, type Policy } from "./policy";
import { checkPublicKey } from "./signing";
import type { Site } from "./store";
import { CoreError, type NoticeCode, type PinnedKey } from "./types";

/** A policy that may be taken, what people must be told of it, and the server's new key where the root named one. */
export interface Adopted { policy: Policy; notices: NoticeCode[]; serverKey: string | null }

interface Certificate { origin: string; serverKey: Bytes; logs: Key[] }

/** Judges a policy against the one in force, the first one against what was told at enrolment. CoreError `keys_changed`
 * when its keys are others and no certificate of the pinned root names them, or what is wrong with its text. */
export async function adopt(text: string, pinned: Policy | null, site: Site, certificate: string | null): Promise<Adopted> {
  const policy = await parsePolicy(utf8(text));
  if (!pinned) {
    if (!policy.logs.some((key) => vkey(key) === site.vkey)) throw changed("the log has another key than at enrolment");
    return { policy, notices: [], serverKey: null };
  }
  if (pinned.root && (!policy.root || vkey(policy.root) !== vkey(pinned.root))) throw changed("another site root");
  const notices: NoticeCode[] = isWeaker(policy, pinned) ? ["quorum_weaker"] : [];
  if (!pinned.root && policy.root) notices.push("root_new");
  if (sameKeys(policy.logs, pinned.logs)) return { policy, notices, serverKey: null };
  if (!pinned.root || !certificate) throw changed("the log's keys changed without a certificate");
  const named = await openCertificate(certificate, pinned.root);
  if (named.origin !== pinned.logs[0]!.name || !sameKeys(named.logs, policy.logs)) throw changed("not the certificate's keys");
  return { policy, notices: [...notices, "keys_renewed"], serverKey: base64(named.serverKey) };
}

/** The keys of a policy, as people compare them. */
export async function keysOf(policy: Policy): Promise<PinnedKey[]> {
  const named: [PinnedKey["use"], Key][] = [
    ...policy.logs.map((key) => ["log", key] as [PinnedKey["use"], Key]),
    ...policy.witnesses.map(({ key }) => ["witness", key] as [PinnedKey["use"], Key]),
    ...(policy.root ? [["root", policy.root] as [PinnedKey["use"], Key]] : []),
  ];
  const keys = named.map(async ([use, key]) => ({
    use, name: key.name, alg: key.type === MLDSA44_COSIGNATURE ? "ML-DSA-44" : "Ed25519", fingerprint: await fingerprint(key.publicKey),
  }));
  const server = policy.serverKeys.at(-1)!;
  return [...(await Promise.all(keys)), { use: "server", name: "server", alg: "Ed25519", fingerprint: await fingerprint(server) }];
}

/** The first 16 bytes of a key's SHA-256, in groups of four digits. */
export async function fingerprint(publicKey: Bytes): Promise<string> {
  return hex((await sha256(publicKey)).subarray(0, 16)).replace(/(.{4})(?=.)/g, "$1 ");
}

/** The certificate that this root has signed (see sync/certificate.py); CoreError `keys_changed` for any other text. */
async function openCertificate(text: string, root: Key): Promise<Certificate> {
  try {
    const lines = fromUtf8((await verified(utf8(text), [root])).text).split("\n");
    const [domain, origin, , server, ...logs] = lines;
    if (domain !== "pestle/keys/v1" || !origin || !server?.startsWith("server ed25519:") || logs.pop() !== "") throw changed("lines");
    if (!logs.every((line) => line.startsWith("log "))) throw changed("keys");
    const serverKey = fromBase64(server.slice("server ed25519:".length));
    await checkPublicKey("ed25519", serverKey);
    const keys = await Promise.all(logs.map((line) => parseVkey(line.slice("log ".length))));
    if (!keys.some(({ type }) => type === ED25519)) throw changed("no log key");
    return { origin, serverKey, logs: keys };
  } catch (error) {
    throw changed(`certificate: ${String(error)}`);
  }
}

/** Fewer witnesses are needed than before, or one that was named is not named any more. */
function isWeaker(next: Policy, before: Policy): boolean {
  const kept = new Set(next.witnesses.map(({ key }) => vkey(key)));
  return needed(next) < needed(before) || before.witnesses.some(({ key }) => !kept.has(vkey(key)));
}

/** With how few witnesses the quorum can be met. */
function needed(policy: Policy): number {
  const costs = new Map(policy.witnesses.map(({ name }) => [name, 1]));
  for (const { name, least, members } of policy.groups) {
    const cheapest = members.map((member) => costs.get(member) ?? 0).sort((a, b) => a - b).slice(0, least);
    costs.set(name, cheapest.reduce((sum, cost) => sum + cost, 0));
  }
  return costs.get(policy.quorum) ?? 0;
}

function sameKeys(a: readonly Key[], b: readonly Key[]): boolean {
  const text = (keys: readonly Key[]): string => keys.map(vkey).sort().join("\n");
  return text(a) === text(b);
}

function changed(detail: string): CoreError {
  return new CoreError("keys_changed", detail);
}
