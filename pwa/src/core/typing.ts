/** What people type right now: others' drafts as long as they are fresh, and ours, told when the hand rests. */
import { type Clock, timeText } from "./clock";
import type { TypedDraft } from "./doc";

const TYPING_MS = 400;
/** Drafts of others are shown for a minute from their arrival, since clocks differ; those found at a start are older. */
const DRAFT_LIFE_MS = 60_000;
const DRAFT_OLD_MS = 600_000;

export class Typing {
  private readonly typed = new Map<string, { text: string; timer: ReturnType<typeof setTimeout> }>();
  private readonly arrived = new Map<string, { at: string; mono: number }>();

  constructor(private readonly clock: Clock, private readonly tell: (name: string, draft: TypedDraft) => void) {}

  /** Those of a document's drafts that are fresh and not our own. */
  fresh(name: string, drafts: TypedDraft[]): TypedDraft[] {
    const [mono, old] = [this.clock.mono(), timeText(this.clock.wall() - DRAFT_OLD_MS)];
    return drafts.filter(({ slot, text, at }) => {
      const id = `${name} ${slot}`;
      const arrived = this.arrived.get(id);
      if (arrived?.at !== at) this.arrived.set(id, { at, mono });
      const fresh = arrived?.at !== at || mono - arrived.mono < DRAFT_LIFE_MS;
      return fresh && at > old && text !== "" && this.typed.get(id)?.text !== text;
    });
  }

  typing(name: string, slot: string, person: string, text: string): void {
    const id = `${name} ${slot}`;
    clearTimeout(this.typed.get(id)?.timer);
    const timer = setTimeout(() => this.tell(name, { slot, person, text, at: timeText(this.clock.wall()) }), TYPING_MS);
    this.typed.set(id, { text, timer });
  }
}
