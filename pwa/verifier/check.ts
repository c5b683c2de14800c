/** Finds out what was picked and checks it; everything happens on this page. */
import { utf8 } from "../src/core/bytes";
import { type Policy, parsePolicy } from "../src/core/policy";
import { CoreError } from "../src/core/types";
import { LISTED, verifyArchive } from "../src/verify/archive";
import { RECORDS } from "../src/verify/bundle";
import { verifyBundle, verifyPdf } from "../src/verify/dossier";
import { verifyLog } from "../src/verify/log";
import { verifyLogProof } from "../src/verify/proof";
import type { Result } from "../src/verify/result";
import type { Seen } from "../src/verify/rules";
import { type Picked, bytes, folderOf, reader } from "./picked";

/** Enough for whoever reads; all are checked. */
export const MOST_SHOWN = 20_000;

export type Kind = "pdf" | "files" | "log" | "archive" | "proof";
/** `entries` are those that are in order, as many as are shown; `count` is how many there are. */
export interface Outcome { kind: Kind; name: string; at: string; result: Result; policy: Policy | null; entries: Seen[]; count: number }

export interface Wishes {
  /** The policy that was got another way, as text; empty takes the one beside. */
  policy: string;
  withheld: boolean;
  progress: (done: number, size: number) => Promise<void>;
}

/** CoreError: what stands in the policy's field is none, or nothing that can be checked was picked (`nothing_to_check`,
 * `proof_alone`, `policy_needed`). */
export async function check(picked: Picked, wishes: Wishes): Promise<Outcome> {
  const trusted = wishes.policy.trim() ? await parsePolicy(utf8(`${wishes.policy.trim()}\n`)) : null;
  const shown: Seen[] = [];
  let count = 0;
  const seen = (entry: Seen): void => {
    // The first of a second round over a log, which checks every signature.
    if (count && shown[0]?.index === entry.index) shown.length = count = 0;
    count += 1;
    if (shown.length < MOST_SHOWN) shown.push(entry);
  };
  const [kind, name, report] = await run(picked, trusted, wishes, seen);
  const wrong = report.result.first_wrong;
  // What stands behind the first wrong entry is not vouched for, even if it was read.
  const entries = wrong === null ? shown : shown.filter((entry) => entry.index < wrong);
  if (entries.length < shown.length) count = entries.length;
  return { kind, name, at: new Date().toISOString(), ...report, entries, count };
}

type Report = { result: Result; policy: Policy | null };

async function run(
  picked: Picked, trusted: Policy | null, wishes: Wishes, seen: (entry: Seen) => void,
): Promise<[Kind, string, Report]> {
  const [file] = picked.values();
  if (!file) throw new CoreError("nothing_to_check");
  const proof = [...picked.values()].find(({ name }) => name.endsWith(".tlog-proof"));
  const bundle = folderOf(picked, RECORDS);
  const archive = folderOf(picked, LISTED);
  const log = folderOf(picked, "checkpoint");
  const { withheld, progress } = wishes;
  const options = { trusted, withheld, progress, seen };
  if (bundle !== null) return ["files", bundle || RECORDS, await verifyBundle(await read(picked, bundle), trusted, seen)];
  if (archive !== null && picked.has(`${archive}log/checkpoint`)) {
    const paths = [...picked.keys()].filter((path) => path.startsWith(archive)).map((path) => path.slice(archive.length));
    return ["archive", archive, await verifyArchive({ paths, read: reader(picked, archive) }, options)];
  }
  if (log !== null) return ["log", log || file.name, await verifyLog(reader(picked, log), options)];
  if (proof) return ["proof", proof.name, await checkProof(picked, proof, trusted)];
  if (picked.size > 1) throw new CoreError("nothing_to_check");
  return ["pdf", file.name, await verifyPdf(await bytes(file), trusted, seen)];
}

/** A proof says nothing without the leaf that it is for, nor without keys. */
async function checkProof(picked: Picked, proof: File, trusted: Policy | null): Promise<Report> {
  const others = [...picked.values()].filter((file) => file !== proof);
  if (others.length !== 1) throw new CoreError("proof_alone");
  if (!trusted) throw new CoreError("policy_needed");
  return { policy: trusted, result: await verifyLogProof(await bytes(proof), await bytes(others[0]!), trusted) };
}

/** The files of a folder, by their names. */
async function read(picked: Picked, folder: string): Promise<Map<string, Awaited<ReturnType<typeof bytes>>>> {
  const paths = [...picked.keys()].filter((path) => path.startsWith(folder) && !path.slice(folder.length).includes("/"));
  return new Map(await Promise.all(paths.map(async (path) => [path.slice(folder.length), await bytes(picked.get(path)!)] as const)));
}
