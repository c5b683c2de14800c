/** What a code says, in the words that a person is told when it was not the expected one. */
import type { Code } from "../core/reading";
import { t } from "../i18n/index.svelte";

/** In words: what should have been scanned, and what was. */
export interface Problem { expected: string; came: string }

/** The label in a code: one of those that are known here before any other; null where it holds none. */
export function labelIn(code: Code, known: string[]): string | null {
  if (code.what === "container" || code.what === "plain") return code.name;
  if (code.what !== "gs1") return null;
  return code.labels.find((one) => known.includes(one)) ?? code.labels[0] ?? null;
}

/** What came, in words; of a badge nothing but that it is one. */
export function saidOf(code: Code): string {
  if (code.what === "badge" || code.what === "enrol") return t().scan.whats[code.what] ?? code.what;
  if (code.what === "wrong") return t().scan.damaged(t().scan.faults[code.why] ?? code.why);
  if (code.what === "gs1") return code.lot === "" ? (t().scan.whats.gs1 ?? "") : t().scan.onlyLot(code.lot);
  return t().scan.named(t().scan.whats[code.what] ?? "", code.name).trim();
}
