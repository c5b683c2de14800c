/** What stands in a record, from its entries alone: every device and the server say the same (server/engines/forms/records). */
import type { LocalEntry, Place } from "../core/types";
import type { Value, Values } from "../engines/forms/types";
import type { Source } from "../forms/filling";

export const KIND = {
  values: "forms.values_recorded.v1", signed: "forms.record_signed.v1", struck: "forms.row_struck.v1", completed: "forms.record_completed.v1",
  conflict: "forms.conflict_found.v1", settled: "forms.item_settled.v1",
} as const;

/** What an entry says stands at a path; `superseded` by a correction, a later calculation, or a decision. */
export interface Said {
  entry: string; path: string; value: Value; source: Source; comment: string | null; actor: string; device: string; at: string;
  corrects: string | null; reason: string | null; superseded: boolean; place: Place; own: boolean;
}
/** A value as it goes into an entry. */
export interface Stated { path: string; value: Value; source: Source; comment: string | null }

/** Everything that was ever said, in the order of the entries. Refused input is no record. */
export function said(entries: LocalEntry[]): Said[] {
  const all: Said[] = [];
  const conflicts = new Map<string, { path: string; entries: string[] }>();
  for (const entry of entries) {
    if (entry.place === "quarantined") continue;
    const { payload } = entry;
    if (entry.kind === KIND.values) take(all, entry, payload.values as Stated[]);
    if (entry.kind === KIND.signed) {
      const value = { signed_by: String(payload.signed_by), digest: String(payload.digest) };
      take(all, entry, [{ path: String(payload.path), value, source: { type: "typed", device: null, entry: null }, comment: null }]);
    }
    if (entry.kind === KIND.struck) strike(all, entry);
    if (entry.kind === KIND.conflict) conflicts.set(entry.id, { path: String(payload.path), entries: payload.entries as string[] });
    const lost = entry.kind === KIND.settled && typeof payload.chosen === "string" ? conflicts.get(String(payload.item)) : undefined;
    if (lost) for (const one of all) if (one.path === lost.path && lost.entries.includes(one.entry) && one.entry !== payload.chosen) one.superseded = true;
  }
  return all;
}

/** What stands at the path of a row itself; of several who strike it out or take that back the last holds. */
function strike(all: Said[], entry: LocalEntry): void {
  const path = String(entry.payload.row);
  for (const one of all) if (one.path === path) one.superseded = true;
  all.push({
    entry: entry.id, path, value: entry.payload.struck === true, source: { type: "typed", device: null, entry: null }, comment: String(entry.payload.reason), actor: entry.actor,
    device: entry.device, at: entry.capturedAt, corrects: null, reason: null, superseded: false, place: entry.place, own: entry.own,
  });
}

function take(all: Said[], entry: LocalEntry, values: Stated[]): void {
  const corrects = entry.flags.includes("correction_unknown") ? null : entry.corrects;
  for (const { path, value, source, comment } of values) {
    for (const one of all) {
      if (one.path !== path || one.superseded) continue;
      if (one.entry === corrects || (source.type === "calculated" && one.source.type === "calculated")) one.superseded = true;
    }
    all.push({
      entry: entry.id, path, value, source, comment, actor: entry.actor, device: entry.device, at: entry.capturedAt,
      corrects: entry.corrects, reason: entry.reason, superseded: false, place: entry.place, own: entry.own,
    });
  }
}

/** What nothing has superseded, by path; the last of each, by when it was written, is the one that is shown. */
export function standing(all: Said[]): Map<string, Said[]> {
  const found = new Map<string, Said[]>();
  for (const one of all) {
    if (one.superseded) continue;
    const others = found.get(one.path);
    if (others) others.push(one);
    else found.set(one.path, [one]);
  }
  for (const several of found.values()) several.sort((a, b) => (a.entry < b.entry ? -1 : 1));
  return found;
}

/** Path to value of what stands; what was cleared is missing. */
export function filled(stands: Map<string, Said[]>): Values {
  const values: Values = {};
  for (const [path, several] of stands) {
    const { value } = several.at(-1)!;
    if (value !== null) values[path] = value;
  }
  return values;
}

/** Half of a character, as a broken clipboard leaves it, cannot be signed: a mark takes its place. */
const HALF = /\p{Surrogate}/gu;
export const mended = <T>(value: T): T => {
  if (typeof value === "string") return value.replace(HALF, "\ufffd") as T;
  if (Array.isArray(value)) return value.map(mended) as T;
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mended(one)])) as T;
  return value;
};

/** What a record is of, as people name it: a batch by its number, without the name of its stream. */
export function named(subject: string): string {
  return subject.replace(/^batch\//, "");
}
