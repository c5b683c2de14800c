/** Random hands on three tablets, with broken lines, refusals and kills: every word once, every piece counted once. */
import { describe, expect, it } from "vitest";
import type { Engine } from "../../src/core/engine";
import { Plant, tablet, until } from "./surroundings";
import { kill, open, ready, records, type Tablet } from "./tablets";

const [TEXT, COUNT] = ["20/remark", "60/rejects"];
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Numbers from 0 to n - 1, the same for the same seed. */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

class Story {
  readonly plant = new Plant();
  readonly words: string[] = [];
  readonly told: string[] = [];
  counted = 0;
  entries = 0;
  private engines: Engine[] = [];
  private on: Tablet[] = [];

  constructor(private readonly random: (n: number) => number) {}

  async begin(): Promise<void> {
    for (let n = 0; n < 3; n++) {
      const on = tablet(this.plant);
      this.on.push(on);
      this.engines.push(await ready(on));
    }
  }

  async step(): Promise<void> {
    const n = this.random(this.engines.length);
    const engine = this.engines[n]!;
    const what = this.random(12);
    this.told.push(`${n}:${what}`);
    if (what < 4) this.type(engine, n);
    else if (what < 7) this.count(engine, n);
    else if (what === 7) await this.record(engine);
    else if (what === 8) this.plant.hub[this.random(2) ? "cutAfterCommit" : "cutBeforeCommit"] = 1;
    else if (what === 9) this.refuse();
    else if (what === 10) this.network();
    else await this.battery(n);
    await wait(this.random(4) * 60);
  }

  private type(engine: Engine, n: number): void {
    // Of letters that no other word has: where two begin alike, nobody can tell which of them was typed before which.
    const word = String.fromCharCode(0x4e00 + 2 * this.words.length, 0x4e01 + 2 * this.words.length);
    this.words.push(word);
    const shown = engine.text("B-1", TEXT);
    engine.write("B-1", TEXT, `P-${n}`, shown, this.random(2) ? shown + word : word + shown);
  }

  private count(engine: Engine, n: number): void {
    const by = 1 + this.random(3);
    this.counted += by;
    engine.count("B-1", COUNT, `P-${n}`, by);
  }

  private async record(engine: Engine): Promise<void> {
    await records(engine, `${(this.entries += 1)}.0`);
  }

  /** Once for each connection: what is refused twice waits under the hand, which a battery may take with it. */
  private refuse(): void {
    this.plant.hub.cut();
    this.plant.hub.refuse = 1;
  }

  private network(): void {
    this.plant.hub.up = !this.plant.hub.up;
    if (!this.plant.hub.up) this.plant.hub.cut();
    else for (const one of this.engines) one.sessionChanged();
  }

  /** What the hand has done less than half a second ago may go with the battery; here it has rested. */
  private async battery(n: number): Promise<void> {
    await wait(700);
    await kill(this.engines[n]!);
    this.engines[n] = await open(this.on[n]!);
  }

  async end(): Promise<void> {
    Object.assign(this.plant.hub, { cutAfterCommit: 0, cutBeforeCommit: 0, refuse: 0, up: true });
    for (const one of this.engines) one.sessionChanged();
    const tally = () => this.engines.map((one) => one.tally("B-1", COUNT));
    const texts = () => this.engines.map((one) => one.text("B-1", TEXT));
    const length = this.words.join("").length;
    const done = () => new Set(texts()).size === 1 && texts()[0]!.length === length && tally().every((one) => one === this.counted);
    for (let n = 0; n < 5 && !done(); n++) await until("the same everywhere", done).catch(() => undefined);
    expect(tally(), this.told.join(" ")).toEqual([this.counted, this.counted, this.counted]);
    expect(new Set(texts()).size, this.told.join(" ")).toBe(1);
    expect(texts()[0]!.match(/../g)?.sort() ?? [], this.told.join(" ")).toEqual([...this.words].sort());
    const logged = () => this.engines.reduce((sum, one) => sum + one.state.counts.logged, 0);
    await until("all logged", () => logged() === this.entries);
    expect(this.plant.hub.log.length).toBe(this.entries);
  }
}

describe("random hands", () => {
  it.each(Array.from({ length: 4 }, (_, n) => n + 1))("PLT-08 PLT-09 lose no word and count no piece twice (%i)", async (seed) => {
    const story = new Story(dice(seed * 7919));
    await story.begin();
    for (let n = 0; n < 30; n++) await story.step();
    await story.end();
  }, 60_000);
});
