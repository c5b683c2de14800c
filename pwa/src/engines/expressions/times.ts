/** Dates, times and durations in expressions: ISO 8601 texts, whole milliseconds. */
import { ExpressionError, type When } from "./model";

const DURATION = /^(-)?P(?:(\d{1,5})W|(?=\d|T\d)(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.(\d{1,3}))?S)?)?)$/;
const TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|([+-])(\d{2}):(\d{2}))$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY = 86_400_000;
const MOST = 1_000_000 * DAY;
// The first and the last day that there are for Python.
const FIRST = utc(1, 0, 1), LAST = utc(9999, 11, 31);

function utc(year: number, month: number, day: number): number {
  const at = new Date(0);
  at.setUTCFullYear(year, month, day);
  return at.getTime();
}

/** `P5D`, `PT36H`, `P2W`, `-PT0.5S`. ExpressionError `format_wrong`. */
export function duration(text: string): When {
  const found = DURATION.exec(text);
  if (!found) throw new ExpressionError("format_wrong");
  const [, minus, weeks, days, hours, minutes, seconds, thousandths] = found;
  const n = (part: string | undefined): number => Number(part ?? 0);
  const whole = n(weeks) * 7 * DAY + n(days) * DAY + n(hours) * 3_600_000 + n(minutes) * 60_000 + n(seconds) * 1_000 + Number((thousandths ?? "0").padEnd(3, "0"));
  return { kind: "duration", at: minus && whole ? -whole : whole };
}

function dayOf(text: string): number {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) throw new ExpressionError("format_wrong");
  const at = utc(Number(year), Number(month) - 1, Number(day));
  if (Number(year) < 1 || iso(at).slice(0, 10) !== text) throw new ExpressionError("format_wrong");
  return at;
}

/** `2026-11-26`. ExpressionError `format_wrong`. */
export function day(text: string): When {
  return { kind: "date", at: dayOf(text) / DAY };
}

/** `2026-11-26T08:00:00Z`, with a zone always. ExpressionError `format_wrong`. */
export function instant(text: string): When {
  const [, date, hours, minutes, seconds = "0", thousandths = "0", , sign, zoneHours = "0", zoneMinutes = "0"] = TIME.exec(text) ?? [];
  if (date === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59 || Number(zoneHours) > 23 || Number(zoneMinutes) > 59) throw new ExpressionError("format_wrong");
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === "-" ? -1 : 1);
  const at = dayOf(date) + ((Number(hours) * 60 + Number(minutes) - zone) * 60 + Number(seconds)) * 1_000 + Number(thousandths.padEnd(3, "0"));
  if (at < FIRST || at >= LAST + DAY) throw new ExpressionError("format_wrong");
  return { kind: "time", at };
}

/** A date or time that much later; dates move by whole days. ExpressionError `out_of_range`. */
export function moved(start: When, by: number): When {
  const at = start.kind === "time" ? start.at + by : start.at + by / DAY;
  const ms = start.kind === "time" ? at : at * DAY;
  if ((start.kind === "date" && by % DAY !== 0) || ms < FIRST || ms >= LAST + DAY) throw new ExpressionError("out_of_range");
  return { kind: start.kind, at };
}

/** The span of so many milliseconds, where anything takes as long. ExpressionError `out_of_range`. */
export function span(ms: number): When {
  if (Math.abs(ms) > MOST) throw new ExpressionError("out_of_range");
  return { kind: "duration", at: ms === 0 ? 0 : ms };
}

/** What lies between two dates or times. */
export function between(later: When, earlier: When): When {
  return span((later.at - earlier.at) * (later.kind === "date" ? DAY : 1));
}

function iso(ms: number): string {
  const at = new Date(ms);
  const pad = (n: number, to: number): string => String(n).padStart(to, "0");
  return `${pad(at.getUTCFullYear(), 4)}-${pad(at.getUTCMonth() + 1, 2)}-${pad(at.getUTCDate(), 2)}T${pad(at.getUTCHours(), 2)}:${pad(at.getUTCMinutes(), 2)}:${pad(at.getUTCSeconds(), 2)}.${pad(at.getUTCMilliseconds(), 3)}Z`;
}

/** As records have it: `2026-11-26`, `2026-11-26T08:00:00.000Z`; a span as its milliseconds. */
export function textOf(value: When): string {
  if (value.kind === "duration") return `${value.at}ms`;
  return value.kind === "date" ? iso(value.at * DAY).slice(0, 10) : iso(value.at);
}
