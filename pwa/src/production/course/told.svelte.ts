/** The alarms of machines as the server told them last: what was raised or cleared elsewhere reaches a batch in work as
 * soon as the socket says that alarms changed, and is kept with the batch for when there is no network. */
import { api } from "../../api/client";
import { mirror } from "../../ui/mirror.svelte";
import { recall, remember } from "../scratch";
import type { AlarmsTold } from "./standing";

/** What the socket names when an alarm was raised or cleared (server/handheld/hub/news.py). */
const CHANGED = "equipment/alarms";
const SLOT = "equipment-alarms";
const AGAIN_MS = 5_000;

export class ToldAlarms {
  told = $state.raw<AlarmsTold | null>(null);
  /** Apart from all else that the mirror shows, which changes with each entry. */
  private readonly changes = $derived(mirror.state.touched[CHANGED] ?? 0);
  private readonly online = $derived(mirror.state.online === "online");
  private run = 0;

  constructor(private readonly batch: string) {
    this.told = recall<AlarmsTold | null>(batch, SLOT, null);
  }

  /** For an effect: asks whenever the connection comes back and whenever alarms changed; returns what ends it. */
  follow(): () => void {
    void this.changes;
    const run = ++this.run;
    if (this.online) void this.ask(run);
    return () => void (this.run += 1);
  }

  /** An answer that a later question has overtaken is dropped; where none comes it is asked for again. */
  private async ask(run: number): Promise<void> {
    try {
      const told = await api.get<AlarmsTold>("/api/equipment/alarms/standing");
      if (run !== this.run) return;
      this.told = told;
      remember(this.batch, SLOT, told);
    } catch (error) {
      console.warn("alarms of equipment", error);
      setTimeout(() => {
        if (run === this.run) void this.ask(run);
      }, AGAIN_MS);
    }
  }
}
