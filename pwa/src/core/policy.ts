/** The policy (C2SP tlog-policy): which keys somebody trusts who checks a log, and how many witnesses must agree. */
import { type Bytes, base64, fromBase64, fromUtf8, hex, utf8 } from "./bytes";
import { type Checkpoint, parseCheckpoint } from "./checkpoint";
import { ED25519, ED25519_COSIGNATURE, type Key, MLDSA44_COSIGNATURE, parseVkey, verified, vkey } from "./note";
import { checkPublicKey } from "./signing";
import { CoreError } from "./types";

const SERVER_KEY = "# server-key ed25519:";
const SITE_ROOT = "# site-root ";
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/;

export interface Witness { name: string; key: Key; url: string | null }
/** Witnesses a checkpoint if at least `least` of its members, witnesses or earlier groups, do. */
export interface Group { name: string; least: number; members: string[] }

/** What is trusted: the log's keys, all of which sign; the keys of device `server`, oldest first; the site's root.
 * `quorum` is the name of a witness or group, or "none". */
export interface Policy {
  logs: Key[];
  serverKeys: Bytes[];
  root: Key | null;
  witnesses: Witness[];
  groups: Group[];
  quorum: string;
}

/** A checkpoint that is signed as the policy asks, and when (Unix seconds) which of its witnesses cosigned. */
export interface Checkpointed { checkpoint: Checkpoint; witnessed: Map<string, number> }

/** CoreError `policy_malformed`, or what is wrong with one of the keys. */
export async function parsePolicy(data: Uint8Array): Promise<Policy> {
  const policy: Policy = { logs: [], serverKeys: [], root: null, witnesses: [], groups: [], quorum: "" };
  for (const line of decodeLines(data)) {
    if (line.startsWith(SERVER_KEY)) policy.serverKeys.push(await serverKey(line.slice(SERVER_KEY.length)));
    else if (line.startsWith(SITE_ROOT)) await addRoot(policy, line.slice(SITE_ROOT.length));
    else await addStatement(policy, line.split(/[ \t]+/).filter(Boolean));
  }
  const origins = new Set(policy.logs.map((key) => key.name));
  if (origins.size !== 1 || !policy.serverKeys.length) throw malformed("one log and at least one server key");
  if (!policy.quorum) throw malformed("there is no quorum");
  checkTwice([...policy.logs, ...policy.witnesses.map((witness) => witness.key)]);
  return policy;
}

export function encodePolicy(policy: Policy): Bytes {
  const lines = policy.root ? [SITE_ROOT + vkey(policy.root)] : [];
  for (const key of policy.serverKeys) lines.push(SERVER_KEY + base64(key));
  for (const key of policy.logs) lines.push(`log ${vkey(key)}`);
  for (const { name, key, url } of policy.witnesses) lines.push(`witness ${name} ${vkey(key)}${url ? ` ${url}` : ""}`);
  for (const { name, least, members } of policy.groups) {
    lines.push(`group ${name} ${least} ${members.join(" ")}`);
  }
  return utf8(`${[...lines, `quorum ${policy.quorum}`].join("\n")}\n`);
}

/** The checkpoint of a note that every key of the policy's log has signed and enough of its witnesses.
 * CoreError `quorum_missing`, or of note, signature or checkpoint. */
export async function openCheckpoint(policy: Policy, note: Bytes): Promise<Checkpointed> {
  const { text, signed } = await verified(note, [...policy.logs, ...policy.witnesses.map((witness) => witness.key)]);
  if (!policy.logs.every((key) => signed.has(key))) {
    throw new CoreError("note_signer_unknown", "not every key of the log has signed");
  }
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== policy.logs[0]!.name) {
    throw new CoreError("checkpoint_malformed", "the checkpoint is of another log");
  }
  const witnessed = new Map<string, number>();
  for (const { name, key } of policy.witnesses) {
    const time = signed.get(key);
    if (typeof time === "number") witnessed.set(name, time);
  }
  if (!meetsQuorum(policy, witnessed)) throw new CoreError("quorum_missing", "too few witnesses have cosigned");
  return { checkpoint, witnessed };
}

