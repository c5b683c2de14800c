/** Drafts: texts and tallies that several tablets write at once, on the network or not, and who is at work where. */
import * as Automerge from "@automerge/automerge/slim";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BatchDoc, type Edit, newActor } from "../../src/core/doc";
import type { Engine } from "../../src/core/engine";
import { genesis, place } from "../../src/core/places";
import { moved, rebase } from "../../src/core/typing";
import { Plant, tablet, until, wasm } from "./surroundings";
import { kill, open, ready, records, type Tablet } from "./tablets";

const DOC = "batch/B-2611-014";
const REMARK = "20/remark";
let root: { n: number; bytes: Uint8Array<ArrayBuffer> };
let plant: Plant;

beforeAll(async () => {
  await wasm();
  root = { n: 1, bytes: await genesis(DOC) };
});
beforeEach(() => {
  plant = new Plant();
});

const fresh = () => new BatchDoc(DOC, newActor(), [root]);

async function make(doc: BatchDoc, ...edits: Edit[]): Promise<void> {
  await doc.makePlaces(edits);
  for (const edit of edits) doc.edit(edit);
}

/** Number what these have made, as a server does: the same change once. */
function exchange(...docs: BatchDoc[]): void {
  const all = docs.flatMap(({ pending }) => pending);
  const once = all.filter(({ hash }, i) => all.findIndex((other) => other.hash === hash) === i);
  const from = docs[0]!.last;
  const numbered = once.map(({ bytes }, i) => ({ n: from + 1 + i, bytes }));
  for (const doc of docs) doc.receive(numbered);
}

