/** The entry of version 1 with fixed keys, judged by the second implementation. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Bytes, fromBase64, fromUtf8, hex, sha256, utf8 } from "../../src/core/bytes";
import { leafHash } from "../../src/core/merkle";
import {
  FIRST_PREV, checkDeviceSignature, checkPayload, leafData, nextStreamHash, parseHeader, parseReceipt, parseSignatures, splitLeaf,
} from "../../src/verify/lines";
import { VECTORS, file } from "./support";

const VECTOR = JSON.parse(fromUtf8(file(join(VECTORS, "entry-v1.json")))) as Record<string, string>;
const [header, signatures] = [utf8(VECTOR.header!), utf8(VECTOR.signatures!)];
const key = fromBase64(VECTOR.public_key!);

describe("the entry (PLT-04)", () => {
  it("PLT-04 reads the golden entry and finds its signature, payload, stream and leaf right", async () => {
    const head = parseHeader(header);
    await checkDeviceSignature(header, parseSignatures(signatures), "ed25519", key);
    await checkPayload(head, fromBase64(VECTOR.salt!), utf8(VECTOR.payload!));
    const [first, second, receipt] = splitLeaf(utf8(VECTOR.leaf!));
    expect([fromUtf8(first), fromUtf8(second)]).toEqual([VECTOR.header, VECTOR.signatures]);
    const stamp = parseReceipt(receipt);
    expect(stamp.stream_hash).toBe(await nextStreamHash(FIRST_PREV, await sha256(header)));
    expect(hex(await leafHash(leafData(first, second, receipt)))).toBe(VECTOR.leaf_hash);
    expect(hex(await sha256(header))).toBe(VECTOR.digest);
  });

  it("PLT-04 refuses every other byte of header and payload", async () => {
    const changed = (text: string, at: number): Bytes => utf8(text.slice(0, at) + (text[at] === "0" ? "1" : "0") + text.slice(at + 1));
    const lines = parseSignatures(signatures);
    for (let at = 0; at < VECTOR.header!.length; at += 7) {
      const judged = (async () => {
        const other = changed(VECTOR.header!, at);
        parseHeader(other);
        await checkDeviceSignature(other, lines, "ed25519", key);
      })();
      await expect(judged, `header ${at}`).rejects.toThrow();
    }
    for (let at = 0; at < VECTOR.payload!.length; at += 7) {
      const judged = checkPayload(parseHeader(header), fromBase64(VECTOR.salt!), changed(VECTOR.payload!, at));
      await expect(judged, `payload ${at}`).rejects.toMatchObject({ code: "payload_hash_wrong" });
    }
  });

  it.each([
    ["captured_at", '"2026-02-30T09:30:00.007Z"'], ["captured_at", '"0000-11-22T09:30:00.007Z"'], ["captured_at", '"2026-11-22T24:00:00.000Z"'],
    ["id", '"019eb2f0-5a5a-4bcd-8def-0123456789ab"'], ["kind", '"production.weighed"'], ["seq", "0"], ["offset", "841"], ["v", "2"], ["v", "true"],
    ["actor", '""'], ["actor", '"a\\u0007"'], ["reason", '""'], ["seen", '{"root":"x","size":1}'], ["lease", "1"],
  ])("PLT-04 refuses a header whose %s is %s", (name, value) => {
    const other = VECTOR.header!.replace(new RegExp(`"${name}":("[^"]*"|[0-9]+|\\{[^}]*\\}|null)`), () => `"${name}":${value}`);
    expect(other).not.toBe(VECTOR.header);
    expect(() => parseHeader(utf8(other))).toThrow(expect.objectContaining({ code: "entry_malformed" }));
  });

  it("PLT-04 counts code points, as Python does", () => {
    const other = VECTOR.header!.replace('"actor":"P-0001"', `"actor":"${"🧪".repeat(80)}"`);
    expect(parseHeader(utf8(other)).actor).toHaveLength(160);
  });
});
