/** Checks an archive: every file against its list, the log in it, and each dossier by the keys of that log. */
import { type Bytes, fromUtf8, hex, sha256 } from "../core/bytes";
import { ED25519 } from "../core/note";
import type { Policy } from "../core/policy";
import { verifyPdf } from "./dossier";
import { type LogReport, type Options, type Reader, verifyLog } from "./log";
import { fault } from "./result";

export const LISTED = "SHA256SUMS";

/** A folder: the paths of all files in it, and their bytes. */
export interface Folder { paths: readonly string[]; read: Reader }

/** The result of the log, or of the first file that is wrong. An unpacked backup is checked in the same way.
 * CoreError `log_unreadable` when there is no log to judge. */
export async function verifyArchive(folder: Folder, options: Options): Promise<LogReport> {
  const report = await verifyLog((path) => folder.read(`log/${path}`), { ...options, withheld: false });
  const { result } = report;
  if (!result.ok) return report;
  const wrong = await unlisted(folder, options);
  if (wrong) return { ...report, result: { ...result, ok: false, code: "archive_wrong", reason: `archive_wrong: ${wrong}` } };
  const policy = keys(report.policy!);
  for (const path of folder.paths.filter((one) => /^dossiers\/[^/]+\.pdf$/.test(one)).sort()) {
    const found = (await verifyPdf(await bytes(folder, path), policy, () => undefined)).result;
    const reason = `${path.slice("dossiers/".length)}: ${found.reason}`;
    if (!found.ok) return { ...report, result: { ...result, ok: false, code: found.code, reason } };
  }
  return report;
}

/** Of a dossier, the log's first key is asked: it may hold a checkpoint that was never published. */
function keys(policy: Policy): Policy {
  return { ...policy, logs: policy.logs.filter((key) => key.type === ED25519), witnesses: [], groups: [], quorum: "none" };
}

/** What is wrong with the first file that is not as the list has it. */
async function unlisted(folder: Folder, options: Options): Promise<string | null> {
  const listed = await list(folder);
  const there = folder.paths.filter((path) => path !== LISTED);
  const more = there.filter((path) => !listed.has(path)).map((path) => [path, "is not on the list"]);
  const less = [...listed.keys()].filter((path) => !there.includes(path)).map((path) => [path, "is missing"]);
  const [odd] = [...more, ...less].sort(([a], [b]) => (a! < b! ? -1 : 1));
  if (odd) return odd.join(" ");
  let done = 0;
  for (const [path, digest] of [...listed].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (hex(await sha256(await bytes(folder, path))) !== digest) return `${path} was changed`;
    await options.progress?.(++done, listed.size);
  }
  return null;
}

async function list(folder: Folder): Promise<Map<string, string>> {
  try {
    const lines = fromUtf8(await bytes(folder, LISTED)).split(/\r?\n/).filter(Boolean);
    return new Map(lines.map((line) => {
      const found = /^(.{64}) {2}(.*)$/.exec(line);
      if (!found) throw new RangeError("a line of the list");
      return [found[2]!, found[1]!];
    }));
  } catch (error) {
    throw fault("log_unreadable", `${LISTED}: ${String(error)}`);
  }
}

async function bytes(folder: Folder, path: string): Promise<Bytes> {
  return (await folder.read(path)) ?? new Uint8Array();
}
