/** The end of a phase without a planned sample: a remark that says why, then the end. Whatever is tried again, each is
 * signed once. */
import { KIND } from "./progress";

type Wanted = { kind: string; subject: string; payload: Record<string, unknown> };

export class Ending {
  private said = "";

  /** Whether the phase has ended. */
  async end(sign: (wanted: Wanted) => Promise<boolean>, batch: string, phase: string, why: string): Promise<boolean> {
    const saying = JSON.stringify([batch, phase, why]);
    if (this.said !== saying) {
      if (!(await sign({ kind: KIND.remark, subject: `${phase}/remark`, payload: { batch, phase, text: why } }))) return false;
      this.said = saying;
    }
    return sign({ kind: KIND.completed, subject: `${phase}/completed`, payload: { batch, phase } });
  }
}
