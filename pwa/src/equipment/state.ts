/** How a piece of equipment stands, in words. */
import type { EquipmentState } from "../core/types";
import { word } from "../i18n/index.svelte";
import { moment } from "../ui/format";
import { mt } from "./words";

export function tone({ status, over, alarms }: EquipmentState): "ok" | "alert" | "wait" | "plain" {
  if (alarms?.length || over || status === "maintenance" || status === "out_of_service") return "alert";
  return status === "clean" ? "ok" : status === null ? "plain" : "wait";
}

/** That it is in alarm comes first: then nothing else counts. */
export const statusOf = ({ status, alarms }: EquipmentState): string => word(mt().statuses, alarms?.length ? "in_alarm" : status ?? "none");

/** Until when that holds, or since when it does not any more. */
export function holdOf({ status, until, over }: EquipmentState): string {
  if (until === null) return "";
  const clean = status === "clean";
  if (over) return clean ? mt().clean_over(moment(until)) : mt().dirty_over(moment(until));
  return clean ? mt().clean_until(moment(until)) : mt().dirty_until(moment(until));
}
