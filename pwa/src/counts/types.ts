/** Stock counts as the server tells them (server/materials/counts/pages.py). */
import type { Quantity, Text2 } from "../core/types";

export interface Who { id: string; name: string; name_en: string | null }
export interface CountHead { count: string; locations: string[]; reason: string | null; ordered_by: Who; ordered_at: string; closed_by: Who | null; closed_at: string | null }
/** `book` and `place`: by the book at the moment of counting; `stands`: the last of its device. */
export interface Counting { entry: string; container: string; location: string; quantity: Quantity | null; seen: boolean; person: string; device: string; at: string; book: Quantity | null; place: string | null; stands?: boolean }
export type Result = "same" | "moved" | "differs" | "missing" | "strange" | "conflict" | "other_unit";
export interface CountLine { container: string; material: string | null; lot: string | null; name: Text2 | null; book: Quantity | null; place: string | null; result: Result; countings: Counting[] }
export interface Decided { container: string; entry: string | null; was: Quantity; counted: Quantity; from: string | null; to: string | null; reason: string }
export interface CountPage extends CountHead {
  places: { location: string; name: Text2 | null }[]; digest: string; lines: CountLine[]; decided: Decided[];
  people: Record<string, Who>; devices: Record<string, { id: string; name: string }>; late: Counting[];
  /** What late entries have made wrong of a closed count: the book of the moment of counting as it is known now. */
  upset: { container: string; entry: string; book: Quantity | null; place: string | null }[];
}
/** What whoever approves has chosen for a variance; `entry` null: nobody has found the container. */
export interface Choice { entry: string | null | undefined; reason: string }
