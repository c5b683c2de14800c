/** How a standing is told: a shape, a tone, and the words for it. */
import { day } from "../ui/format";
import type { Standing } from "./types";
import { tt } from "./words";

const AHEAD_MS = 30 * 86_400_000;
export interface Told { tone: "ok" | "alert" | "action" | "later"; text: string }

export function told(one: Pick<Standing, "held" | "until" | "wants" | "needed">, now = Date.now()): Told {
  const words = tt();
  if (!one.held) {
    if (!one.needed) return { tone: "later", text: words.notHeld };
    return { tone: "action", text: one.wants === "training" ? words.toTrain : words.toRead };
  }
  if (one.wants && one.until) return { tone: "alert", text: one.wants === "training" ? words.trainBy(day(one.until)) : words.readBy(day(one.until)) };
  if (one.wants) return { tone: "alert", text: words.toReadNow };
  if (!one.until) return { tone: "ok", text: words.held };
  return Date.parse(one.until) - now < AHEAD_MS ? { tone: "alert", text: words.ends(day(one.until)) } : { tone: "ok", text: words.heldUntil(day(one.until)) };
}
