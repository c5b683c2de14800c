/** Where quarantined input came from, and what an administrator can do about it, by its code. */
import type { QuarantineLine } from "../api/types";
import { t, word } from "../i18n/index.svelte";

/** The sources are ways into the server: a tablet's document, its connection, the bridge. */
export function originOf({ source }: QuarantineLine): string {
  const words = t().quarantine;
  if (source.startsWith("batch/")) return words.ofBatch(source.slice("batch/".length));
  if (source.startsWith("tablet:")) return words.of(source.slice("tablet:".length));
  return word(words.sources, source);
}

const ADVICE: Record<string, string> = {
  device_unknown: "device_unknown", device_revoked: "device_unknown", device_mismatch: "device_mismatch", stream_mismatch: "device_mismatch",
  signature_wrong: "signature", payload_hash_wrong: "signature", sequence_fork: "fork", id_taken: "fork",
  kind_unknown: "too_new", payload_malformed: "too_new", rule_failed: "rule", not_permitted_from_device: "decision",
  entry_malformed: "shape", entry_too_large: "shape", not_canonical: "shape", frame_malformed: "shape", frame_too_large: "shape",
  change_malformed: "change", change_too_large: "change", change_refused: "change",
};

export const adviceFor = (code: string): string[] => t().quarantine.advice[ADVICE[code] ?? "other"] ?? [];
