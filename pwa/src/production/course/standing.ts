/** What keeps a piece of equipment from being used for a batch, by what the batch took along: as
 * server/equipment/status/model.py asks it again where it is identified. */
import type { Equipment } from "../../core/types";

export type Doubt = "maintenance" | "out_of_service" | "no_record" | "expired" | "unchecked" | "in_use" | "to_be_cleaned";

export function doubtOf({ state }: Equipment, batch: string, now: number): Doubt | null {
  if (!state?.kept) return null;
  const { status, until } = state;
  if (status === "maintenance" || status === "out_of_service") return status;
  if (status === null) return "no_record";
  if (status === "clean") return until !== null && now > Date.parse(until) ? "expired" : state.checked === false ? "unchecked" : null;
  return state.batch === batch ? null : status === "in_use" ? "in_use" : "to_be_cleaned";
}
