/** Keeps what is typed but not yet signed over a reload: a number, samples of a round, a running timer. No record, only
 *  convenience: where there is no room for it, it lasts as long as the page. */
import { core } from "../core/core";
import { kept } from "../ui/keep";

/** Where an earlier version kept it, for everybody to read. */
const PREFIX = "pestle.scratch.";

export function recall<T>(batch: string, slot: string, otherwise: T): T {
  const kept = core.recall(batch, slot) ?? moved(batch, slot);
  return kept === undefined ? otherwise : (kept as T);
}

export function remember(batch: string, slot: string, value: unknown): void {
  core.remember(batch, slot, value);
}

export function forget(batch: string, slot: string): void {
  core.remember(batch, slot, undefined);
}

function moved(batch: string, slot: string): unknown {
  const name = `${PREFIX}${batch}/${slot}`;
  const text = kept(name);
  if (text === null) return undefined;
  try {
    localStorage.removeItem(name);
    core.remember(batch, slot, JSON.parse(text));
  } catch (error) {
    console.warn("what was typed before", error);
  }
  return core.recall(batch, slot);
}

/** Where the number that is being typed for a slot is kept. */
export const numberAt = (slot: string): string => `${slot}/typed`;
