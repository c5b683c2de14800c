/** What the line does to a tablet: sleep, half-open sockets, busy servers; documents that come whole, and broken ones. */
import * as Automerge from "@automerge/automerge/slim";
import { beforeEach, describe, expect, it } from "vitest";
import type { Bytes } from "../../src/core/bytes";
import { encode } from "../../src/core/canonical";
import type { Engine } from "../../src/core/engine";
import { Store } from "../../src/core/store";
import { Plant, tablet, until } from "./surroundings";
import { kill, open, ready, records, type Tablet } from "./tablets";

const DOC = "batch/B-1";
let plant: Plant;

beforeEach(() => {
  plant = new Plant();
});

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const values = (engine: Engine) => engine.entries("B-1").map(({ payload }) => (payload.net as { value: string }).value);

async function worked(count: number): Promise<Engine> {
  const engine = await ready(tablet(plant));
  for (let n = 0; n < count; n++) await records(engine, `${n}.0`);
  await until("logged", () => engine.state.counts.logged === count);
  return engine;
}

/** The document as a server would have it ready, with its changes up to `last` or all of them. */
function saved(last = plant.hub.raws(DOC).length, raws: Bytes[] = plant.hub.raws(DOC)): { last: number; bytes: Bytes } {
  const [doc] = Automerge.applyChanges(Automerge.init(), raws.slice(0, last));
  return { last, bytes: new Uint8Array(Automerge.save(doc)) };
}

describe("a document that comes whole", () => {
  it("PLT-08 PLT-09 is taken by a fresh tablet, which asks for nothing but what came since", async () => {
    const first = await worked(4);
    plant.snapshots.set("B-1", saved(5));
    await records(first, "9.0");
    const fresh = await ready(tablet(plant));
    await until("told", () => values(fresh).length === 5);
    expect(plant.hub.opens.at(-1).docs).toEqual({ [DOC]: 5 });
    expect(values(fresh)).toEqual(values(first));
    // What others signed is checked as in changes; and this tablet goes on from here.
    await until("checked", () => fresh.entries("B-1").every(({ signature }) => signature === "right"));
    await records(fresh, "10.0");
    await until("logged", () => fresh.state.counts.logged === 1);
  });

  it.each([
    ["noise", () => ({ last: 5, bytes: new Uint8Array([1, 2, 3]) })],
    ["another number than it says", () => ({ ...saved(5), last: 4 })],
    ["no maps", () => ({ last: 0, bytes: new Uint8Array(Automerge.save(Automerge.init())) })],
    ["another history, which the next changes do not follow", () => other()],
  ])("PLT-09 PLT-18 is thrown away where it is %s", async (_, make) => {
    const first = await worked(4);
    plant.snapshots.set("B-1", make());
    const fresh = await ready(tablet(plant));
    await records(first, "9.0");
    await until("told", () => values(fresh).length === 5);
    await records(fresh, "10.0");
    await until("logged", () => fresh.state.counts.logged === 1);
  });

  it("PLT-18 hides nothing that is not signed: it is shown as what it is", async () => {
    await worked(2);
    let [doc] = Automerge.applyChanges(Automerge.init<{ entries: Record<string, Uint8Array>; receipts: Record<string, Uint8Array> }>(), plant.hub.raws(DOC));
    const id = Object.keys(doc.entries)[0]!;
    const text = new TextDecoder().decode(doc.entries[id]);
    doc = Automerge.change(doc, (draft) => {
      draft.entries[id] = new TextEncoder().encode(text.replace('"actor":"P-0001"', '"actor":"P-0002"'));
      draft.receipts[id] = encode({ index: 0, flags: [], recorded_at: "2026-11-22T09:30:01.000Z", verdict: "accepted" });
    });
    plant.snapshots.set("B-1", { last: plant.hub.raws(DOC).length + 1, bytes: new Uint8Array(Automerge.save(doc)) });
    const fresh = await ready(tablet(plant));
    await until("told", () => fresh.entries("B-1").some(({ signature }) => signature === "wrong"));
  });

  it("PLT-16 lists nothing that has not the shape of an entry, or is another's once more", async () => {
    await worked(2);
    let [doc] = Automerge.applyChanges(Automerge.init<{ entries: Record<string, Uint8Array> }>(), plant.hub.raws(DOC));
    const id = Object.keys(doc.entries)[0]!;
    const bytes = new Uint8Array(doc.entries[id]!);
    const [header, ...rest] = new TextDecoder().decode(bytes).split("\n") as [string, ...string[]];
    const shapes = [(odd: string) => `{"id":"${odd}","seq":1,"v":1}`, (odd: string) => header.replace(id, odd).replace('"subject":"20/net"', '"subject":null')];
    doc = Automerge.change(doc, (draft) => {
      for (const shape of shapes) {
        const odd = crypto.randomUUID();
        draft.entries[odd] = new TextEncoder().encode([shape(odd), ...rest].join("\n"));
      }
      draft.entries[crypto.randomUUID()] = bytes;
    });
    plant.hub.append(DOC, Automerge.getLastLocalChange(doc)!, null);
    const fresh = await ready(tablet(plant));
    await until("told", () => values(fresh).length > 0);
    expect(fresh.entries("B-1").map(({ subject }) => subject)).toEqual(["20/net", "20/net"]);
  });

  it("PLT-08 is kept by the tablet itself when many changes have come, and is what it starts with", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    await records(first, "1.0");
    await until("logged", () => first.state.counts.logged === 1);
    let [doc] = Automerge.applyChanges(Automerge.init<{ drafts: Record<string, number> }>(), plant.hub.raws(DOC));
    for (let n = 0; n < 210; n++) {
      doc = Automerge.change(doc, ({ drafts }) => (drafts[`n${n}`] = n));
      plant.hub.append(DOC, Automerge.getLastLocalChange(doc)!, null);
    }
    const kept = await keeps(on);
    expect(kept.last).toBeGreaterThan(210);
    await kill(first);
    plant.hub.up = false;
    const second = await open(on);
    expect(values(second)).toEqual(["1.0"]);
    const store = await Store.open(on.database);
    expect((await store.changes(DOC)).every(({ n }) => n > kept.last)).toBe(true);
    store.close();
    plant.hub.up = true;
    await records(second, "later");
    second.sessionChanged();
    await until("logged", () => second.state.counts.logged === 2);
    expect(plant.hub.hellos.at(-1).docs[DOC]).toBeGreaterThanOrEqual(kept.last);
  }, 30_000);
});