describe("places", () => {
  it("PLT-09 are the bytes that the server derives", async () => {
    const hash = (bytes: Uint8Array) => Automerge.decodeChange(bytes).hash;
    expect(hash(root.bytes)).toBe("e99858f17e441aeca3da1c23b2a01204600555a046ebf5e35921a20f2f07e34f");
    expect(hash(await place(DOC, "text", REMARK))).toBe("92c90d1de7aec203d22e0baf308898981f3a281bf5bc0bec681888070add604c");
    expect(hash(await place(DOC, "count", "60/rejects"))).toBe("c2c1aa22b296d8e5d7889ab15724513e2f6d9d096eeb14c3130c9a8466724b5a");
  });

  it("PLT-09 hide nothing when two tablets make them apart", async () => {
    const [a, b] = [fresh(), fresh()];
    await make(a, { slot: REMARK, text: "温湿度计换电池" }, { slot: "60/rejects", by: 2 });
    await make(b, { slot: REMARK, text: "12 Pa" }, { slot: "60/rejects", by: 3 });
    exchange(a, b);
    expect(a.text(REMARK)).toBe(b.text(REMARK));
    expect(["温湿度计换电池12 Pa", "12 Pa温湿度计换电池"]).toContain(a.text(REMARK));
    expect([a.tally("60/rejects"), b.tally("60/rejects")]).toEqual([5, 5]);
    expect([a.pending.length, b.pending.length, a.last, b.last]).toEqual([0, 0, 7, 7]);
  });

  it("PLT-09 take two hands in one sentence", async () => {
    const [a, b] = [fresh(), fresh()];
    await make(a, { slot: REMARK, text: "Punch changed." });
    exchange(a, b);
    await make(a, { slot: REMARK, text: "Punch 3 changed." });
    await make(b, { slot: REMARK, text: "Punch changed at 10:40." });
    exchange(a, b);
    expect([a.text(REMARK), b.text(REMARK)]).toEqual(["Punch 3 changed at 10:40.", "Punch 3 changed at 10:40."]);
  });

  it("PLT-09 cost as many values as were typed", async () => {
    const doc = fresh();
    await make(doc, { slot: REMARK, text: "ab" });
    await make(doc, { slot: REMARK, text: "abc" });
    await make(doc, { slot: REMARK, text: "" });
    const actions = doc.pending.flatMap(({ bytes }) => Automerge.decodeChange(bytes).ops.map(({ action }) => action));
    expect(actions).toEqual(["makeText", "set", "set", "set", "del", "del", "del"]);
    await make(doc, { person: "P-0001", draft: { slot: REMARK, person: "P-0001", text: "", at: "2026-11-22T09:30:00.000Z" } });
    expect(Automerge.decodeChange(doc.pending.at(-1)!.bytes).ops.length).toBe(1);
    expect(doc.entryIds()).toEqual([]);
  });

  it("PLT-08 read drafts of before there were places", () => {
    let old = Automerge.applyChanges(Automerge.init<{ drafts: Record<string, unknown> }>(), [root.bytes])[0];
    const scalar = (text: string) => new Automerge.ImmutableString(text);
    old = Automerge.change(old, ({ drafts }) => {
      drafts["20/net"] = { person: scalar("P-0001"), text: scalar("12.64"), at: scalar("2026-11-22T09:30:00.000Z") };
      drafts["30/net"] = { person: scalar("P-0001"), text: scalar(""), at: scalar("2026-11-22T09:30:00.000Z") };
      drafts["@P-9"] = scalar("no JSON");
      drafts.note = 7;
    });
    const doc = new BatchDoc(DOC, newActor(), [root, { n: 2, bytes: new Uint8Array(Automerge.getLastLocalChange(old)!) }]);
    expect(doc.drafts()).toEqual([{ slot: "20/net", person: "P-0001", text: "12.64", at: "2026-11-22T09:30:00.000Z" }]);
    expect(doc.text("20/net")).toBe("");
  });

  it("PLT-08 keep a batch's typing below what the server takes", async () => {
    const doc = fresh();
    // A tenth of a long batch: 200 numbers, each told three times, and 40 remarks of 60 letters in five goes.
    for (let n = 0; n < 200; n++) {
      for (const text of ["1", "12.6", "12.640"]) await make(doc, { person: "P-1", draft: { slot: `${n}/net`, person: "P-1", text, at: "" } });
      await make(doc, { person: "P-1", draft: null });
    }
    for (let n = 0; n < 40; n++) {
      for (let go = 1; go <= 5; go++) await make(doc, { slot: `${n % 5}/remark`, text: "x".repeat(12 * go) });
      await make(doc, { slot: `${n % 5}/remark`, text: "" });
    }
    expect(doc.full).toBe(false);
    expect(Automerge.stats((doc as unknown as { doc: Automerge.Doc<unknown> }).doc).numOps).toBeLessThan(9_500);
  }, 20_000);
});

describe("a cursor", () => {
  it.each([["abcd", "Xabcd", 2, 3], ["abcd", "abcdX", 2, 2], ["abcd", "ad", 2, 1], ["abcd", "aXYd", 3, 3], ["", "abc", 0, 0]])("PLT-09 in %o stays at its letter in %o", (from, to, at, then) => {
    expect(moved(from, to, at)).toBe(then);
  });
});

describe("rebase", () => {
  it.each([
    ["abc", "abcd", "abc", "abcd"],
    ["abc", "abc", "xabc", "xabc"],
    ["abc", "abcd", "xabc", "xabcd"],
    ["abc", "xabc", "abcd", "xabcd"],
    ["", "a", "b", "ab"],
    ["abc", "", "abcd", "d"],
    ["abc", "", "abXc", "X"],
    ["一二三", "一二二三", "一二三四", "一二二三四"],
    ["😀", "😁", "😀!", "😁!"],
  ])("PLT-09 of %o made %o, while %o came: %o", (base, mine, theirs, both) => {
    expect(rebase(base, mine, theirs)).toBe(both);
  });
});

/** As a field does: what it shows is what it was told last. */
function type(engine: Engine, text: string, slot = REMARK, person = "P-0001"): void {
  engine.write("B-1", slot, person, engine.text("B-1", slot), text);
}

