/** Who and what an entry names, in people's words. */
import type { EntryView, Named } from "../api/types";
import { t, who } from "../i18n/index.svelte";

/** What a device says by itself is under its id; people know its name. */
export const deviceOf = (entry: EntryView): string => (entry.device.id === "server" ? t().log.server : entry.device.name);

export const actorOf = (entry: EntryView): string => (entry.actor.id === entry.device.id ? deviceOf(entry) : who(entry.actor));

/** A person whom an entry names, with how they signed it on the device where they did: `Li Na (offline, PIN)`. */
export function signedBy(person: Named, entry: Pick<EntryView, "signed">): string {
  const how = entry.signed.find(({ id }) => id === person.id)?.how;
  return how ? `${who(person)} ${t().log.offline[how]}` : who(person);
}

/** What in the stream it is about; random identifiers stand in the entry itself. */
export const aboutOf = (entry: EntryView): string =>
  entry.subject === entry.stream || /^[0-9a-f-]{36}$/.test(entry.subject ?? "") ? "" : (entry.subject ?? "");
