/** What waits for a second person: weights that were typed and that nobody has confirmed, then or since. */
import type { LocalEntry } from "../core/types";
import { KIND } from "./progress";

/** Those that this person may confirm: another has recorded them, and they are not corrected. */
export function unconfirmed(entries: LocalEntry[], person: string | undefined): LocalEntry[] {
  const done = new Set(entries.filter(({ kind, place }) => kind === KIND.verified && place !== "quarantined").map(({ payload }) => payload.entry));
  const corrected = new Set(entries.map(({ corrects }) => corrects));
  return entries.filter(({ kind, id, actor, place, payload }) =>
    kind === KIND.weighed && place !== "quarantined" && payload.source === "manual" && payload.verified_by === null &&
    actor !== person && !done.has(id) && !corrected.has(id));
}
