/** What is not saved at the server yet stays in this browser, under the name of who wrote it: over a reload, and over an
 * outage. No record, and gone once the server has it. */
import { keep, kept } from "../../ui/keep";
import type { Master } from "./change";

/** `revision`: the one of the server's that it goes on from; null: of none. */
export interface Unsaved { revision: number | null; content: Master }
const place = (person: string, recipe: string): string => `pestle.recipe-draft.${person}.${recipe}`;

export function keepUnsaved(person: string, recipe: string, one: Unsaved): void {
  keep(place(person, recipe), JSON.stringify(one));
}

export function unsaved(person: string, recipe: string): Unsaved | null {
  try {
    return JSON.parse(kept(place(person, recipe)) ?? "null") as Unsaved | null;
  } catch {
    return null;
  }
}

export function forgetUnsaved(person: string, recipe: string): void {
  try {
    localStorage.removeItem(place(person, recipe));
  } catch {
    // Nothing was kept, then.
  }
}
