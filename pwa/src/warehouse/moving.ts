/** What is wrong with putting a container somewhere, as the server will say of it: it is told before, with the way to go
 * on, and never refused. */
import type { Held, Location, StoredMaterial } from "./types";

/** What must not stand in a place of some kind (`server/materials/stock/model.py`). */
const NOT_IN: Record<string, readonly string[]> = {
  rejected: ["storage", "dispensing", "production", "shipping"],
  quarantine: ["dispensing", "production", "shipping"],
};

/** Codes of the flags: `location_unfit`, `storage_unfit`. */
export function doubts(container: Pick<Held, "status">, material: Pick<StoredMaterial, "storage"> | undefined, to: Pick<Location, "kind" | "storage">): string[] {
  const found: string[] = [];
  if (to.storage && material?.storage && to.storage !== material.storage) found.push("storage_unfit");
  if (NOT_IN[container.status]?.includes(to.kind)) found.push("location_unfit");
  return found;
}
