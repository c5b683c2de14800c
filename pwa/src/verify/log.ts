/** The walk over a whole log: every entry, the tree rebuilt from them, and the tiles that others proved things with. */
import { type Bytes, concat, equal, hex } from "../core/bytes";
import type { Checkpoint } from "../core/checkpoint";
import { Edge, leafHash } from "../core/merkle";
import { type Checkpointed, type Policy, openCheckpoint, parsePolicy } from "../core/policy";
import { CoreError } from "../core/types";
import { renewed } from "./certificate";
import { splitLines } from "./lines";
import { type Result, Wrong, failed, fault, start } from "./result";
import { EntryRules, type Held, type Seen } from "./rules";
import { type Tile, WIDTH, decodeEntries, decodePayload, path, row, upper } from "./tiles";

export const CERTIFICATE = "certificate";

/** The bytes of a file of the log, null where there is none. */
export type Reader = (path: string) => Promise<Bytes | null>;

export interface Options {
  /** The policy got another way; null takes the one beside the log. */
  trusted: Policy | null;
  /** Payloads may be missing that nothing has erased, as in an export without payloads. */
  withheld: boolean;
  full?: boolean;
  /** Told after each bundle; what it gives back is awaited, so that a page stays live. */
  progress?: (done: number, size: number) => Promise<void> | void;
  /** Told each entry that kept the rules, in order; again from 0 when every signature is checked. */
  seen?: (entry: Seen) => void;
}

export interface LogReport { result: Result; policy: Policy | null }

/** Check a log as files. CoreError `log_unreadable` when there is no log to judge. */
export async function verifyLog(read: Reader, options: Options): Promise<LogReport> {
  const signed = await read("checkpoint");
  if (signed === null) throw fault("log_unreadable", "there is no checkpoint");
  const begun = start(options.trusted !== null);
  let policy: Policy | null = null;
  try {
    policy = options.trusted ?? (await policyBeside(read));
    const opened = await openWithCertificate(policy, signed, await read(CERTIFICATE));
    policy = opened.policy;
    const { checkpoint } = opened;
    const known: Result = {
      ...begun, size: checkpoint.size, root: hex(checkpoint.root), witnessed: Object.fromEntries(opened.witnessed),
    };
    let result = await walk(read, checkpoint, policy, options, options.full === true, known);
    // Only checking every signature tells which entry of a device's chain is the first that nobody signed.
    if (!result.ok && !options.full) result = await walk(read, checkpoint, policy, options, true, known);
    return { result, policy };
  } catch (error) {
    return { result: failed(begun, error), policy };
  }
}

/** The checkpoint as log and witnesses have signed it; and the policy, with the keys of the certificate where its own
 * are not those that signed. */
export async function openWithCertificate(
  policy: Policy, signed: Bytes, certificate: Bytes | null,
): Promise<Checkpointed & { policy: Policy }> {
  try {
    return { policy, ...(await openCheckpoint(policy, signed)) };
  } catch (error) {
    if (!(error instanceof CoreError) || error.code !== "note_signer_unknown") throw error;
    const later = await renewed(policy, certificate);
    if (later === policy) throw error;
    return { policy: later, ...(await openCheckpoint(later, signed)) };
  }
}

async function policyBeside(read: Reader): Promise<Policy> {
  const data = await read("policy");
  if (data === null) throw fault("policy_malformed", "there is no policy beside the log, and none was given");
  return parsePolicy(data);
}

async function walk(
  read: Reader, checkpoint: Checkpoint, policy: Policy, options: Options, full: boolean, known: Result,
): Promise<Result> {
  const rules = new EntryRules(policy, full);
  const counted = (result: Result): Result => ({ ...result, withheld: rules.withheld, erased: rules.erased });
  try {
    await new Walk(read, checkpoint, rules, options).run();
    return counted({ ...known, ok: true });
  } catch (error) {
    if (error instanceof Wrong) return counted(failed(known, error));
    throw error;
  }
}

class Walk {
  private readonly edge = new Edge();
  /** Hashes of the levels above 0 that tiles hold. */
  private readonly levels: Bytes[][] = [];
  /** The first leaf whose hash differs from the tiles': entry or tile is wrong, the root says which. */
  private changed: number | null = null;

  constructor(
    private readonly read: Reader, private readonly checkpoint: Checkpoint,
    private readonly rules: EntryRules, private readonly options: Options,
  ) {}

  /** Wrong with the lowest index that can be named. */
  async run(): Promise<void> {
    const { size, root } = this.checkpoint;
    for (const { n, width } of row("entries", size)) {
      await this.bundle(n * WIDTH, width);
      await this.options.progress?.(n * WIDTH + width, size);
    }
    if (!equal(await this.edge.root(), root)) await this.explainRoot();
    await this.rules.finish(this.options.withheld);
    await this.compareTiles();
  }

