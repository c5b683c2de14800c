/** How times, decimals and quantities are written, the same in both languages: ISO dates, exact digits as recorded. */

export interface Quantity {
  value: string;
  unit: string;
}

const pad = (n: number): string => String(n).padStart(2, "0");

/** Local date of an ISO instant as YYYY-MM-DD; a month of which the day is not known stays YYYY-MM. */
export function day(iso: string | null | undefined): string {
  if (!iso) return "—";
  if (/^\d{4}-\d{2}$/.test(iso)) return iso;
  const at = new Date(iso);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

/** Local time of an ISO instant as HH:MM. */
export function clock(iso: string | null | undefined): string {
  if (!iso) return "—";
  const at = new Date(iso);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** HH:MM if it was today, else the date before it: what a person at the line reads fastest. */
export function moment(iso: string | null | undefined, now: Date = new Date()): string {
  if (!iso) return "—";
  return day(iso) === day(now.toISOString()) ? clock(iso) : `${day(iso)} ${clock(iso)}`;
}

/** HH:MM if it was today, else only the date: for dense tables. */
export function lately(iso: string | null | undefined, now: Date = new Date()): string {
  return iso && day(iso) === day(now.toISOString()) ? clock(iso) : day(iso);
}

/** The full instant with seconds and zone, for signatures and the audit log. */
export function instant(iso: string | null | undefined): string {
  if (!iso) return "—";
  const at = new Date(iso);
  return `${day(iso)} ${clock(iso)}:${pad(at.getSeconds())} ${zone(at)}`;
}

/** The same, in the zone of the device that captured it: `offset` minutes east of UTC. */
export function instantAt(iso: string, offset: number | null): string {
  if (offset === null) return instant(iso);
  const text = new Date(Date.parse(iso) + offset * 60_000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)} ${zoneOf(offset)}`;
}

/** The zone of this machine at that time, as UTC+08:00. */
export function zone(at: Date = new Date()): string {
  return zoneOf(-at.getTimezoneOffset());
}

function zoneOf(minutes: number): string {
  const abs = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${pad(Math.floor(abs / 60))}:${pad(abs % 60)}`;
}

/** Room on a disk, as people compare it: 12 MB, 1.4 GB. */
export function room(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** A count with thin grouping: 1,482,207. */
export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** Share of n in total as a whole percentage from 0 to 100. */
export function percent(n: number, total: number): number {
  return total > 0 ? Math.min(100, Math.max(0, Math.round((100 * n) / total))) : 0;
}

export function quantity(q: Quantity | null | undefined): string {
  return q ? `${q.value} ${q.unit}`.trim() : "—";
}

/** A batch size with grouped digits: 2,500,000; decimals stay as recorded. */
export function size(q: Quantity | null | undefined, units: Record<string, string> = {}): string {
  if (!q) return "—";
  const [whole = "", part] = q.value.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${grouped}${part === undefined ? "" : `.${part}`} ${units[q.unit] ?? q.unit}`.trim();
}

/** Limits as people write them: 12.577–12.703 kg, ≥ 40 N, ≤ 5 %. */
export function range(low: string | null | undefined, high: string | null | undefined, unit = ""): string {
  const tail = unit ? ` ${unit}` : "";
  if (low != null && high != null) return `${low}–${high}${tail}`;
  if (low != null) return `≥ ${low}${tail}`;
  if (high != null) return `≤ ${high}${tail}`;
  return "—";
}

/** The first characters of a hash, enough to compare by eye. */
export function short(hash: string | null | undefined): string {
  return hash ? `${hash.slice(0, 8)}…${hash.slice(-4)}` : "—";
}