async function two(): Promise<[Engine, Engine, Tablet]> {
  const on = tablet(plant);
  return [await ready(tablet(plant)), await ready(on), on];
}

async function away(): Promise<void> {
  plant.hub.up = false;
  plant.hub.cut();
}

describe("core", () => {
  it("PLT-09 shows both texts on both tablets, and by name who types", async () => {
    const [a, b] = await two();
    type(a, "Valve");
    await until("told", () => b.text("B-1", REMARK) === "Valve");
    expect(b.drafts("B-1")).toMatchObject([{ slot: REMARK, person: "P-0001", text: "" }]);
    expect(a.drafts("B-1")).toEqual([]);
    type(b, "Valve closed", REMARK, "P-0002");
    type(a, "The Valve");
    await until("merged", () => [a, b].every((one) => one.text("B-1", REMARK) === "The Valve closed"));
    expect(a.drafts("B-1")).toMatchObject([{ slot: REMARK, person: "P-0002" }]);
  });

  it("PLT-08 PLT-09 merges what was typed and counted without a network, once", async () => {
    const [a, b] = await two();
    await away();
    await until("offline", () => a.state.online !== "online" && b.state.online !== "online");
    type(a, "from a.");
    type(b, "from b.", REMARK, "P-0002");
    for (let n = 0; n < 3; n++) a.count("B-1", "60/rejects", "P-0001", 1);
    for (let n = 0; n < 4; n++) b.count("B-1", "60/rejects", "P-0002", 1);
    b.count("B-1", "60/rejects", "P-0002", -1);
    expect([a.tally("B-1", "60/rejects"), b.tally("B-1", "60/rejects")]).toEqual([3, 3]);
    // Two rests apart, so that something is in the document and something still under the hand.
    await new Promise((resolve) => setTimeout(resolve, 500));
    b.count("B-1", "60/rejects", "P-0002", 1);
    plant.hub.up = true;
    for (const one of [a, b]) one.sessionChanged();
    await until("counted", () => [a, b].every((one) => one.tally("B-1", "60/rejects") === 7));
    await until("merged", () => a.text("B-1", REMARK) === b.text("B-1", REMARK) && a.text("B-1", REMARK).length === 14);
    // Nobody is shown as typing for what he did hours ago.
    expect(a.drafts("B-1")).toEqual([]);
  });

  it("PLT-09 counts a tally once, though the line breaks after the commit", async () => {
    const [a, b] = await two();
    plant.hub.cutAfterCommit = 1;
    a.count("B-1", "60/rejects", "P-0001", 5);
    await until("told", () => b.tally("B-1", "60/rejects") === 5);
    await until("back", () => a.state.online === "online");
    b.count("B-1", "60/rejects", "P-0002", 1);
    await until("added", () => a.tally("B-1", "60/rejects") === 6);
    expect(b.tally("B-1", "60/rejects")).toBe(6);
  });

  it("PLT-08 PLT-09 keeps what was typed and counted offline over a kill, and delivers it once", async () => {
    const [a, b, on] = await two();
    await away();
    await until("offline", () => b.state.online !== "online");
    type(b, "typed offline");
    b.count("B-1", "60/rejects", "P-0002", 4);
    await records(b, "1.0");
    await new Promise((resolve) => setTimeout(resolve, 600));
    await kill(b);
    const again = await open(on);
    expect([again.text("B-1", REMARK), again.tally("B-1", "60/rejects")]).toEqual(["typed offline", 4]);
    plant.hub.up = true;
    for (const one of [a, again]) one.sessionChanged();
    await until("told", () => a.text("B-1", REMARK) === "typed offline" && a.tally("B-1", "60/rejects") === 4);
    await until("logged", () => again.state.counts.logged === 1);
    expect([again.text("B-1", REMARK), again.tally("B-1", "60/rejects")]).toEqual(["typed offline", 4]);
  });

  it("PLT-09 types again what a refusal has thrown away, and entries go on", async () => {
    const [a, b] = await two();
    plant.hub.refuse = 1;
    type(a, "kept");
    a.count("B-1", "60/rejects", "P-0001", 2);
    await records(a, "1.0");
    await until("told", () => b.text("B-1", REMARK) === "kept" && b.tally("B-1", "60/rejects") === 2);
    await until("logged", () => a.state.counts.logged === 1);
    expect([a.text("B-1", REMARK), a.tally("B-1", "60/rejects")]).toEqual(["kept", 2]);
  });

  it("PLT-08 PLT-16 shows what is typed here when drafts are full, says so, and takes entries", async () => {
    const [a, b] = await two();
    plant.hub.full = true;
    type(a, "more than fits");
    await until("said", () => a.draftsFull("B-1"));
    expect(a.text("B-1", REMARK)).toBe("more than fits");
    await records(a, "1.0");
    await until("logged", () => a.state.counts.logged === 1);
    type(a, "");
    expect(a.text("B-1", REMARK)).toBe("");
    expect([b.text("B-1", REMARK), b.draftsFull("B-1")]).toEqual(["", false]);
    expect(plant.hub.pushes.filter(({ changes }) => changes.length > 1).length).toBeLessThan(4);
  });

  it("PLT-09 clears a text when it is signed, except for what another wrote meanwhile", async () => {
    const [a, b] = await two();
    type(a, "Valve closed.");
    await until("told", () => b.text("B-1", REMARK) === "Valve closed.");
    const signed = a.text("B-1", REMARK);
    type(b, "Valve closed. Pump off.", REMARK, "P-0002");
    a.write("B-1", REMARK, "P-0001", signed, "");
    await until("cleared", () => [a, b].every((one) => one.text("B-1", REMARK) === " Pump off."));
  });

  it("PLT-08 shows numbers that others type, and no more when they are signed", async () => {
    const [a, b] = await two();
    a.typing("B-1", "20/net", "P-0001", "12.6");
    await until("seen", () => b.drafts("B-1").length === 1);
    expect(b.drafts("B-1")[0]).toMatchObject({ slot: "20/net", person: "P-0001", text: "12.6" });
    expect(a.drafts("B-1")).toEqual([]);
    a.typing("B-1", "20/net", "P-0001", "");
    await until("gone", () => b.drafts("B-1").length === 0);
  });
});

