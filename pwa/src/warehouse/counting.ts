/** What has been counted in a day's document, by this handheld and by others, without saying what should be there. */
import type { LocalEntry, Quantity } from "../core/types";
import { COUNTED, type Held } from "./types";

export interface Counted { entry: string; container: string; location: string; quantity: Quantity | null; seen: boolean; actor: string; device: string; own: boolean; at: string }

/** Of one count, by container, each in the order of capture. */
export function countedIn(entries: LocalEntry[], count: string): Map<string, Counted[]> {
  const found = new Map<string, Counted[]>();
  for (const { id, kind, payload, place, actor, device, own, capturedAt } of entries) {
    if (kind !== COUNTED || place === "quarantined" || payload.count !== count) continue;
    const { container, location, quantity, seen } = payload as unknown as Counted;
    found.set(container, [...(found.get(container) ?? []), { entry: id, container, location, quantity, seen, actor, device, own, at: capturedAt }]);
  }
  return found;
}

/** The last of each device: who counts again on the same handheld corrects themselves. */
export function standing(counted: Counted[]): Counted[] {
  return [...new Map(counted.map((one) => [one.device, one])).values()];
}

/** Whether handhelds found different things; what was not measured counts as what is booked. */
export function differ(counted: Counted[], held: Held | null): boolean {
  const said = standing(counted).map(({ seen, location, quantity }) => (seen ? `${location} ${quantity?.value ?? held?.held.value} ${quantity?.unit ?? held?.held.unit}` : ""));
  return new Set(said).size > 1;
}
