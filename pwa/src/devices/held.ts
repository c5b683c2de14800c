/** What a device has not handed back: how it is called, where it is shown, what becomes of it. */
import { path } from "../api/client";
import type { FleetBatch, LeasedUnit } from "../api/types";
import { t } from "../i18n/index.svelte";
import { moment } from "../ui/format";

export function nameOf(unit: LeasedUnit): string {
  return unit.batch ?? unit.record ?? unit.warehouse ?? "";
}

export function placeOf(unit: LeasedUnit): string {
  return unit.batch ? path("batch", unit.batch) : unit.record ? path("records", unit.record) : "/warehouse";
}

export function heldWords(held: FleetBatch): string {
  if (held.revoked_at) return `▲ ${t().fleet.takenBack(moment(held.revoked_at))} · ${held.heard ? t().fleet.heard : t().fleet.notHeard}`;
  return held.expired ? t().fleet.expired(moment(held.expires_at)) : t().fleet.until(moment(held.expires_at));
}
