/** Checks a dossier: each record, its place in the log, and that nothing of the batch's stream is left out. */
import { type Bytes, equal, hex, sha256 } from "../core/bytes";
import { parse } from "../core/canonical";
import type { Checkpoint } from "../core/checkpoint";
import type { Header } from "../core/entry";
import { leafHash, rootFromMultiproof } from "../core/merkle";
import { type Policy, parsePolicy } from "../core/policy";
import { CoreError } from "../core/types";
import {
  CHECKPOINT, type EntryRecord, FILES, POLICY, PROOF, type Proof, RECORDS, isSpelled, parseProof, parseRecord, recordLines,
} from "./bundle";
import { KEYS_CHANGED, Keyring, REVOKED_FLAG } from "./keyring";
import {
  type Fields, type Receipt, checkDeviceSignature, checkPayload, isObject, leafData, nextStreamHash, parseHeader,
  parseReceipt, parseSignatures,
} from "./lines";
import { CERTIFICATE, openWithCertificate } from "./log";
import { Pdf } from "./pdf";
import { attachments, checkPdfSignature } from "./pdf-signature";
import { openLogProof, parseLogProof } from "./proof";
import { type Result, Wrong, failed, fault, start } from "./result";
import type { Seen } from "./rules";
import { Seals } from "./seal";
import { stampedAt } from "./timestamp";

/** Files of a dossier that are checked where they are there; others are nobody's business. */
const [SEAL, TIMESTAMP] = ["seal.tlog-proof", "timestamp.tsr"];
const OPTIONAL = [CERTIFICATE, SEAL, TIMESTAMP];

export type Files = ReadonlyMap<string, Bytes>;
export interface DossierReport { result: Result; policy: Policy | null }

/** Check the attached files. `trusted` is the policy got another way; null takes that of the bundle, which only shows
 * that the dossier agrees with itself. `seen` is told each record that is right. */
export async function verifyBundle(files: Files, trusted: Policy | null, seen: (entry: Seen) => void): Promise<DossierReport> {
  let [result, policy] = [start(trusted !== null), trusted];
  try {
    const missing = FILES.filter((name) => !files.has(name));
    if (missing.length) throw fault("bundle_malformed", `${missing.join(", ")} is missing`);
    policy ??= await parsePolicy(files.get(POLICY)!);
    const opened = await openWithCertificate(policy, files.get(CHECKPOINT)!, files.get(CERTIFICATE) ?? null);
    const { checkpoint, witnessed } = opened;
    policy = opened.policy;
    result = { ...result, size: checkpoint.size, root: hex(checkpoint.root), witnessed: Object.fromEntries(witnessed) };
    const proof = parseProof(files.get(PROOF)!);
    const check = new Check(proof, new Keyring(policy), seen);
    await check.records(recordLines(files.get(RECORDS)!));
    await checkRoot(proof, checkpoint);
    if (!isSpelled(files.get(RECORDS)!)) {
      throw fault("bundle_malformed", "the records are whole, but the file was written anew");
    }
    if (files.has(SEAL)) await check.sealProof(files.get(SEAL)!, policy);
    const stamp = files.get(TIMESTAMP);
    const stamped_at = stamp ? await stampedAt(stamp, files.get(CHECKPOINT)!) : null;
    const { withheld, entries, sealedAt } = check;
    const found = { stream: proof.stream, entries, sealed_at: sealedAt, stamped_at, stamp_checked: false };
    return { result: { ...result, ok: true, withheld, ...found }, policy };
  } catch (error) {
    return { result: failed(result, error), policy };
  }
}

/** Check a dossier as a PDF: its attachments, and the server's signature over all of it, pages included. */
export async function verifyPdf(data: Bytes, trusted: Policy | null, seen: (entry: Seen) => void): Promise<DossierReport> {
  let report: DossierReport = { result: start(trusted !== null), policy: trusted };
  try {
    const pdf = new Pdf(data);
    report = await verifyBundle(await attachments(pdf, FILES, OPTIONAL), trusted, seen);
    if (report.result.ok) await checkPdfSignature(pdf, report.policy!);
    return report;
  } catch (error) {
    return { ...report, result: failed(report.result, error) };
  }
}

