/** The entry's format against the golden vector that Python made, and its limits. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { base64, concat, fromBase64, fromUtf8, hex, sha256, utf8 } from "../../src/core/bytes";
import { decodeEnvelope, digestOf, encodeEnvelope, type Header, newId, readHeader, readPayload, seal } from "../../src/core/entry";
import { makeDeviceKey, sign, verify } from "../../src/core/keys";

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "../../../tests/vectors/entry-v1.json"), "utf8")) as Record<string, string>;
const unhex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const head: Omit<Header, "payload_hash"> = {
  v: 1, id: newId(1), kind: "production.remark_added.v1", stream: "batch/B-1", subject: "10/remark", actor: "P-0001",
  device: "tablet-000001", seq: 1, prev: "0".repeat(64), captured_at: "2026-11-22T09:30:00.000Z", offset: 480, mono: 5,
  boot: "b", seen: null, lease: "l", corrects: null, reason: null,
};

describe("entry", () => {
  it("PLT-02 makes the golden vector's exact bytes from its content and key", async () => {
    // PKCS #8 of an Ed25519 seed (RFC 8410 section 7).
    const pkcs8 = concat(unhex("302e020100300506032b657004220420"), unhex(golden.private_key_hex!));
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, false, ["sign"]);
    const signer = { alg: "ed25519", sign: async (data: BufferSource) => new Uint8Array(await crypto.subtle.sign("Ed25519", key, data)) };
    const { payload_hash: _, ...known } = JSON.parse(golden.header!) as Header;
    const envelope = await seal(known, JSON.parse(golden.payload!), signer, undefined, fromBase64(golden.salt!));
    expect(fromUtf8(envelope.header)).toBe(golden.header);
    expect(fromUtf8(envelope.payload)).toBe(golden.payload);
    expect(fromUtf8(envelope.signatures)).toBe(golden.signatures);
    expect(await digestOf(envelope)).toBe(golden.digest);
  });

  it("PLT-02 reads back what it wrote, four lines", async () => {
    const key = await makeDeviceKey("ed25519");
    const payload = { batch: "B-1", text: "第一行\n第二行" };
    const envelope = await seal(head, payload, { alg: key.alg, sign: (data) => sign(key, data) });
    const wire = encodeEnvelope(envelope);
    expect(wire.filter((byte) => byte === 10).length).toBe(3);
    const again = decodeEnvelope(wire);
    expect(readPayload(again)).toEqual(payload);
    expect(readHeader(again)).toMatchObject(head);
  });

  it.each(["ed25519", "es256"] as const)("PLT-15 signs with %s so that the public key verifies", async (alg) => {
    const key = await makeDeviceKey(alg);
    const envelope = await seal(head, {}, { alg, sign: (data) => sign(key, data) });
    const [line] = JSON.parse(fromUtf8(envelope.signatures)) as { alg: string; by: string; sig: string }[];
    const message = concat(utf8("pestle/entry/v1\n"), envelope.header);
    expect(line).toMatchObject({ alg, by: "device" });
    expect(await verify(alg, key.publicKey, message, fromBase64(line!.sig))).toBe(true);
    message[20]! ^= 1;
    expect(await verify(alg, key.publicKey, message, fromBase64(line!.sig))).toBe(false);
    await expect(crypto.subtle.exportKey("pkcs8", key.privateKey)).rejects.toThrow();
  });

  it("PLT-02 carries a second person's signature over the same header in a domain of its own", async () => {
    const [device, person] = [await makeDeviceKey("es256"), await makeDeviceKey("ed25519")];
    const cosigner = { alg: "ed25519", by: "person:P-0003", sign: (data: Parameters<typeof sign>[1]) => sign(person, data) };
    const envelope = await seal(head, {}, { alg: "es256", sign: (data) => sign(device, data) }, cosigner);
    const lines = JSON.parse(fromUtf8(envelope.signatures)) as { by: string; sig: string }[];
    expect(lines.map(({ by }) => by)).toEqual(["device", "person:P-0003"]);
    const message = concat(utf8("pestle/cosign/v1\n"), envelope.header);
    expect(await verify("ed25519", person.publicKey, message, fromBase64(lines[1]!.sig))).toBe(true);
  });

  it("PLT-02 refuses to sign what the log could not take", async () => {
    const key = await makeDeviceKey("ed25519");
    const device = { alg: key.alg, sign: (data: Parameters<typeof sign>[1]) => sign(key, data) };
    await expect(seal(head, { text: "x".repeat(49 * 1024) }, device)).rejects.toMatchObject({ code: "entry_too_large" });
    await expect(seal({ ...head, subject: "" }, {}, device)).rejects.toMatchObject({ code: "entry_malformed" });
    await expect(seal({ ...head, reason: "x".repeat(2001) }, {}, device)).rejects.toMatchObject({ code: "entry_malformed" });
    for (const name of ["stream", "subject", "actor", "device", "boot", "lease", "corrects", "reason"] as const) {
      for (const wrong of ["a\0", "\x1bb", "a\x7f", "a\x85"]) {
        await expect(seal({ ...head, [name]: wrong }, {}, device)).rejects.toMatchObject({ code: "entry_malformed" });
      }
    }
    await expect(seal({ ...head, lease: "a\nb" }, {}, device)).rejects.toMatchObject({ code: "entry_malformed" });
    expect(readHeader(await seal({ ...head, reason: "一\n\t二" }, {}, device)).reason).toBe("一\n\t二");
    await expect(seal({ ...head, kind: "Remark" }, {}, device)).rejects.toMatchObject({ code: "entry_malformed" });
  });

  it("PLT-02 numbers entries with UUIDv7 in the order of time", async () => {
    const ids = [newId(1_764_000_000_000), newId(1_764_000_000_001), newId(1_764_000_100_000)];
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...ids].sort()).toEqual(ids);
    expect(parseInt(ids[0]!.replaceAll("-", "").slice(0, 12), 16)).toBe(1_764_000_000_000);
    expect(hex(await sha256(utf8("abc")))).toMatch(/^ba7816bf/);
    expect(() => fromBase64("YWJ=")).toThrow();
    expect(base64(fromBase64("YWI="))).toBe("YWI=");
  });
});
