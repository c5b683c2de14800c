/** How grave something in a review is: what the reviewer reads first, whatever order it came in. */
import type { Item } from "../api/types";

export const GRAVITIES = ["critical", "major", "minor"] as const;
export type Gravity = (typeof GRAVITIES)[number];

/** Exceptions that touch who did it, or whether the record can be believed; as the alerts have them. */
const GRAVE = ["input_quarantined", "log_disputed", "verifier_is_performer", "lease_revoked", "device_revoked"];
/** Of one gravity, what touches a value comes before what only stands beside it. */
const ORDER = ["conflict", "exception", "deviation", "correction", "paper", "late_entry", "manual_weight", "difference", "record", "question", "sample_request", "alarm", "waiver", "hold", "remark", "photo"];

export function gravity(item: Pick<Item, "type" | "code" | "details">): Gravity {
  const said = item.details.severity;
  if (said === "critical" || GRAVE.includes(item.code)) return "critical";
  if (said === "major" || item.type === "conflict" || item.type === "deviation") return "major";
  return "minor";
}

/** The items by gravity, the gravest first; a group that nothing is in is left out. */
export function grouped<T extends Pick<Item, "type" | "code" | "details">>(items: readonly T[]): { gravity: Gravity; items: T[] }[] {
  const place = (one: T): number => ORDER.indexOf(one.type) + 1 || ORDER.length + 1;
  return GRAVITIES.map((name) => ({ gravity: name, items: items.filter((one) => gravity(one) === name).sort((a, b) => place(a) - place(b)) })).filter((group) => group.items.length > 0);
}
