/** How far a device's clock was off when it last came, in words; nothing below a minute, which harms no record. */
import { t } from "../i18n/index.svelte";

const MINUTE = 60_000;

export function skewWords(milliseconds: number | null): string {
  if (milliseconds === null || Math.abs(milliseconds) < MINUTE) return "";
  const minutes = Math.round(Math.abs(milliseconds) / MINUTE);
  const amount = minutes < 120 ? t().skew.minutes(minutes) : t().skew.hours(Math.round(minutes / 60));
  return milliseconds > 0 ? t().skew.fast(amount) : t().skew.slow(amount);
}
