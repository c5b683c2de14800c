/** What a disposition may claim of the stream and the devices that it seals. */
import { describe, expect, it } from "vitest";
import type { Header } from "../../src/core/entry";
import type { Fields } from "../../src/verify/lines";
import { Seals } from "../../src/verify/seal";

const ZERO = "0".repeat(64);
const digest = (letter: string): string => letter.repeat(64);
const head = (device: string, seq: number, kind: string): Header => ({ device, seq, kind }) as Header;

/** A stream in which the server lends the batch to a and c, and a and b write. */
function sealing(claim: Fields, kind = "release.batch_released.v2", lease: Fields | null = { device: "c" }): Seals {
  const seals = new Seals();
  seals.take(0, head("server", 1, "handheld.lease_issued.v1"), digest("0"), digest("e"), { device: "a" });
  seals.take(1, head("a", 4, "production.phase_started.v1"), digest("a"), digest("f"), {});
  seals.take(2, head("b", 7, "production.remark_added.v1"), digest("b"), digest("1"), {});
  seals.take(3, head("server", 2, "handheld.lease_issued.v1"), digest("2"), digest("3"), lease);
  seals.take(4, head("server", 3, kind), digest("4"), digest("5"), { stream_seq: 4, stream_hash: digest("3"), ...claim });
  return seals;
}

const [a, b, c] = [{ device: "a", seq: 4, hash: digest("a") }, { device: "b", seq: 7, hash: digest("b") }, { device: "c", seq: 0, hash: ZERO }];

describe("a disposition's seal (PRD-11, PLT-04)", () => {
  it("PLT-04 covers the entries it names and every device that held or wrote the batch", () => {
    const seals = sealing({ devices: [a, b, c] });
    expect([seals.sealedAt, seals.at]).toEqual([4, 4]);
  });

  it("PLT-04 names a later head of a device that went on elsewhere", () => {
    expect(sealing({ devices: [{ ...a, seq: 9, hash: digest("9") }, b, c] }).sealedAt).toBe(4);
  });

  it("PLT-04 asks the first version for the stream only", () => {
    expect(sealing({}, "release.batch_rejected.v1").sealedAt).toBe(4);
  });

  it("PLT-04 lets more devices be named where a lease's content is withheld", () => {
    expect(sealing({ devices: [a, b, c] }, undefined, null).sealedAt).toBe(4);
    expect(() => sealing({ devices: [a, c] }, undefined, null)).toThrow(expect.objectContaining({ code: "seal_wrong" }));
  });

  it.each<[string, Fields]>([
    ["another stream", { devices: [a, b, c], stream_hash: digest("1") }],
    ["more entries than there are", { devices: [a, b, c], stream_seq: 5 }],
    ["no count", { devices: [a, b, c], stream_seq: "4" }],
    ["no devices", {}],
    ["a device too few", { devices: [a, b] }],
    ["a device too many", { devices: [a, b, c, { device: "d", seq: 0, hash: ZERO }] }],
    ["a device twice", { devices: [a, a, b, c] }],
    ["another order", { devices: [b, a, c] }],
    ["another head", { devices: [{ ...a, hash: digest("9") }, b, c] }],
    ["an earlier head", { devices: [{ ...a, seq: 3, hash: digest("9") }, b, c] }],
    ["a head of a device that wrote nothing", { devices: [a, b, { ...c, hash: digest("9") }] }],
    ["a device without a head", { devices: [a, b, { device: "c" }] }],
  ])("PLT-04 refuses %s", (_, claim) => {
    expect(() => sealing(claim)).toThrow(expect.objectContaining({ code: "seal_wrong" }));
  });
});