describe("a document that is thrown away", () => {
  it("PLT-09 says what of it the server lacks, in words and pieces", async () => {
    const [mine, server] = [fresh(), fresh()];
    await make(mine, { slot: REMARK, text: "ab" }, { slot: "60/rejects", by: 2 });
    await make(mine, { slot: REMARK, text: "abc" }, { slot: "60/rejects", by: 3 }, { slot: "60/drums", by: -1 });
    mine.addEntry("0197a3b0-0000-7000-8000-000000000001", new Uint8Array([1]));
    expect(mine.unsent(server)).toEqual([{ slot: "60/rejects", by: 2 }, { slot: "60/rejects", by: 3 }, { slot: "60/drums", by: -1 }, { slot: REMARK, text: "abc" }]);
    exchange(mine);
    expect(mine.unsent(server)).toEqual([]);
  });

  it("PLT-14 passes over a key that no app makes", async () => {
    const doc = fresh();
    const [strange] = Automerge.applyChanges(Automerge.init<{ drafts: Record<string, string> }>(), [root.bytes]);
    const change = Automerge.getLastLocalChange(Automerge.change(strange, ({ drafts }) => void (drafts["text:%"] = "odd")))!;
    doc.receive([{ n: 2, bytes: new Uint8Array(change) }]);
    await make(doc, { slot: REMARK, text: "a" });
    expect(doc.unsent(fresh())).toEqual([{ slot: REMARK, text: "a" }]);
  });
});
