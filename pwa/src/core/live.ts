/** What balances show right now. A value that its bridge repeats no more is lost: nobody knows what lies there. */
import type { LiveWeight } from "./types";

/** The bridge repeats an unchanged value every 2 seconds; two repetitions may be late. */
const SILENT_MS = 6_000;

export class LiveValues {
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly show: (weight: LiveWeight) => void) {}

  heard(weight: LiveWeight): void {
    clearTimeout(this.timers.get(weight.balance));
    this.show(weight);
    const silent = (): void => this.show({ ...weight, net: null, quality: "lost" });
    this.timers.set(weight.balance, setTimeout(silent, SILENT_MS));
  }

  /** Forget all of them, for example when the connection is lost. */
  clear(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
