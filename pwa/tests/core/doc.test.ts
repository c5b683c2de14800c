/** Shared documents: two actors merge, numbers resume, own unconfirmed changes are told apart. */
import { beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "../../src/core/bytes";
import { BatchDoc, newActor } from "../../src/core/doc";
import { genesis as first } from "../../src/core/places";
import { wasm } from "./surroundings";

let root: { n: number; bytes: Uint8Array<ArrayBuffer> };
const genesis = () => root;
beforeAll(async () => {
  await wasm();
  root = { n: 1, bytes: await first("batch/B") };
});

describe("document", () => {
  it("PLT-09 merges two devices' entries without losing either", () => {
    const first = genesis();
    const [a, b] = [new BatchDoc("batch/B", newActor(), [first]), new BatchDoc("batch/B", newActor(), [first])];
    a.addEntry("e1", utf8("from a"));
    b.addEntry("e2", utf8("from b"));
    const numbered = [...a.pending, ...b.pending].map(({ bytes }, i) => ({ n: i + 2, bytes }));
    a.receive(numbered);
    b.receive(numbered);
    expect(a.entryIds().sort()).toEqual(["e1", "e2"]);
    expect(b.entryIds().sort()).toEqual(["e1", "e2"]);
    expect([a.pending.length, b.pending.length, a.last, b.last]).toEqual([0, 0, 3, 3]);
    expect(a.entry("e2")).toEqual(utf8("from b"));
  });

  it("PLT-09 counts only what has no gap before it", () => {
    const first = genesis();
    const [doc, other] = [new BatchDoc("batch/B", newActor(), [first]), new BatchDoc("batch/B", newActor(), [first])];
    for (const id of ["e1", "e2", "e3"]) other.addEntry(id, utf8(id));
    const [two, three, four] = other.pending.map(({ bytes }, i) => ({ n: i + 2, bytes }));
    doc.receive([four!]);
    expect(doc.last).toBe(1);
    doc.receive([two!, three!]);
    expect(doc.last).toBe(4);
    expect(doc.entryIds().length).toBe(3);
  });

  it("PLT-09 pushes each edit as one small change, also after loading (the trap of saveIncremental)", () => {
    const first = genesis();
    const writer = new BatchDoc("batch/B", newActor(), [first]);
    for (let i = 0; i < 200; i++) writer.addEntry(`e${i}`, utf8("x".repeat(400)));
    const changes = [first, ...writer.pending.map(({ bytes }, i) => ({ n: i + 2, bytes }))];
    const loaded = new BatchDoc("batch/B", newActor(), changes);
    loaded.addEntry("one more", utf8("y"));
    expect(loaded.pending.length).toBe(1);
    expect(loaded.pending[0]!.bytes.length).toBeLessThan(400);
    expect(loaded.confirmed("one more")).toBe(false);
    expect(loaded.confirmed("e7")).toBe(true);
  });

  it("PLT-09 waits for the server's first change instead of making maps of its own", () => {
    expect(new BatchDoc("batch/B", newActor()).ready).toBe(false);
  });
});
