/** What becomes of a batch that a device has not handed back, in words. */
import type { FleetBatch } from "../api/types";
import { t } from "../i18n/index.svelte";
import { moment } from "../ui/format";

export function heldWords(held: FleetBatch): string {
  if (held.revoked_at) return `▲ ${t().fleet.takenBack(moment(held.revoked_at))} · ${held.heard ? t().fleet.heard : t().fleet.notHeard}`;
  return held.expired ? t().fleet.expired(moment(held.expires_at)) : t().fleet.until(moment(held.expires_at));
}