export function meetsQuorum(policy: Policy, witnessed: ReadonlyMap<string, number>): boolean {
  const met = new Set(witnessed.keys());
  for (const { name, least, members } of policy.groups) {
    if (members.filter((member) => met.has(member)).length >= least) met.add(name);
  }
  return policy.quorum === "none" || met.has(policy.quorum);
}

function decodeLines(data: Uint8Array): string[] {
  let text: string;
  try {
    text = fromUtf8(data);
  } catch {
    throw malformed("not UTF-8");
  }
  if (CONTROLS.test(text)) throw malformed("control characters");
  return text.split("\n");
}

async function serverKey(text: string): Promise<Bytes> {
  let key: Bytes;
  try {
    key = fromBase64(text);
  } catch {
    throw malformed("the server key");
  }
  await checkPublicKey("ed25519", key);
  return key;
}

async function addRoot(policy: Policy, text: string): Promise<void> {
  if (policy.root) throw malformed("two site roots");
  policy.root = await ofType(text, [ED25519]);
}

async function addStatement(policy: Policy, words: string[]): Promise<void> {
  const [word, name, ...rest] = words;
  if (word === undefined || word.startsWith("#")) return;
  if (name === undefined) throw malformed(`a line ${word} says nothing`);
  if (word === "log" && rest.length <= 1) policy.logs.push(await ofType(name, [ED25519, MLDSA44_COSIGNATURE]));
  else if (word === "witness") await addWitness(policy, name, rest);
  else if (word === "group") addGroup(policy, name, rest);
  else if (word === "quorum" && !rest.length) setQuorum(policy, name);
  else throw malformed(`an unknown line ${word}`);
}

async function addWitness(policy: Policy, name: string, [text, url, ...rest]: string[]): Promise<void> {
  if (text === undefined || rest.length) throw malformed("a witness has a name and a key");
  checkNew(policy, name);
  policy.witnesses.push({ name, key: await ofType(text, [ED25519_COSIGNATURE, MLDSA44_COSIGNATURE]), url: url ?? null });
}

function addGroup(policy: Policy, name: string, [least, ...members]: string[]): void {
  checkNew(policy, name);
  const used = new Set(policy.groups.flatMap((group) => group.members));
  for (const member of members) {
    if (!isDefined(policy, member) || used.has(member)) throw malformed(`${member} is not defined before, or used twice`);
    used.add(member);
  }
  const count = least === "all" ? members.length : least === "any" ? 1 : threshold(least ?? "");
  if (count < 1 || count > members.length) throw malformed("a group needs one to all of its members");
  policy.groups.push({ name, least: count, members });
}

function threshold(text: string): number {
  if (!/^[1-9][0-9]?$/.test(text)) throw malformed("the threshold of a group");
  return Number(text);
}

function setQuorum(policy: Policy, name: string): void {
  if (policy.quorum) throw malformed("two quorums");
  if (name !== "none" && !isDefined(policy, name)) throw malformed(`${name} is not defined before`);
  policy.quorum = name;
}

async function ofType(text: string, types: readonly number[]): Promise<Key> {
  const key = await parseVkey(text);
  if (!types.includes(key.type)) throw malformed(`a key of type ${key.type} does not sign here`);
  return key;
}

function checkNew(policy: Policy, name: string): void {
  if (name === "none" || isDefined(policy, name)) throw malformed(`${name} is defined twice`);
}

function isDefined(policy: Policy, name: string): boolean {
  return [...policy.witnesses, ...policy.groups].some((item) => item.name === name);
}

/** Nobody may count twice, under whatever name. */
function checkTwice(keys: readonly Key[]): void {
  if (new Set(keys.map((key) => hex(key.publicKey))).size !== keys.length) throw malformed("a key stands twice");
}

function malformed(detail: string): CoreError {
  return new CoreError("policy_malformed", detail);
}