async function checkRoot(proof: Proof, checkpoint: Checkpoint): Promise<void> {
  if (proof.size !== checkpoint.size) {
    throw fault("proof_wrong", "the proof is for a log of another size than the checkpoint's");
  }
  if (!equal(await rootFromMultiproof(new Map(proof.leaves), proof.size, proof.nodes), checkpoint.root)) {
    throw fault("root_wrong", "the records lead to another root than was signed");
  }
}

class Check {
  withheld = 0;
  private readonly seals = new Seals();
  private sealingLeaf: Bytes = new Uint8Array();

  constructor(private readonly proof: Proof, private readonly keys: Keyring, private readonly seen: (entry: Seen) => void) {}

  /** How many entries the stream has. */
  get entries(): number {
    return this.seals.hashes.length - 1;
  }

  get sealedAt(): number | null {
    return this.seals.sealedAt;
  }

  /** The proof file is that of the last disposition among the records, under a checkpoint of this log. */
  async sealProof(data: Bytes, policy: Policy): Promise<void> {
    const proof = parseLogProof(data);
    if (proof.index !== this.seals.at) throw fault("proof_wrong", "the proof file is not that of the disposition");
    await openLogProof(proof, this.sealingLeaf, policy);
  }

  /** Wrong with the lowest index of a record that is changed, missing or too many. */
  async records(lines: Bytes[]): Promise<void> {
    for (const [position, [index, hash]] of this.proof.leaves.entries()) {
      try {
        const line = lines[position];
        if (!line) throw fault("entry_missing", "the record is left out");
        this.seen(await this.record(index, hash, line));
      } catch (error) {
        throw error instanceof CoreError ? new Wrong(error.code, error.message, index) : error;
      }
    }
    if (lines.length > this.proof.leaves.length) {
      throw fault("bundle_malformed", "there are more records than the proof is for");
    }
    if (!this.entries) throw fault("bundle_malformed", "the stream has no record");
  }

  private async record(index: number, hash: Bytes, line: Bytes): Promise<Seen> {
    const record = parseRecord(line);
    if (record.index !== index) throw fault("entry_missing", `the record of entry ${record.index} stands in its place`);
    const [head, receipt] = [parseHeader(record.header), parseReceipt(record.receipt)];
    if (receipt.index !== index) throw fault("index_wrong", `the receipt is for ${receipt.index}`);
    const key = await this.keys.keyFor(head, claimed(head, record));
    const signatures = parseSignatures(record.signatures);
    await checkDeviceSignature(record.header, signatures, key.alg, key.publicKey);
    const payload = record.held && (await checkPayload(head, ...record.held));
    const leaf = leafData(record.header, record.signatures, record.receipt);
    if (!equal(await leafHash(leaf), hash)) {
      throw fault("leaf_changed", "the record is not the one whose hash the proof holds");
    }
    if (this.keys.revoked(head) && !receipt.flags.includes(REVOKED_FLAG)) {
      throw fault("revocation_ignored", `${head.device} was revoked before, and the receipt does not say so`);
    }
    if (payload === null) this.withheld += 1;
    const digest = await sha256(record.header);
    const running = head.stream === this.proof.stream ? await this.running(head, receipt, digest) : null;
    this.seals.take(index, head, hex(digest), running, payload);
    if (this.seals.at === index) this.sealingLeaf = leaf;
    await this.keys.learn(head, payload);
    return { index, head, receipt, payload, signatures };
  }

  /** The stream's hash after this entry; CoreError unless the receipt has it. */
  private async running(head: Header, receipt: Receipt, digest: Bytes): Promise<string> {
    const { hashes } = this.seals;
    const running = await nextStreamHash(hashes.at(-1)!, digest);
    if (receipt.stream_seq !== hashes.length || receipt.stream_hash !== running) {
      throw fault("stream_chain_wrong", `not the ${hashes.length}. entry of ${head.stream} after the one before`);
    }
    return running;
  }
}

/** What a change of keys says, before its own signature is checked with the key that it brings. */
function claimed(head: Header, record: EntryRecord): Fields | null {
  if (head.kind !== KEYS_CHANGED || record.held === null) return null;
  const value = parse(record.held[1]);
  if (!isObject(value)) throw fault("enrolment_wrong", "the payload is not an object");
  return value;
}
