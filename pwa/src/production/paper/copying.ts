/** What this tablet types in from a sheet of paper just now: told by its own entries, as the server tells it. */
import type { LocalEntry } from "../../core/types";
import { SPECIMEN } from "../packaging/printed";
import { KIND, SINGLE } from "../progress";

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

/** Kinds that are typed in as they were done; whatever else is recorded meanwhile is of today. */
const TYPED: string[] = [KIND.started, ...SINGLE, SPECIMEN, KIND.completed, KIND.aborted, KIND.skipped, KIND.identified];

/** The entry that began the typing in of which this one is a part, on whichever device; none where it is of today. */
export function sheetOf(entries: readonly LocalEntry[], entry: LocalEntry): LocalEntry | undefined {
  if (!TYPED.includes(entry.kind)) return undefined;
  const before = entries.filter(({ device, payload, seq, kind }) => device === entry.device && payload.phase === entry.payload.phase && seq < entry.seq && (kind === KIND.paperBegun || kind === KIND.paperEnded));
  const last = before.sort((a, b) => b.seq - a.seq)[0];
  return last?.kind === KIND.paperBegun ? last : undefined;
}

/** Who did what an entry says: of what is typed in from paper, whoever did it there. */
export function performer(entries: readonly LocalEntry[], entry: LocalEntry): string {
  return String(sheetOf(entries, entry)?.payload.done_by ?? entry.actor);
}

/** Who has recorded something of what began with this entry. */
export function typists(entries: readonly LocalEntry[], begun: LocalEntry): Set<string> {
  return new Set(entries.filter((one) => sheetOf(entries, one)?.id === begun.id).map(({ actor }) => actor));
}
