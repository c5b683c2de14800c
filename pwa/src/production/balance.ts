/** Where a balance stands for the weighing at hand: what its live value and its last reading in the log say together. */
import { Decimal } from "decimal.js";
import type { LiveWeight, Quantity, Reading } from "../core/types";

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
