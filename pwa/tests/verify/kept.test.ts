/** Logs and dossiers of earlier versions, judged by the second implementation; and what it says when bytes change. */
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Bytes, fromUtf8, utf8 } from "../../src/core/bytes";
import { parsePolicy } from "../../src/core/policy";
import { attachments, checkPdfSignature } from "../../src/verify/pdf-signature";
import { FILES } from "../../src/verify/bundle";
import { verifyBundle, verifyPdf } from "../../src/verify/dossier";
import { verifyLog } from "../../src/verify/log";
import { Pdf } from "../../src/verify/pdf";
import type { Result } from "../../src/verify/result";
import type { Seen } from "../../src/verify/rules";
import { type Changes, KEPT, file, flip, folder, swap } from "./support";

const FIRST = KEPT.find((path) => basename(path) === "2026-11-issue2")!;
const none = (): void => undefined;

async function judged(changes: Changes, withheld = false): Promise<Result> {
  return (await verifyLog(folder(join(FIRST, "log"), changes), { trusted: null, withheld })).result;
}

/** The payload file without the content of one entry. */
const without = (index: number) => (data: Bytes): Bytes => utf8(fromUtf8(data).split("\n")
  .map((line, i) => (i === index ? `{"index":${index},"payload":null,"salt":null}` : line)).join("\n"));

describe.each(KEPT.map((path) => [basename(path), path]))("the kept log %s (PLT-04)", (_, path) => {
  it("PLT-04 verifies, fast and in full, and every entry is shown once", async () => {
    const trusted = await parsePolicy(file(join(path, "log/policy")));
    for (const full of [false, true]) {
      const seen: Seen[] = [];
      const { result } = await verifyLog(folder(join(path, "log")), { trusted, withheld: false, full, seen: (entry) => seen.push(entry) });
      expect(result).toMatchObject({ ok: true, code: null, policy: "given", withheld: 0, size: seen.length });
      expect(seen.map((entry) => entry.index)).toEqual([...seen.keys()]);
    }
  });

  it("PLT-04 verifies its dossier, pages included", async () => {
    const trusted = await parsePolicy(file(join(path, "log/policy")));
    const { result } = await verifyPdf(file(join(path, "dossier.pdf")), trusted, none);
    expect(result).toMatchObject({ ok: true, code: null, stream: "batch/B1" });
  });
});

describe("a changed log (PLT-04)", () => {
  const [leaves, hashes, payloads] = ["tile/entries/000.p/129", "tile/0/000.p/129", "payloads/000.p/129"] as const;
  it.each<[string, Changes, string, number | null]>([
    ["a device's signature", { [leaves]: swap('"sig":"', 20) }, "signature_wrong", 0],
    ["a receipt", { [leaves]: swap('"stream_hash":"', 30) }, "stream_chain_wrong", 0],
    ["a header", { [leaves]: swap("payload_hash", 30) }, "", 0],
    ["a hash of the tiles", { [hashes]: flip(32 * 77) }, "tile_wrong", 77],
    ["a content", { [payloads]: without(50) }, "payload_missing", 50],
    ["an enrolment withheld", { [payloads]: without(0) }, "payload_withheld", 0],
    ["all contents", { [payloads]: () => null }, "payload_withheld", 0],
    ["no tile", { [hashes]: () => null }, "tile_wrong", 0],
    ["a cut-off bundle", { [leaves]: (data) => data.slice(0, -1) }, "entry_missing", 128],
    ["no bundle", { [leaves]: () => null }, "entry_missing", 0],
    ["another key of the server", { policy: swap("ed25519:", 12) }, "signature_wrong", 0],
    ["no policy", { policy: () => null }, "policy_malformed", null],
    ["another size", { checkpoint: swap("\n129", 3) }, "signature_wrong", null],
  ])("PLT-04 names the first wrong entry: %s", async (_, changes, code, index) => {
    const result = await judged(changes);
    expect(result).toMatchObject({ ok: false, first_wrong: index });
    if (code) expect(result.code).toBe(code);
  });

  it("PLT-04 lets contents be withheld only where that is expected", async () => {
    expect(await judged({ [payloads]: without(50) }, true)).toMatchObject({ ok: true, withheld: 1, erased: 0 });
  });

  it("PLT-04 judges a folder without a checkpoint as none", async () => {
    await expect(judged({ checkpoint: () => null })).rejects.toMatchObject({ code: "log_unreadable" });
  });
});

