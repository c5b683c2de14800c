/** What the wall of a line is told, and how long something has gone on. */
import type { EquipmentAlarm, Text2 } from "../core/types";

export interface WallPhase { id: string; name: Text2; room: string | null }
export interface WallBatch {
  number: string;
  product: { code: string; name: Text2; strength: string };
  phases_done: number;
  phases_total: number;
  updated_at: string;
  now: (WallPhase & { since: string; minutes: number | null; held: boolean })[];
  next: WallPhase[];
  limits: { phase: Text2 | string; until: string }[];
  still: boolean;
  open_items: number;
  critical: number;
  questions: number;
  requests: number;
}
export interface WallView {
  place: { code: string; name: Text2 | null };
  at: string;
  places: { code: string; name: Text2 }[];
  batches: WallBatch[];
  more: number;
  waiting: number | null;
  alarms: { equipment: string; name: Text2 | null; room: string | null; alarms: EquipmentAlarm[] }[];
  away: { id: string; name: string; last_seen: string | null; owes: number; batches: string[] }[];
}

/** Whole minutes from one moment to another, cut towards zero; not below 0. */
export function minutes(from: string | number, to: string | number): number {
  const gone = new Date(to).getTime() - new Date(from).getTime();
  return Math.max(0, Math.floor(gone / 60_000));
}

/** How much of the plan is over, at most 100. */
export function share(spent: number, planned: number): number {
  return Math.min(100, Math.round((100 * spent) / Math.max(1, planned)));
}

/** Which of these needs somebody most: decides the colour of a batch's card. */
export function tone(batch: WallBatch, now: number): "action" | "alert" | "" {
  if (batch.critical > 0 || batch.limits.some((one) => new Date(one.until).getTime() <= now)) return "action";
  const late = batch.now.some((one) => one.minutes !== null && minutes(one.since, now) > one.minutes);
  return batch.still || late || batch.open_items > 0 || batch.questions > 0 || batch.requests > 0 || batch.now.some((one) => one.held) ? "alert" : "";
}
