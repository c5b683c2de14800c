/** What became of a value: its versions from the server or from this device, what each now counts for, and when. */
import type { Conflict, EntryView, Named, Version as ServerVersion } from "../api/types";
import type { LocalEntry, Place } from "../core/types";
import { SINGLE } from "../production/progress";

export type State = "stands" | "corrected" | "not_chosen" | "conflict" | "chosen";

/** One entry of a value; null where it is not in the log yet, or this device cannot know. */
export interface Version {
  id: string;
  index: number | null;
  kind: string;
  subject: string | null;
  payload: Record<string, unknown> | null;
  actor: Named;
  verifier: Named | null;
  signed: EntryView["signed"];
  device: string;
  seq: number;
  capturedAt: string;
  offset: number | null;
  recordedAt: string | null;
  /** Between which times it must have been made; null where only this device has it. */
  made: { after: string | null; before: string } | null;
  flags: string[];
  place: Place;
  corrects: string | null;
  reason: string | null;
  /** What the server says of it; this device works it out for its own. */
  standing: "stands" | "corrected" | "not_chosen" | null;
}

export function fromView(entry: EntryView | ServerVersion): Version {
  const { id, index, kind, subject, payload, actor, verifier, signed, seq, offset, made, flags, corrects, reason } = entry;
  return {
    id, index, kind, subject, payload, actor, verifier, signed, device: entry.device.name, seq, offset, made, flags, corrects, reason,
    capturedAt: entry.captured_at, recordedAt: entry.recorded_at, place: "logged", standing: "standing" in entry ? entry.standing : null,
  };
}

/** `name` and `device` know whom a lease names. */
export function fromLocal(entry: LocalEntry, name: (id: string) => string, device: (entry: LocalEntry) => string): Version {
  const { id, index, kind, subject, payload, seq, flags, place, corrects, reason, capturedAt, offset, recordedAt } = entry;
  const named = (person: string): Named => ({ id: person, name: name(person), name_en: null });
  const second = payload.verified_by;
  return {
    id, index, kind, subject, payload, seq, flags, place, corrects, reason, capturedAt, offset, recordedAt, actor: named(entry.actor),
    verifier: typeof second === "string" && second !== "" ? named(second) : null, device: device(entry), signed: [], made: null, standing: null,
  };
}

/** The entries of this device that belong to the history of one of them: its slot, or its chain of corrections. */
export function related(entries: LocalEntry[], entry: LocalEntry): LocalEntry[] {
  const same = entries.filter(({ kind, subject }) => kind === entry.kind && subject === entry.subject);
  if (SINGLE.includes(entry.kind)) return same;
  const ids = new Set([entry.id]);
  for (let size = 0; size < ids.size; ) {
    size = ids.size;
    for (const { id, corrects } of same) {
      if (corrects !== null && (ids.has(id) || ids.has(corrects))) ids.add(id).add(corrects);
    }
  }
  return same.filter(({ id }) => ids.has(id));
}

/** The server's history with what this device has beyond it. */
export function joined(server: Version[], local: Version[]): Version[] {
  const known = new Map(server.map((version) => [version.id, version]));
  return [...local.map((version) => known.get(version.id) ?? version), ...server.filter(({ id }) => !local.some((one) => one.id === id))].sort(byLog);
}

/** In the order of the log; what is not in it yet comes last, as it was captured. */
function byLog(a: Version, b: Version): number {
  if (a.index !== null && b.index !== null) return a.index - b.index;
  if (a.index !== null || b.index !== null) return a.index === null ? 1 : -1;
  return a.capturedAt < b.capturedAt ? -1 : a.capturedAt > b.capturedAt ? 1 : a.seq - b.seq;
}

/** What each version counts for now, by id. Refused input is no record: it neither stands nor takes a place. */
export function states(versions: Version[], conflicts: Conflict[]): Map<string, State> {
  const records = versions.filter(({ place }) => place !== "quarantined");
  // The server has judged its own; what only this device has may correct them since.
  const corrected = new Set(records.filter(({ standing, flags }) => standing === null && !flags.includes("correction_unknown")).map(({ corrects }) => corrects));
  const chosen = new Set(conflicts.map(({ decision }) => decision?.chosen));
  const state = ({ id, standing }: Version): State => {
    if (corrected.has(id)) return "corrected";
    return standing !== null && standing !== "stands" ? standing : chosen.has(id) ? "chosen" : "stands";
  };
  const found = new Map(records.map((version) => [version.id, state(version)]));
  const left = records.filter(({ id }) => ["stands", "chosen"].includes(found.get(id)!));
  const rivals = left.length > 1 && left.every(({ kind }) => SINGLE.includes(kind));
  for (const { id } of rivals ? left : []) found.set(id, "conflict");
  return found;
}

export type Step =
  | { what: "version"; index: number | null; version: Version; old: Version | undefined }
  | { what: "conflict"; index: number; conflict: Conflict }
  | { what: "decision"; index: number; conflict: Conflict };

/** Versions, conflicts and decisions in the order in which they came into the log. */
export function steps(versions: Version[], conflicts: Conflict[]): Step[] {
  const byId = new Map(versions.map((version) => [version.id, version]));
  const all: Step[] = versions.map((version) => ({ what: "version", index: version.index, version, old: byId.get(version.corrects ?? "") }));
  for (const conflict of conflicts) {
    all.push({ what: "conflict", index: conflict.index, conflict });
    if (conflict.decision) all.push({ what: "decision", index: conflict.decision.index ?? conflict.index, conflict });
  }
  return all.sort((a, b) => (a.index ?? Infinity) - (b.index ?? Infinity) || 0);
}
