/** What waits for a second person: weights that were typed, or portions that the recipe has confirmed each, and that nobody has confirmed, then or since. */
import type { LocalEntry, Phase } from "../core/types";
import { performer } from "./paper/copying";
import { KIND } from "./progress";

/** Those that this person may confirm: another has weighed them, and they are not corrected. */
export function unconfirmed(entries: LocalEntry[], person: string | undefined, phases: Phase[]): LocalEntry[] {
  const each = (id: unknown): boolean => phases.find((one) => one.id === id)?.second === "portion";
  const done = new Set(entries.filter(({ kind, place }) => kind === KIND.verified && place !== "quarantined").map(({ payload }) => payload.entry));
  const corrected = new Set(entries.map(({ corrects }) => corrects));
  return entries.filter((entry) => {
    const { kind, id, place, payload } = entry;
    return (kind === KIND.weighed || kind === KIND.dispensed) && place !== "quarantined" && (payload.source === "manual" || (kind === KIND.dispensed && each(payload.phase))) && payload.verified_by === null &&
    performer(entries, entry) !== person && !done.has(id) && !corrected.has(id);
  });
}
