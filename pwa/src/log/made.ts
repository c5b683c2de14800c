/** The times between which an entry must have been made, in words: by what its device had seen, and when it came. */
import { t } from "../i18n/index.svelte";
import { instantAt } from "../ui/format";

/** In the zone of the device, so that it can be compared with what the device said. */
export function madeBetween(made: { after: string | null; before: string }, offset: number | null): string {
  const before = instantAt(made.before, offset);
  return made.after === null ? t().history.madeBefore(before) : t().history.madeBetween(instantAt(made.after, offset), before);
}