/** As many changes as there are, of another author. */
function other(): { last: number; bytes: Bytes } {
  const count = plant.hub.raws(DOC).length;
  let [doc] = Automerge.applyChanges(Automerge.init<{ drafts: Record<string, number> }>(), plant.hub.raws(DOC).slice(0, 1));
  for (let n = 1; n < count; n++) doc = Automerge.change(doc, ({ drafts }) => (drafts[`n${n}`] = n));
  return { last: count, bytes: new Uint8Array(Automerge.save(doc)) };
}

async function keeps(on: Tablet): Promise<{ last: number }> {
  for (let n = 0; n < 100; n++) {
    const store = await Store.open(on.database);
    const found = await store.snapshot(DOC);
    store.close();
    if (found) return found;
    await wait(100);
  }
  throw new Error("never kept");
}

describe("the line", () => {
  it("HMI-05 PLT-15 tells the server which build this is", async () => {
    await ready(tablet(plant));
    expect(plant.hub.hellos[0].app).toBe("0.1.0+test");
  });

  it("PLT-09 HMI-05 is asked whether it is alive when the page wakes, and replaced when it is not", async () => {
    const on = tablet(plant);
    let wake = (): void => undefined;
    on.watchNetwork = (back) => void (wake = back);
    const engine = await ready(on);
    const before = plant.hub.hellos.length;
    wake();
    await wait(50);
    expect([engine.state.online, plant.hub.hellos.length]).toEqual(["online", before]);
    plant.hub.deaf = true;
    await records(engine, "1.0");
    wake();
    await wait(2_500);
    expect(engine.state.counts.device).toBe(1);
    plant.hub.deaf = false;
    await until("another line", () => plant.hub.hellos.length > before);
    await until("delivered", () => engine.state.counts.logged === 1);
    expect(plant.hub.log.length).toBe(1);
  }, 10_000);

  it("PLT-09 HMI-05 counts as lost after twelve seconds of silence, whatever it looks like", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    plant.hub.deaf = true;
    const mono = on.clock.mono.bind(on.clock);
    on.clock.mono = () => mono() + 13_000;
    plant.hub.up = false;
    await wait(5_200);
    expect(engine.state.online).not.toBe("online");
  }, 10_000);

  it("PLT-17 HMI-05 leaves a busy server alone for as long as it asks, and shows no alarm", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    plant.hub.busy = { code: "hellos_too_many", retry: 1 };
    plant.hub.cut();
    const before = plant.hub.hellos.length;
    await until("said", () => plant.hub.hellos.length === before + 1);
    await wait(900);
    expect(plant.hub.hellos.length).toBe(before + 1);
    expect(engine.state.syncError).toBeNull();
    plant.hub.busy = null;
    await until("back", () => engine.state.online === "online");
  });

  it("PLT-17 is tried less and less often with a server that greets and fails", async () => {
    const engine = await ready(tablet(plant));
    plant.hub.cutAfterWelcome = true;
    const before = plant.hub.hellos.length;
    plant.hub.cut();
    await wait(3_200);
    expect(plant.hub.hellos.length - before).toBeLessThanOrEqual(4);
    plant.hub.cutAfterWelcome = false;
    engine.sessionChanged();
    await until("back", () => engine.state.online === "online");
  }, 10_000);

  it("PLT-09 delivers once when the server restarts in the middle of a push, without what it had not committed", async () => {
    const engine = await ready(tablet(plant));
    plant.hub.cutBeforeCommit = 1;
    await Promise.all([records(engine, "1.0"), records(engine, "2.0")]);
    plant.hub.up = false;
    plant.hub.cut();
    await wait(30);
    plant.hub.up = true;
    engine.sessionChanged();
    await until("logged", () => engine.state.counts.logged === 2);
    expect([plant.hub.log.length, new Set(plant.hub.entries(DOC)).size]).toEqual([2, 2]);
  });

  it("PLT-09 delivers once when the server loses a document while a push is under way", async () => {
    const engine = await ready(tablet(plant));
    await records(engine, "1.0");
    await until("logged", () => engine.state.counts.logged === 1);
    plant.hub.lose(DOC, 1);
    engine.write("B-1", "20/remark", "P-0001", "", "kept");
    await records(engine, "2.0");
    await until("logged", () => engine.state.counts.logged === 2);
    await until("typed again", () => Automerge.applyChanges(Automerge.init<{ drafts: Record<string, unknown> }>(), plant.hub.raws(DOC))[0].drafts["text:20%2Fremark"] === "kept");
    expect(engine.text("B-1", "20/remark")).toBe("kept");
  });
});
