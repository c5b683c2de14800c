/** What this tablet types in from a sheet of paper just now: told by its own entries, as the server tells it. */
import type { LocalEntry } from "../../core/types";
import { KIND } from "../progress";

/** The entries that began it and that nothing has ended, one for each phase; `phase`: of this one only. */
export function copyings(entries: readonly LocalEntry[], phase?: string): LocalEntry[] {
  const running = new Map<string, LocalEntry>();
  const own = entries.filter((one) => one.own && (one.kind === KIND.paperBegun || one.kind === KIND.paperEnded));
  for (const one of own.sort((a, b) => a.seq - b.seq)) {
    const at = String(one.payload.phase);
    if (one.kind === KIND.paperBegun) running.set(at, one);
    else running.delete(at);
  }
  return [...running.values()].filter((one) => phase === undefined || one.payload.phase === phase);
}
