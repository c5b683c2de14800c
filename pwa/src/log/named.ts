/** Who and what an entry names, in people's words. */
import type { EntryView } from "../api/types";
import { t, who } from "../i18n/index.svelte";

/** What a device says by itself is under its id; people know its name. */
export const deviceOf = (entry: EntryView): string => (entry.device.id === "server" ? t().log.server : entry.device.name);

export const actorOf = (entry: EntryView): string => (entry.actor.id === entry.device.id ? deviceOf(entry) : who(entry.actor));

/** What in the stream it is about; random identifiers stand in the entry itself. */
export const aboutOf = (entry: EntryView): string =>
  entry.subject === entry.stream || /^[0-9a-f-]{36}$/.test(entry.subject ?? "") ? "" : (entry.subject ?? "");
