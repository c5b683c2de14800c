/** Times as places on a chart, and back: pure. Times are milliseconds since 1970. */
const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
/** What a batch is drawn as whose recipe says no durations. */
export const GUESS = 8 * 60 * MINUTE;

export type Span = "days" | "weeks";
export const DAYS: Record<Span, number> = { days: 7, weeks: 35 };
/** How far one press of an arrow key, or the least drag, moves a batch. */
export const STEP: Record<Span, number> = { days: 30 * MINUTE, weeks: 4 * 60 * MINUTE };

/** Midnight, by the clock of this device, of the Monday of a moment's week. */
export function monday(at: number): number {
  const day = new Date(at);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - ((day.getDay() + 6) % 7)).getTime();
}

/** The midnights from `since` on; days in which clocks change are longer or shorter. */
export function midnights(since: number, days: number): number[] {
  const first = new Date(since);
  return Array.from({ length: days + 1 }, (_, at) => new Date(first.getFullYear(), first.getMonth(), first.getDate() + at).getTime());
}

/** Where something lies between `since` and `until`, in percent of the whole; null where it is not to be seen. */
export function place(start: number, end: number, since: number, until: number): { left: number; width: number } | null {
  const [from, to] = [Math.max(start, since), Math.min(end, until)];
  return from >= to ? null : { left: (100 * (from - since)) / (until - since), width: (100 * (to - from)) / (until - since) };
}

export function snap(at: number, step: number): number {
  return Math.round(at / step) * step;
}

/** The moment at a place of the chart, which is so many pixels wide. */
export function momentAt(x: number, width: number, since: number, until: number): number {
  return since + (until - since) * Math.min(1, Math.max(0, x / Math.max(1, width)));
}

/** A moment for a field of date and time, by the clock of this device; and back as the log writes it. */
export function typed(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * MINUTE);
  return local.toISOString().slice(0, 16);
}
export function said(text: string): string | null {
  const at = new Date(text).getTime();
  return text === "" || Number.isNaN(at) ? null : new Date(at).toISOString();
}
