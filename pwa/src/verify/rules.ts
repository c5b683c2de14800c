/** The rules that each entry of a whole log must fulfil against the entries before it. */
import { type Bytes, hex, sha256 } from "../core/bytes";
import type { Header, Signature } from "../core/entry";
import type { Policy } from "../core/policy";
import { CoreError } from "../core/types";
import { Keyring, REVOKED_FLAG, SERVER } from "./keyring";
import {
  FIRST_PREV, type Fields, type Receipt, checkDeviceSignature, checkPayload, isObject, nextStreamHash, parseHeader,
  parseReceipt, parseSignatures, splitLeaf,
} from "./lines";
import { Wrong, fault } from "./result";

export const ERASED = "site.payloads_erased.v1";

/** Salt and payload as bytes, null where they are withheld or erased. */
export type Held = readonly [Bytes, Bytes] | null;

/** An entry that kept the rules, for whoever shows it. */
export interface Seen { index: number; head: Header; receipt: Receipt; payload: Fields | null; signatures: Signature[] }

/** The head of a device's chain, while nothing after it has vouched for its signature. */
interface Last { index: number; seq: number; digest: string; header: Bytes; signatures: Signature[] }

/** Feed it every entry from index 0 in order. With `full` each signature is checked at its entry; without, only that
 * of each device's last entry before a change of key or the end, since each header hashes its predecessor. */
export class EntryRules {
  erased = 0;
  private readonly keys: Keyring;
  /** By index: the id, or null for an erasure, which no other one may name. */
  private readonly missing = new Map<number, string | null>();
  private readonly streams = new Map<string, [number, string]>();
  private readonly devices = new Map<string, Last>();
  private recordedAt = "";

  constructor(policy: Policy, private readonly full: boolean) {
    this.keys = new Keyring(policy);
  }

  /** Payloads that are missing, and that nothing so far has erased. */
  get withheld(): number {
    return this.missing.size;
  }

  /** CoreError of the first rule that this entry breaks; Wrong when it is an earlier entry that is wrong. */
  async check(index: number, leaf: Bytes, held: Held): Promise<Seen> {
    const [header, line, stamp] = splitLeaf(leaf);
    const [head, receipt, signatures] = [parseHeader(header), parseReceipt(stamp), parseSignatures(line)];
    const payload = held && (await checkPayload(head, ...held));
    if (!held) this.missing.set(index, head.device === SERVER && head.kind === ERASED ? null : head.id);
    const digest = await sha256(header);
    await this.checkReceipt(index, head, receipt, digest);
    this.checkChain(head);
    const key = await this.keys.keyFor(head, payload);
    if (this.keys.revoked(head) && !receipt.flags.includes(REVOKED_FLAG)) {
      throw fault("revocation_ignored", `${head.device} was revoked before, and the receipt does not say so`);
    }
    if (this.full) await checkDeviceSignature(header, signatures, key.alg, key.publicKey);
    else await this.settle(head, payload);
    // Nothing later vouches for these: each header hashes the one before, but not what people signed beside it.
    if (signatures.length > 1) await this.keys.checkPeople(header, signatures, receipt.flags);
    this.devices.set(head.device, { index, seq: head.seq, digest: hex(digest), header, signatures });
    await this.keys.learn(head, payload);
    this.erase(head, payload);
    return { index, head, receipt, payload, signatures };
  }

  /** Check what fast mode has put off, and that every payload is there, or erased, or may be withheld. */
  async finish(mayWithhold: boolean): Promise<void> {
    if (!this.full) {
      for (const last of [...this.devices.values()].sort((a, b) => a.index - b.index)) await this.checkLast(last);
    }
    if (this.missing.size && !mayWithhold) {
      // They were put in in their order, and may be more than a call takes arguments.
      const [first] = this.missing.keys();
      throw new Wrong("payload_missing", "its payload is not there, and nothing says that it was erased", first!);
    }
  }

  private async checkReceipt(index: number, head: Header, receipt: Receipt, digest: Bytes): Promise<void> {
    if (receipt.index !== index) throw fault("index_wrong", `the entry at ${index} has a receipt for ${receipt.index}`);
    if (receipt.recorded_at < this.recordedAt) {
      throw fault("recorded_at_wrong", `${receipt.recorded_at} is before the entry before it`);
    }
    this.recordedAt = receipt.recorded_at;
    const [count, running] = this.streams.get(head.stream) ?? [0, FIRST_PREV];
    const next = await nextStreamHash(running, digest);
    if (receipt.stream_seq !== count + 1 || receipt.stream_hash !== next) {
      throw fault("stream_chain_wrong", `not the ${count + 1}. entry of ${head.stream} after the one before`);
    }
    this.streams.set(head.stream, [count + 1, next]);
  }

  private checkChain(head: Header): void {
    const last = this.devices.get(head.device);
    const [seq, prev] = last ? [last.seq + 1, last.digest] : [1, FIRST_PREV];
    if (head.seq !== seq || head.prev !== prev) {
      throw fault("device_chain_wrong", `not the ${seq}. entry of ${head.device} after the one before`);
    }
  }

  /** Before a key is replaced: nothing later vouches for the last entry that was signed with it. */
  private async settle(head: Header, payload: Fields | null): Promise<void> {
    const replaced = await this.keys.replaced(head, payload);
    const last = replaced === null ? undefined : this.devices.get(replaced);
    if (last) await this.checkLast(last);
  }

  private erase(head: Header, payload: Fields | null): void {
    if (head.device !== SERVER || head.kind !== ERASED || payload === null) return;
    for (const [index, id] of erasedBy(payload)) {
      if (this.missing.get(index) !== id) continue;
      this.missing.delete(index);
      this.erased += 1;
    }
  }

  private async checkLast(last: Last): Promise<void> {
    const key = this.keys.key(parseHeader(last.header).device);
    try {
      await checkDeviceSignature(last.header, last.signatures, key.alg, key.publicKey);
    } catch (error) {
      if (error instanceof CoreError) throw new Wrong(error.code, error.message, last.index);
      throw error;
    }
  }
}

/** Index and id of each entry whose payload this erasure names; CoreError `erasure_wrong`. */
export function erasedBy(payload: Fields): [number, string][] {
  if (!Array.isArray(payload.entries)) throw fault("erasure_wrong", "an erasure names entries");
  return payload.entries.map((one: unknown) => {
    if (!isObject(one) || typeof one.index !== "number" || typeof one.id !== "string") {
      throw fault("erasure_wrong", "an erasure names entries by index and id");
    }
    return [one.index, one.id];
  });
}