describe("a changed dossier (PLT-04)", () => {
  const pdf = file(join(FIRST, "dossier.pdf"));

  it("PLT-04 finds any byte of the PDF changed, wherever it stands", async () => {
    for (let at = 3; at < pdf.length; at += 9973) {
      expect((await verifyPdf(flip(at)(pdf), null, none)).result.ok, `byte ${at}`).toBe(false);
    }
    const end = pdf.lastIndexOf(62, pdf.length - 700);
    for (const at of [end - 1, end, pdf.length - 1]) expect((await verifyPdf(flip(at)(pdf), null, none)).result.ok).toBe(false);
  });

  it("PLT-04 says pages that were changed from records that were", async () => {
    const { result } = await verifyPdf(flip(5000)(pdf), null, none);
    expect(result).toMatchObject({ ok: false, code: "pdf_signature_wrong", first_wrong: null });
    expect((await verifyPdf(utf8("no PDF at all"), null, none)).result.code).toBe("pdf_malformed");
    expect((await verifyPdf(new Uint8Array([...pdf, 10]), null, none)).result.ok).toBe(false);
  });

  it("PLT-04 takes the pages only from the server's key", async () => {
    const policy = await parsePolicy(file(join(FIRST, "log/policy")));
    await checkPdfSignature(new Pdf(pdf), policy);
    const other = { ...policy, serverKeys: [policy.logs[0]!.publicKey.map((byte) => byte ^ 1)] };
    await expect(checkPdfSignature(new Pdf(pdf), other)).rejects.toMatchObject({ code: "pdf_signature_wrong" });
  });

  it("PLT-04 reads no table that is longer than its file", { timeout: 2000 }, () => {
    const endless = "%PDF-1.7\nxref\n0 9999999999\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n";
    expect(() => new Pdf(utf8(endless))).toThrow(expect.objectContaining({ code: "pdf_malformed" }) as Error);
  });

  it.each<[string, Record<string, (text: string) => string>, string, "first" | "second" | null]>([
    ["left out", { "records.json": (text) => text.replace(/\n.*,\n/, "\n") }, "entry_missing", "first"],
    ["out of order", { "records.json": (text) => text.replace(/\n(.*),\n(.*),\n/, "\n$2,\n$1,\n") }, "entry_missing", "first"],
    ["changed", { "records.json": (text) => text.replace(/recorded_at\\":\\"20/, 'recorded_at\\":\\"21') }, "leaf_changed", "first"],
    ["in a file written anew", { "records.json": (text) => JSON.stringify(JSON.parse(text)) }, "bundle_malformed", null],
    ["with another proof", { "proof.json": (text) => text.replace(/"size":129/, '"size":128') }, "", null],
    ["without a policy", { policy: () => "" }, "policy_malformed", null],
  ])("PLT-04 names the first wrong record: %s", async (_, changes, code, which) => {
    const files = await attachments(new Pdf(pdf), FILES, []);
    const indices = (JSON.parse(fromUtf8(files.get("proof.json")!)) as { leaves: { index: number }[] }).leaves.map((leaf) => leaf.index);
    expect((await verifyBundle(files, null, none)).result.ok).toBe(true);
    for (const [name, change] of Object.entries(changes)) {
      const text = fromUtf8(files.get(name)!);
      expect(change(text)).not.toBe(text);
      files.set(name, utf8(change(text)));
    }
    const { result } = await verifyBundle(files, null, none);
    expect(result).toMatchObject({ ok: false, first_wrong: which === null ? null : indices[which === "first" ? 0 : 1] });
    if (code) expect(result.code).toBe(code);
  });

  it("PLT-04 reads packed files as far as they go, so that the record can be named", async () => {
    const at = Buffer.from(pdf).indexOf("records.json") >= 0 ? Buffer.from(pdf).lastIndexOf("/EmbeddedFile/Filter/FlateDecode") : -1;
    expect(at).toBeGreaterThan(0);
    const start = Buffer.from(pdf).indexOf("stream\n", at) + 7;
    const { result } = await verifyPdf(flip(start + 4000)(pdf), null, none);
    expect(result.ok).toBe(false);
    expect(result.code).not.toBe("pdf_signature_wrong");
  });
});
