/** What a lease says of a container: whether the batch may take material out of it. Told before weighing, never in its way. */
import type { Lease } from "../core/types";

export type Doubt = { code: "not_allocated"; container: string } | { code: "wrong_lot"; container: string; lot: string };

/** The labels that the batch was allocated of a lot. */
export function allocated(lease: Lease | undefined, material: string, lot: string): string[] {
  return (lease?.containers ?? []).filter((one) => one.material === material && one.lot === lot).map((one) => one.container);
}

/** Null where nothing is wrong, nothing is named, or nothing is known: lots of which no container is registered. */
export function doubtOf(lease: Lease | undefined, material: string, lot: string, container: string): Doubt | null {
  if (!lease?.containers || container === "" || lot === "") return null;
  const known = lease.containers.find((one) => one.container === container);
  if (known) return known.material === material && known.lot === lot ? null : { code: "wrong_lot", container, lot: known.lot };
  const registered = lease.lots.some((one) => one.material === material && one.lot === lot && one.registered);
  return registered ? { code: "not_allocated", container } : null;
}
