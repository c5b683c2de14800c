/** What a scanned text says: a code of ours, GS1 elements, or a label as it stands. */
import { named, type Named } from "./codes";
import { type Element, type Read, readCode, valueOf, type Wrong } from "./gs1";

/** Elements that may carry a container's label: serial, SSCC, secondary serial. */
const SERIALS = ["21", "00", "250"];
const EXPIRY = ["17", "7003"];

export type Code =
  | Named
  | { what: "gs1"; labels: string[]; lot: string; material: string; expiry: string | null; elements: Element[] }
  | { what: "wrong"; why: Wrong }
  | { what: "plain"; name: string };

/** `year`: the present one, for the century of dates. */
export function read(text: string, symbology: string, year: number): Code {
  const ours = named(text);
  if (ours) return ours;
  const found = readCode(text, symbology, year);
  if (!found) return { what: "plain", name: text.trim() };
  if (found.wrong) return { what: "wrong", why: found.wrong };
  return { what: "gs1", labels: SERIALS.map((ai) => valueOf(found, ai)).filter((one) => one !== ""), lot: valueOf(found, "10"), material: valueOf(found, "240"), expiry: expiryOf(found), elements: found.elements };
}

/** The day a code says that the goods expire; null where it says none, which erases nothing. */
function expiryOf(found: Read): string | null {
  const date = EXPIRY.map((ai) => found.elements.find((one) => one.ai === ai)?.date).find((one) => one);
  return date?.slice(0, 10) ?? null;
}
