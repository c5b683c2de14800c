/** Which of the codes that a camera sees is taken: one that is alone in the picture, and one of bars only when seen twice. */

export interface Seen { text: string; symbology: string; linear: boolean }
export type Picked = { what: "hit"; seen: Seen } | { what: "several" | "none" };

/** Codes of bars have weak checks or none: half of one can read as another (ITF), so one frame is no evidence: it is seen again, and no other between. */
export class Picker {
  private last = "";

  next(found: Seen[]): Picked {
    const texts = new Map(found.filter((one) => one.text !== "").map((one) => [`${one.symbology} ${one.text}`, one]));
    const [only] = texts;
    if (!only) return { what: "none" };
    if (texts.size > 1) {
      this.last = "";
      return { what: "several" };
    }
    const [key, seen] = only;
    const sure = !seen.linear || key === this.last;
    this.last = key;
    return sure ? { what: "hit", seen } : { what: "none" };
  }
}
