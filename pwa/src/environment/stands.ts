/** How a room stands, and what of the rooms of a batch a reviewer reads first. */
import type { Course, Excursion, Limit, PhaseRoom, RoomLine, RoomValue } from "./types";

const MINUTE_MS = 60_000;

/** Whole minutes from one instant to another. */
export const minutes = (from: string, to: string): number => Math.floor((Date.parse(to) - Date.parse(from)) / MINUTE_MS);

/** Whether a value is older than the room allows; what was never read is. */
export function late(one: RoomValue, gap: number | null, now: string): boolean {
  return gap !== null && (one.at === null || Date.parse(now) - Date.parse(one.at) > gap * MINUTE_MS);
}

/** The worst that is true of a room: beyond action limits, without readings, beyond alert limits, or nothing. */
export function worst(room: RoomLine, now: string): "action" | "late" | "alert" | null {
  if (room.values.some((one) => one.level === "action")) return "action";
  if (room.values.some((one) => late(one, room.longest_gap, now))) return "late";
  return room.values.some((one) => one.level === "alert") ? "alert" : null;
}

/** "19–25", "≥ 12", "≤ 60"; empty where there is no bound. */
export function between(low: string | null, high: string | null): string {
  if (low !== null && high !== null) return `${low}–${high}`;
  return low !== null ? `≥ ${low}` : high !== null ? `≤ ${high}` : "";
}

export const bounds = (limit: Limit | null, name: "alert" | "action"): string => (limit ? between(limit[`${name}_low`], limit[`${name}_high`]) : "");

export interface Out { of: PhaseRoom; one: Course; excursion: Excursion }

/** Every excursion of a batch's rooms, those beyond action limits first, each in the order of the phases. */
export function excursions(phases: readonly PhaseRoom[]): Out[] {
  const all = phases.flatMap((of) => of.quantities.flatMap((one) => one.excursions.map((excursion) => ({ of, one, excursion }))));
  return [...all.filter((out) => out.excursion.level === "action"), ...all.filter((out) => out.excursion.level !== "action")];
}

/** Every quantity that was not read for longer than its room allows. */
export function gaps(phases: readonly PhaseRoom[]): { of: PhaseRoom; one: Course }[] {
  return phases.flatMap((of) => of.quantities.filter((one) => one.gap.over).map((one) => ({ of, one })));
}
