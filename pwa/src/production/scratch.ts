/** Keeps what is typed but not yet signed over a reload: a number, samples of a round, a running timer. No record, only
 *  convenience: where there is no room for it, it lasts as long as the page. */
import { keep } from "../ui/keep";

const PREFIX = "pestle.scratch.";

export function recall<T>(batch: string, slot: string, otherwise: T): T {
  try {
    const kept = localStorage.getItem(`${PREFIX}${batch}/${slot}`);
    return kept === null ? otherwise : (JSON.parse(kept) as T);
  } catch {
    return otherwise;
  }
}

export function remember(batch: string, slot: string, value: unknown): void {
  keep(`${PREFIX}${batch}/${slot}`, JSON.stringify(value));
}

export function forget(batch: string, slot: string): void {
  localStorage.removeItem(`${PREFIX}${batch}/${slot}`);
}

/** Where the number that is being typed for a slot is kept. */
export const numberAt = (slot: string): string => `${slot}/typed`;
