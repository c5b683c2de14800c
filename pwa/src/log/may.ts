/** Whether the acting person may look into the log, so that what points there is a link or only says where. */
import { session } from "../session/session.svelte";

export const mayAudit = (): boolean => session.can("log.read");
