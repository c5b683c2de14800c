/** Entries as screens see them, read once from their exact bytes; and the order in which they are listed. */
import { decodeEnvelope, type Header, readHeader, readPayload } from "./entry";
import type { Standing } from "./ledger";
import { fromUtf8 } from "./bytes";
import { CoreError, type LocalEntry } from "./types";

type Content = Omit<LocalEntry, "place" | "flags" | "index" | "own" | "signature" | "recordedAt">;

/** The content of an entry's wire form; CoreError `entry_malformed` or `not_canonical`. */
export function contentOf(bytes: Uint8Array): Content {
  const envelope = decodeEnvelope(bytes);
  const header = readHeader(envelope);
  checkShape(header);
  return {
    id: header.id, kind: header.kind, subject: header.subject, actor: header.actor, device: header.device, seq: header.seq,
    capturedAt: header.captured_at, seen: header.seen?.size ?? 0, offset: header.offset, corrects: header.corrects, reason: header.reason, payload: readPayload(envelope),
  };
}

/** Any device can put anything under an id; what a screen could stumble over is no entry. */
function checkShape(header: Header): void {
  const texts = [header.kind, header.subject, header.actor, header.device, header.captured_at, header.corrects ?? "", header.reason ?? ""];
  const timely = !Number.isNaN(Date.parse(header.captured_at)) && Math.abs(header.offset) <= 24 * 60;
  if (!timely || texts.some((text) => typeof text !== "string")) throw new CoreError("entry_malformed", "header");
}

/** What the server's receipt says; null bytes mean that there is none yet. */
export function standingOf(receipt: Uint8Array | undefined): Standing | null {
  if (!receipt) return null;
  const { index, flags, verdict } = JSON.parse(fromUtf8(receipt)) as { index: number | null; flags: string[]; verdict: string };
  return { place: verdict === "quarantined" ? "quarantined" : "logged", flags, index };
}

/** When the log took an entry, as its receipt tells it. */
export function recordedAtOf(receipt: Uint8Array | undefined): string | null {
  if (!receipt) return null;
  const { index, recorded_at } = JSON.parse(fromUtf8(receipt)) as { index: number | null; recorded_at: string };
  return index === null ? null : recorded_at;
}

/** By capture time, but never against a device's own sequence: a clock that was set back must not reorder its work. */
export function inOrder(entries: LocalEntry[]): LocalEntry[] {
  const latest = new Map<string, string>();
  const key = new Map<LocalEntry, string>();
  for (const item of [...entries].sort((a, b) => a.seq - b.seq)) {
    const before = latest.get(item.device) ?? "";
    const at = item.capturedAt > before ? item.capturedAt : before;
    latest.set(item.device, at);
    key.set(item, at);
  }
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...entries].sort(
    (a, b) => compare(key.get(a)!, key.get(b)!) || compare(a.device, b.device) || a.seq - b.seq,
  );
}
