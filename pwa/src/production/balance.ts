/** Where a balance stands for the weighing at hand: what its live value and its last reading in the log say together. */
import { Decimal } from "decimal.js";
import { dayIn, type StatedZone } from "../core/days";
import { converted } from "../core/measures";
import type { Gates, LiveWeight, LocalEntry, Quantity, Reading } from "../core/types";

/** A bridge takes a value that moves by as much, without having been unsteady, for the same load (device_bridge/capture.py). */
const SAME_LOAD_STEPS = 5;

export type Standing =
  | { code: "lost" | "overload" | "underload" | "unknown" | "taken" }
  | { code: "unit"; shown: string; wanted: string }
  | { code: "unit_changed"; shown: string; was: string }
  | { code: "drift"; kept: Quantity; shown: Quantity };

interface Seen {
  /** Null while nobody says anything of it. */
  live: LiveWeight | null;
  /** The unit that it showed first since the screen was opened; null if it has not been there since. */
  before: string | null;
  last: Reading | undefined;
  /** Whether the last reading stands in an entry already. */
  taken: boolean;
  /** The unit of the step, and whether what the balance shows can be said in it. */
  unit: string;
  fits: boolean;
  /** It is stable, and for a while there has been no weight to take. */
  stale: boolean;
}

/** What has to be said, null while all is as it should be. */
export function standing({ live, before, last, taken, unit, fits, stale }: Seen): Standing | null {
  const quality = live?.quality ?? "lost";
  if (quality === "lost") return before !== null ? { code: "lost" } : null;
  if (quality === "overload" || quality === "underload" || quality === "unknown") return { code: quality };
  const net = live?.net ?? null;
  if (net && !fits) return { code: "unit", shown: net.unit, wanted: unit };
  if (net && before && net.unit !== before) return { code: "unit_changed", shown: net.unit, was: before };
  if (quality !== "stable" || !stale || !net || !last || last.net.unit !== net.unit) return null;
  if (!sameLoad(last.net.value, net.value)) return null;
  if (taken) return { code: "taken" };
  return last.net.value === net.value ? null : { code: "drift", kept: last.net, shown: net };
}

function sameLoad(kept: string, shown: string): boolean {
  const step = new Decimal(10).pow(-(shown.split(".")[1]?.length ?? 0));
  return new Decimal(shown).minus(kept).abs().lte(step.times(SAME_LOAD_STEPS));
}

export type How = "passed" | "missing" | "expired" | "failed";
export type Barred =
  | { code: "out_of_range"; net: Quantity; bound: Quantity }
  | { code: "too_little"; net: Quantity; bound: Quantity }
  | { code: "calibration_overdue"; due: string }
  | { code: "not_checked"; how: Exclude<How, "passed">; weights: string[] };

/** How the check by one test weight stands at a time in ms, as server/equipment/model.py says it. */
export function standsBy(gates: Gates, weight: string, at: number): How {
  const last = gates.checks.find((one) => one.weight === weight);
  if (!last) return "missing";
  if (last.verdict !== "passed") return "failed";
  return at > Date.parse(endOf(gates, weight) ?? last.at) ? "expired" : "passed";
}

/** Until when the last check by a weight holds. */
export function endOf(gates: Gates, weight: string): string | null {
  const last = gates.checks.find((one) => one.weight === weight);
  return last ? new Date(Date.parse(last.at) + (gates.check_hours ?? 0) * 3_600_000).toISOString() : null;
}

/** How the check of a balance stands as a whole; `free` where none is asked for. */
export function stands(gates: Gates | null, at: number): How | "free" {
  if (!gates || gates.check_hours === null) return "free";
  const all = gates.weights.map((one) => standsBy(gates, one.weight, at));
  return (["failed", "missing", "expired"] as const).find((how) => all.includes(how)) ?? "passed";
}

/** Why nothing may be taken from this balance now, or not this weight; the server makes an exception of each. `gross`: all
 * that lies on it, where a container lies below; `due`: the day until which it is calibrated, by the calendar of `zones`. */
export function barredBy(gates: Gates | null, net: Quantity | null, at: number, gross = net, due: string | null = null, zones: readonly StatedZone[] = []): Barred[] {
  const found: Barred[] = due !== null && due < dayIn(zones, new Date(at).toISOString()) ? [{ code: "calibration_overdue", due }] : [];
  if (!gates) return found;
  const how = stands(gates, at);
  if (gross && gates.capacity && beyond(gross, gates.capacity, 1)) found.push({ code: "out_of_range", net: gross, bound: gates.capacity });
  if (net && gates.minimum && beyond(net, gates.minimum, -1)) found.push({ code: "too_little", net, bound: gates.minimum });
  if (how !== "passed" && how !== "free") found.push({ code: "not_checked", how, weights: gates.weights.filter((one) => standsBy(gates, one.weight, at) !== "passed").map((one) => one.weight) });
  return found;
}

function beyond(net: Quantity, bound: Quantity, side: 1 | -1): boolean {
  const value = converted(net, bound.unit);
  return value === null || new Decimal(value.value).minus(bound.value).times(side).gt(0);
}

/** The readings that entries have taken already, as weight or as tare. */
export function readingsOf(entries: LocalEntry[]): Set<string | undefined> {
  const id = (named: unknown): string | undefined => (named as Reading | null | undefined)?.id;
  return new Set(entries.flatMap(({ payload }) => [id(payload.reading), id(payload.tare_reading)]));
}
