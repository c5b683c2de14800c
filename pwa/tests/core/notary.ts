/** A log in memory that signs, publishes and proves, for imitated servers; and that can be made to lie. */
import { type Bytes, base64, concat, utf8 } from "../../src/core/bytes";
import { encode } from "../../src/core/canonical";
import { decodeEnvelope, leafOf } from "../../src/core/entry";
import { leafHash, nodeHash } from "../../src/core/merkle";
import { ED25519, ED25519_COSIGNATURE, type Key, type KeyType, makeKey, vkey } from "../../src/core/note";

interface Signer { key: Key; sign(message: Bytes): Promise<Bytes> }
interface Leaf { id: string; hash: Bytes; receipt: Bytes }

const TIME = 1_795_000_000;

export async function signer(name: string, type: KeyType = ED25519): Promise<Signer> {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const key = await makeKey(name, type, new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  return { key, sign: async (message) => new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, pair.privateKey, message)) };
}

/** A signed note: the text, an empty line, a line of each signer; cosigners with their time. */
export async function signNote(text: string, ...signers: Signer[]): Promise<string> {
  const lines = signers.map(async ({ key, sign }) => {
    const time = new Uint8Array(8);
    new DataView(time.buffer).setBigUint64(0, BigInt(TIME));
    const plain = key.type === ED25519;
    const signature = await sign(plain ? utf8(text) : utf8(`cosignature/v1\ntime ${TIME}\n${text}`));
    const id = Uint8Array.from(key.id.match(/../g)!, (pair) => Number.parseInt(pair, 16));
    return `— ${key.name} ${base64(concat(id, plain ? new Uint8Array() : time, signature))}\n`;
  });
  return `${text}\n${(await Promise.all(lines)).join("")}`;
}

/** The root over leaf hashes start..stop-1, RFC 6962 section 2.1. */
async function root(hashes: Bytes[]): Promise<Bytes> {
  if (hashes.length <= 1) return hashes[0] ?? new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array()));
  const at = half(hashes.length);
  return nodeHash(await root(hashes.slice(0, at)), await root(hashes.slice(at)));
}

function half(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

export class Notary {
  leaves: Leaf[] = [];
  /** How much of it is published; null is everything. */
  limit: number | null = null;
  /** Whether the witness cosigns what is published. */
  witnessing = true;
  readonly log: Promise<Signer> = signer("pestle.example/log");
  witness: Promise<Signer> | null = null;
  /** Lines that stand in the policy before the log's. */
  comments: string[] = [];

  async policy(serverKey: string): Promise<string> {
    const witness = this.witness && (await this.witness).key;
    const lines = [...this.comments, `# server-key ed25519:${serverKey}`, `log ${vkey((await this.log).key)}`];
    if (witness) lines.push(`witness w1 ${vkey(witness)}`);
    return `${[...lines, `quorum ${witness ? "w1" : "none"}`].join("\n")}\n`;
  }

  async append(id: string, envelope: Uint8Array, flags: string[] = []): Promise<number> {
    const index = this.leaves.length;
    const stamp = { flags, index, recorded_at: "2026-11-22T09:30:01.000Z", stream_hash: "0".repeat(64), stream_seq: index + 1 };
    const receipt = encode({ ...stamp, verdict: flags.length ? "flagged" : "accepted" });
    this.leaves.push({ id, receipt, hash: await leafHash(leafOf(decodeEnvelope(envelope), receipt)) });
    return index;
  }

  get size(): number {
    return this.limit ?? this.leaves.length;
  }

  async note(): Promise<string> {
    const text = `${(await this.log).key.name}\n${this.size}\n${base64(await root(this.hashes(0, this.size)))}\n`;
    const signers = [await this.log, ...(this.witness && this.witnessing ? [await this.witness] : [])];
    return signNote(text, ...signers);
  }

  async prove(ids: string[]): Promise<{ note: string; leaves: unknown[]; nodes: string[] }> {
    const size = this.size;
    const found = this.leaves.slice(0, size).flatMap(({ id, receipt }, index) => (ids.includes(id) ? [{ id, index, receipt: base64(receipt) }] : []));
    const nodes: string[] = [];
    const walk = async (start: number, stop: number): Promise<void> => {
      if (!found.some(({ index }) => index >= start && index < stop)) return void nodes.push(base64(await root(this.hashes(start, stop))));
      if (stop - start === 1) return;
      const middle = start + half(stop - start);
      await walk(start, middle);
      await walk(middle, stop);
    };
    if (found.length) await walk(0, size);
    return { note: await this.note(), leaves: found, nodes };
  }

  async consistent(from: number, to: number): Promise<string[] | null> {
    if (from < 1 || to > this.leaves.length || from > to) return null;
    const walk = async (start: number, stop: number, whole: boolean): Promise<Bytes[]> => {
      if (from === stop) return whole ? [] : [await root(this.hashes(start, stop))];
      const middle = start + half(stop - start);
      if (from <= middle) return [...(await walk(start, middle, whole)), await root(this.hashes(middle, stop))];
      return [...(await walk(middle, stop, false)), await root(this.hashes(start, middle))];
    };
    return (await walk(0, to, true)).map(base64);
  }

  private hashes(start: number, stop: number): Bytes[] {
    return this.leaves.slice(start, stop).map(({ hash }) => hash);
  }
}

export const COSIGNER = ED25519_COSIGNATURE;
