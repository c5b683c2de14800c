/** Proof files and certificates: signed in the test, judged as anybody would. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Bytes, base64, concat, hex, utf8 } from "../../src/core/bytes";
import { leafHash, nodeHash } from "../../src/core/merkle";
import { type Key, makeKey, vkey } from "../../src/core/note";
import { type Policy, parsePolicy } from "../../src/core/policy";
import { fromHex } from "../../src/verify/lines";
import { openCertificate, renewed } from "../../src/verify/certificate";
import { verifyLogProof } from "../../src/verify/proof";

interface Pen { key: Key; sign: (text: string) => Promise<Bytes> }

async function pen(name: string): Promise<Pen> {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const key = await makeKey(name, 1, new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  const sign = async (text: string): Promise<Bytes> => {
    const signature = new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, pair.privateKey, utf8(text)));
    return utf8(`${text}\n— ${name} ${base64(concat(fromHex(key.id), signature))}\n`);
  };
  return { key, sign };
}

const ORIGIN = "pestle.example/log";
let [log, later, root, leaf, policy]: [Pen, Pen, Pen, Bytes, Policy] = [] as never;

beforeAll(async () => {
  [log, later, root] = await Promise.all([pen(ORIGIN), pen(ORIGIN), pen("pestle.example/root")]);
  leaf = utf8("a leaf\n");
  policy = await parsePolicy(utf8(
    `# site-root ${vkey(root.key)}\n# server-key ed25519:${base64(log.key.publicKey)}\nlog ${vkey(log.key)}\nquorum none\n`,
  ));
});

describe("proof files (PLT-04)", () => {
  async function proof(index = 1): Promise<string> {
    const other = await leafHash(utf8("another"));
    const note = await log.sign(`${ORIGIN}\n2\n${base64(await nodeHash(other, await leafHash(leaf)))}\n`);
    return `c2sp.org/tlog-proof@v1\nindex ${index}\n${base64(other)}\n\n${new TextDecoder().decode(note)}`;
  }

  it("PLT-04 accepts the proof of a leaf under a signed checkpoint, with extra data or without", async () => {
    const text = await proof();
    expect(await verifyLogProof(utf8(text), leaf, policy)).toMatchObject({ ok: true, size: 2, policy: "given" });
    expect(await verifyLogProof(utf8(text.replace("index", "extra eA==\nindex")), leaf, policy)).toMatchObject({ ok: true });
  });

  it("PLT-04 refuses another leaf, another place, another form and another signer", async () => {
    const text = await proof();
    expect(await verifyLogProof(utf8(text), utf8("a leag\n"), policy)).toMatchObject({ ok: false, code: "proof_wrong" });
    expect(await verifyLogProof(utf8(await proof(0)), leaf, policy)).toMatchObject({ ok: false, code: "proof_wrong" });
    for (const wrong of [text.replace("@v1", "@v2"), text.replace("index 1", "index 01"), text.replace("\n\n", "\n")]) {
      expect(await verifyLogProof(utf8(wrong), leaf, policy)).toMatchObject({ ok: false, code: "proof_malformed" });
    }
    const foreign = { ...policy, logs: [later.key] };
    expect(await verifyLogProof(utf8(text), leaf, foreign)).toMatchObject({ ok: false, code: "note_signer_unknown" });
  });
});

describe("certificates (PLT-04)", () => {
  const text = (serial: number, pens: Pen): string =>
    `pestle/keys/v1\n${ORIGIN}\n${serial}\nserver ed25519:${base64(pens.key.publicKey)}\nlog ${vkey(pens.key)}\n`;

  it("PLT-04 lets a policy that was kept outlive a change of the site's keys", async () => {
    const next = await renewed(policy, await root.sign(text(1, later)));
    expect(next.logs.map((key) => hex(key.publicKey))).toEqual([hex(later.key.publicKey)]);
    expect(next.serverKeys).toHaveLength(2);
    expect(await renewed(policy, await root.sign(text(1, log)))).toBe(policy);
    expect(await renewed({ ...policy, root: null }, await later.sign(text(1, later)))).toMatchObject({ logs: policy.logs });
  });

  it("PLT-04 takes a certificate only from the root, in its one spelling", async () => {
    for (const signed of [
      await later.sign(text(1, later)), await root.sign(text(0, later)), await root.sign(`${text(1, later)}more\n`),
      await root.sign(text(1, later).replace("keys/v1", "keys/v2")), utf8("nothing"),
    ]) {
      await expect(openCertificate(signed, root.key)).rejects.toMatchObject({ code: "certificate_wrong" });
    }
  });
});
