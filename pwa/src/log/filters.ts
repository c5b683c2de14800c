/** What the log is searched by, as it stands in the address, and as the server is asked. */
export interface Filters { stream: string; kind: string; person: string; device: string; since: string; until: string }

export const NO_FILTERS: Filters = { stream: "", kind: "", person: "", device: "", since: "", until: "" };

export function wanted(get: (name: string) => string): Filters {
  return { stream: get("stream"), kind: get("kind"), person: get("person"), device: get("device"), since: get("since"), until: get("until") };
}

/** Days of this place as times in UTC: from the first moment of `since` to the last of `until`. */
export function asked(filters: Filters): Record<string, string> {
  return { ...filters, since: startOf(filters.since, 0), until: startOf(filters.until, 1) };
}

/** Whether a text is a day of the calendar, YYYY-MM-DD. */
export function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  const at = new Date(year, month - 1, day);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && year > 1970 && at.getMonth() === month - 1 && at.getDate() === day;
}

/** The UTC time at which a local day, or one that many days after it, begins; empty for what is no day. */
function startOf(text: string, later: number): string {
  if (!isDay(text)) return "";
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  return new Date(year, month - 1, day + later).toISOString();
}
