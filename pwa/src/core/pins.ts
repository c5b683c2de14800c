/** Wrong PINs in a row, by person: counted on the disk before each trial, told in this device's chain after it.
 *
 * Five lock the person here until they confirm on line with their password, or this app has run for a quarter of an hour:
 * a reload does not shorten that, and no clock does that anybody can set. */
import type { Clock } from "./clock";
import { decodeEnvelope } from "./entry";
import { fromUtf8 } from "./bytes";
import type { StoredEntry, Store } from "./store";
import { CoreError, type Draft } from "./types";

/** The kind without its version: v1 under the lease of a batch, v2 of any other unit of work. */
export const PIN_TRIED = "handheld.pin_tried.";
/** As server/handheld/pins.py has it. */
export const MOST = 5;
export const WAIT_MS = 15 * 60 * 1000;
const STEP_MS = 5_000;
/** Beside the database, for what cannot be kept in it: a tablet that is full, or a second tab, can be unlocked all the
 * same, and counts across reloads. Whoever can take it away has the browser's files in hand, where no count helps. */
const ASIDE = "pestle.pins";

/** `wrong` in a row; `left` milliseconds of this app's running until the next trial. */
export interface Counted { wrong: number; left: number }

export class Pins {
  private counted: Record<string, Counted> = {};
  private since = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  private constructor(private readonly store: Store, private readonly clock: Clock) {}

  /** What the disk says, or the chain where it says more: a database that was set back has forgotten. */
  static async of(store: Store, clock: Clock, own: StoredEntry[]): Promise<Pins> {
    const pins = new Pins(store, clock);
    pins.counted = { ...(await store.meta("pins")) };
    for (const [person, one] of Object.entries(aside())) {
      if (one.wrong > (pins.counted[person]?.wrong ?? 0)) pins.counted[person] = one;
    }
    for (const [person, wrong] of told(own)) {
      if (wrong > (pins.counted[person]?.wrong ?? 0)) pins.counted[person] = { wrong, left: wrong < MOST ? 0 : WAIT_MS };
    }
    pins.run();
    return pins;
  }

  /** CoreError `pin_locked` with the minutes that are left. */
  check(person: string): void {
    this.pass();
    const left = this.counted[person]?.left ?? 0;
    if (left > 0) throw new CoreError("pin_locked", "pin_locked", { details: { minutes: Math.ceil(left / 60_000) } });
  }

  wrong(person: string): number {
    return this.counted[person]?.wrong ?? 0;
  }

  /** Before a trial: it counts as a wrong one until it was right, whatever becomes of this page. */
  async trying(person: string): Promise<void> {
    const wrong = this.wrong(person) + 1;
    await this.put({ ...this.counted, [person]: { wrong, left: wrong < MOST ? 0 : WAIT_MS } });
    this.run();
  }

  async right(person: string): Promise<void> {
    const { [person]: _, ...others } = this.counted;
    await this.put(others);
  }

  private async put(next: Record<string, Counted>): Promise<void> {
    this.pass();
    await this.keep(next);
    this.counted = next;
  }

  private async keep(next: Record<string, Counted>): Promise<void> {
    try {
      await this.store.setMeta({ pins: next });
      globalThis.localStorage?.removeItem(ASIDE);
    } catch (error) {
      console.warn("pins", error);
      globalThis.localStorage?.setItem(ASIDE, JSON.stringify(next));
    }
  }

  /** While somebody waits, what has passed is kept every few seconds. */
  private run(): void {
    clearInterval(this.timer);
    this.since = this.clock.mono();
    if (!Object.values(this.counted).some(({ left }) => left > 0)) return;
    this.timer = setInterval(() => {
      this.pass();
      void this.keep(this.counted);
      if (!Object.values(this.counted).some(({ left }) => left > 0)) clearInterval(this.timer);
    }, STEP_MS);
  }

  private pass(): void {
    const now = this.clock.mono();
    const gone = Math.max(0, now - this.since);
    this.since = now;
    const less = ({ wrong, left }: Counted): Counted => ({ wrong, left: Math.max(0, left - gone) });
    this.counted = Object.fromEntries(Object.entries(this.counted).map(([person, one]) => [person, less(one)]));
  }
}

function aside(): Record<string, Counted> {
  try {
    return JSON.parse(globalThis.localStorage?.getItem(ASIDE) ?? "{}") as Record<string, Counted>;
  } catch {
    return {};
  }
}

/** What the chain is told of a trial; in the name of whose PIN it was, by whomever. */
export function triedDraft(batch: string, person: string, wrong: number, by: "pin" | "password"): Draft {
  const [version, named] = batch.includes("/") ? ["v2", { unit: batch }] : ["v1", { batch }];
  return { batch, kind: `${PIN_TRIED}${version}`, subject: `pin/${person}`, payload: { ...named, person, right: wrong === 0, wrong, by } };
}

/** The last count of each person in this device's chain. */
function told(own: StoredEntry[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { bytes } of [...own].sort((a, b) => a.seq - b.seq)) {
    if (!fromUtf8(bytes).includes(PIN_TRIED)) continue;
    const { person, wrong } = JSON.parse(fromUtf8(decodeEnvelope(bytes).payload)) as { person: string; wrong: number };
    found.set(person, wrong);
  }
  return found;
}
