/** Units of work: what tablets take along and work on together, each with a stream that is also its document's name. */
import type { AnyLease } from "./types";

/** A batch is named by its number alone, everything else by its stream: `record/<id>`, `warehouse/<area>/<day>`. */
export const documentOf = (unit: string): string => (unit.includes("/") ? unit : `batch/${unit}`);
export const unitOf = (lease: AnyLease): string => ("unit" in lease ? lease.unit : lease.batch);
