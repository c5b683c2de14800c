/** The journal's frames against everything a power cut leaves behind. */
import { describe, expect, it } from "vitest";
import { concat, type Bytes, random, utf8 } from "../../src/core/bytes";
import { crc32, frame, readFrames } from "../../src/core/frames";
import { Journal } from "../../src/core/journal";
import { MemoryFile } from "./surroundings";

const bodies = [utf8("one"), random(300), utf8("three"), new Uint8Array(), utf8("five")];
const file = concat(...bodies.map(frame));

describe("frames", () => {
  it("PLT-09 computes the checksum of ISO 3309", () => expect(crc32(utf8("123456789"))).toBe(0xcbf43926));

  it("PLT-09 reads back what was written", () => expect(readFrames(file)).toEqual({ bodies, end: file.length }));

  it("PLT-09 gives a clean prefix wherever the tail is torn", () => {
    const ends = bodies.map((_, i) => concat(...bodies.slice(0, i).map(frame)).length);
    for (let cut = 0; cut < file.length; cut++) {
      const whole = ends.filter((end, i) => i > 0 && end <= cut).length;
      expect(readFrames(file.slice(0, cut)).bodies).toEqual(bodies.slice(0, whole));
    }
  });

  it.each([["zeroes", new Uint8Array(4096)], ["garbage", random(4096)]])("PLT-09 ignores %s at the tail and writes over them", (_, tail) => {
    expect(readFrames(concat(file, tail))).toEqual({ bodies, end: file.length });
  });

  it("PLT-09 loses only the damaged frame when a byte in the middle flips", () => {
    for (const at of [20, 100, frame(bodies[0]!).length + 2, frame(bodies[0]!).length + 6]) {
      const hurt = file.slice();
      hurt[at]! ^= 0x10;
      expect(readFrames(hurt).bodies.length, `byte ${at}`).toBe(bodies.length - 1);
    }
  });
});

describe("journal", () => {
  const entry = (id: string): Bytes => utf8(`bytes of ${id}`);

  it("PLT-08 flushes each entry and gives all of them back", async () => {
    const disk = new MemoryFile();
    const { journal } = await Journal.open(disk);
    await Promise.all([journal.entry("a", entry("a")), journal.entry("b", entry("b"))]);
    expect(disk.flushes).toBe(2);
    const { recovered } = await Journal.open(disk);
    expect([...recovered.entries]).toEqual([["a", entry("a")], ["b", entry("b")]]);
  });

  it("PLT-09 does not give back what was voided", async () => {
    const disk = new MemoryFile();
    const { journal } = await Journal.open(disk);
    await journal.entry("a", entry("a"));
    await journal.void("a");
    expect((await Journal.open(disk)).recovered.entries.size).toBe(0);
  });

  it("PLT-09 goes on after a failed write as if it had not been", async () => {
    const disk = new MemoryFile();
    const { journal } = await Journal.open(disk);
    disk.fails = 1;
    await expect(journal.entry("a", entry("a"))).rejects.toThrow("full");
    await journal.entry("b", entry("b"));
    expect([...(await Journal.open(disk)).recovered.entries.keys()]).toEqual(["b"]);
  });

  it("PLT-08 PLT-18 grows no further than it must: proven entries and delivered photos are dropped once it is large, not what is only recorded", async () => {
    const disk = new MemoryFile();
    const { journal } = await Journal.open(disk);
    const photo = { hash: "ab", type: "image/png", data: random(50_000) };
    for (let i = 0; i < 90; i++) {
      await journal.blob({ ...photo, hash: `p${i}` });
      if (i < 89) await journal.blobDone(`p${i}`);
    }
    await journal.entry("old", entry("old"));
    await journal.proven("old");
    await journal.entry("new", entry("new"));
    const before = disk.data.length;
    await Journal.open(disk);
    expect(disk.data.length).toBeLessThan(before / 10);
    const { recovered } = await Journal.open(disk);
    expect([...recovered.entries.keys()]).toEqual(["new"]);
    expect(recovered.blobs.get("p89")).toEqual({ ...photo, hash: "p89" });
  });
});
