/** Which day it is by the plant's own calendar, as `server/core/zones.py` says it: expiry, retest and calibration are days of
 * the plant, not of Greenwich. `tests/vectors/days.json` holds both together. */

/** A time zone (IANA) and from when on the plant keeps it; a lease carries all of them, the earliest first. */
export interface StatedZone { since: string; zone: string }

/** YYYY-MM-DD of an instant (UTC text) in the zone that held then. Of a lease that names none, or a zone that this browser does
 * not know, that of UTC: the server looks again. */
export function dayIn(zones: readonly StatedZone[] | undefined, instant: string): string {
  const zone = zones?.findLast(({ since }) => since <= instant)?.zone ?? "UTC";
  const there = zone === "UTC" ? null : formatted(zone, instant);
  return there !== null && /^\d{4}-\d{2}-\d{2}$/.test(there) ? there : instant.slice(0, 10);
}

function formatted(zone: string, instant: string): string | null {
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, calendar: "gregory", numberingSystem: "latn", year: "numeric", month: "2-digit", day: "2-digit" });
    const parts = Object.fromEntries(format.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
    return `${parts["year"]?.padStart(4, "0")}-${parts["month"]}-${parts["day"]}`;
  } catch {
    return null;
  }
}