  private async bundle(first: number, width: number): Promise<void> {
    const leaves = await this.leaves(first, width);
    const hashes = await Promise.all(leaves.map(leafHash));
    await this.compareLeaves(first, width, hashes);
    const payloads = await this.payloads(first, width);
    for (const [offset, leaf] of leaves.entries()) await this.entry(first + offset, leaf, payloads[offset]!);
    if (leaves.length < width) {
      throw this.earliest(new Wrong("entry_missing", "the log ends before its checkpoint", first + leaves.length));
    }
    for (const hash of hashes) {
      for (const [level, node] of await this.edge.append(hash)) {
        if (level % 8 === 0) (this.levels[level / 8 - 1] ??= []).push(node);
      }
    }
  }

  /** As many leaves of a bundle as are whole; more than there may be are found when all others are right. */
  private async leaves(first: number, width: number): Promise<Bytes[]> {
    const data = await this.bytes({ kind: "entries", n: first / WIDTH, width });
    const { leaves, exact } = decodeEntries(data, width);
    if (leaves.length === width && !exact) this.noteChanged(first + width);
    return leaves;
  }

  private async compareLeaves(first: number, width: number, hashes: Bytes[]): Promise<void> {
    const tile = await this.bytes({ kind: 0, n: first / WIDTH, width });
    const differs = hashes.findIndex((hash, i) => !equal(tile.subarray(32 * i, 32 * i + 32), hash));
    if (differs >= 0) this.noteChanged(first + differs);
    else if (tile.length > 32 * width) this.noteChanged(first + width);
  }

  private noteChanged(index: number): void {
    this.changed = Math.min(this.changed ?? index, index);
  }

  private async entry(index: number, leaf: Bytes, line: Bytes | null): Promise<void> {
    try {
      const held: Held = line && decodePayload(line, index);
      // Checked first, whether or not anybody wants to see it.
      const entry = await this.rules.check(index, leaf, held);
      this.options.seen?.(entry);
    } catch (error) {
      if (error instanceof Wrong) throw this.earliest(error);
      if (error instanceof CoreError) throw this.earliest(new Wrong(error.code, error.message, index));
      throw error;
    }
  }

  /** The lines of a payload file; null, which is withheld, for all where the whole file is. */
  private async payloads(first: number, width: number): Promise<(Bytes | null)[]> {
    const data = await this.read(path({ kind: "payloads", n: first / WIDTH, width }));
    if (data === null) return Array.from({ length: width }, () => null);
    const lines = splitLines(data);
    const end = lines.pop()!;
    if (lines.length > width || end.length) this.noteChanged(first + Math.min(lines.length, width));
    // A line that is cut off or missing is there as nothing, which is no line of any entry.
    return Array.from({ length: width }, (_, i) => lines[i] ?? new Uint8Array());
  }

  private earliest(wrong: Wrong): Wrong {
    return this.changed !== null && wrong.index !== null && this.changed < wrong.index ? leafChanged(this.changed) : wrong;
  }

  private async explainRoot(): Promise<never> {
    if (this.changed !== null) throw leafChanged(this.changed);
    for (const [tile, expected] of this.upperTiles()) {
      const found = await this.bytes(tile);
      for (let at = 0; at < expected.length; at += 32) {
        if (equal(found.subarray(at, at + 32), expected.subarray(at, at + 32))) continue;
        const span = WIDTH ** (tile.kind as number);
        const low = (tile.n * WIDTH + at / 32) * span;
        throw new Wrong("root_wrong", `the entries lead to another root; a changed one is among ${low} to ${low + span - 1}`, null);
      }
    }
    throw new Wrong("root_wrong", "entries and tiles agree, but lead to another root than was signed", null);
  }

  /** All entries are right, so what differs now is a tile. */
  private async compareTiles(): Promise<void> {
    if (this.changed !== null) throw new Wrong("tile_wrong", "the entries are right, but a file beside them is not", this.changed);
    for (const [tile, expected] of this.upperTiles()) {
      const found = await this.read(path(tile));
      if (found !== null && equal(found, expected)) continue;
      const first = tile.n * WIDTH * WIDTH ** (tile.kind as number);
      throw new Wrong("tile_wrong", `the entries are right, but ${path(tile)} is not`, first);
    }
  }

  private upperTiles(): [Tile, Bytes][] {
    return upper(this.checkpoint.size).map((tile) => {
      const hashes = this.levels[(tile.kind as number) - 1] ?? [];
      return [tile, concat(...hashes.slice(tile.n * WIDTH, tile.n * WIDTH + tile.width))];
    });
  }

  private async bytes(tile: Tile): Promise<Bytes> {
    return (await this.read(path(tile))) ?? new Uint8Array();
  }
}

function leafChanged(index: number): Wrong {
  return new Wrong("leaf_changed", "the entry is not the one whose hash the log holds", index);
}
