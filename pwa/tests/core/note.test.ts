/** Notes, cosignatures and policies: the examples of the C2SP specifications, and a checkpoint with every signature. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Bytes, fromUtf8, utf8 } from "../../src/core/bytes";
import { parseCheckpoint } from "../../src/core/checkpoint";
import { parseVkey, verified, vkey } from "../../src/core/note";
import { encodePolicy, meetsQuorum, openCheckpoint, parsePolicy } from "../../src/core/policy";

interface Vector {
  text: string; policy: string; vkeys: Record<string, string>; lines: Record<string, string>; times: Record<string, number>;
}
const VECTOR = JSON.parse(readFileSync(join(import.meta.dirname, "../../../tests/vectors/checkpoint-v2.json"), "utf8")) as Vector;

const note = (...names: string[]): Bytes => utf8(`${VECTOR.text}\n${names.map((name) => VECTOR.lines[name]).join("")}`);
const ALL = ["log", "log_mldsa44", "w1", "w2"];

const EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;

describe("signed notes (PLT-02)", () => {
  it("PLT-02 opens the example of the signed-note specification", async () => {
    const key = await parseVkey(EXAMPLE_KEY);
    expect(vkey(key)).toBe(EXAMPLE_KEY);
    const { text, signed } = await verified(utf8(EXAMPLE), [key]);
    expect(fromUtf8(text)).toBe("This is an example message.\n");
    expect(signed.get(key)).toBeNull();
  });

  it.each([
    ["another text", EXAMPLE.replace("example message", "exbmple message"), "signature_wrong"],
    ["an unknown signer", EXAMPLE.replace("— example.com/foo", "— example.com/bar"), "note_signer_unknown"],
    ["no signature", "This is an example message.\n", "note_malformed"],
    ["a tab", EXAMPLE.replace("This is", "This\tis"), "note_malformed"],
    ["loose bits in the base64", EXAMPLE.replace("yaQM=", "yaQN="), "note_malformed"],
    ["a cut-off line", EXAMPLE.slice(0, -1), "note_malformed"],
  ])("PLT-02 refuses a note with %s", async (_, text, code) => {
    await expect(verified(utf8(text), [await parseVkey(EXAMPLE_KEY)])).rejects.toMatchObject({ code });
  });

  it.each([
    [EXAMPLE_KEY.replace("530d903a", "530d903b"), "note_malformed"],
    ["example.com/foo+530d903a", "note_malformed"],
    ["a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "note_malformed"],
    ["example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "key_algorithm_unknown"],
    [`example.com/foo+530d903a+AQEA${"A".repeat(40)}`, "key_malformed"],
  ])("PLT-02 refuses the key %s", async (text, code) => {
    await expect(parseVkey(text)).rejects.toMatchObject({ code });
  });

  it("PLT-02 knows the three kinds of signature, and when the two kinds of cosignature were made", async () => {
    for (const name of ALL) {
      const key = await parseVkey(VECTOR.vkeys[name]!);
      const { signed } = await verified(note(...ALL), [key]);
      expect(signed.get(key), name).toBe(VECTOR.times[name] ?? null);
      const changed = utf8(VECTOR.text.replace("1093", "1094") + "\n" + VECTOR.lines[name]);
      await expect(verified(changed, [key]), name).rejects.toMatchObject({ code: "signature_wrong" });
    }
  });
});

describe("checkpoints (PLT-02)", () => {
  it("PLT-02 reads the example of the specification", () => {
    const text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    expect(parseCheckpoint(utf8(text))).toMatchObject({ origin: "example.com/behind-the-sofa", size: 20852163 });
    for (const wrong of [text.replace("2085", "02085"), text.slice(0, -1), text.replace("I=", "J="), `\n${text}`]) {
      expect(() => parseCheckpoint(utf8(wrong))).toThrow(expect.objectContaining({ code: "checkpoint_malformed" }));
    }
  });
});

describe("policies (PLT-02)", () => {
  it("PLT-02 reads a policy with two log keys, witnesses and a root, and writes it again", async () => {
    const policy = await parsePolicy(utf8(VECTOR.policy));
    expect(fromUtf8(encodePolicy(policy))).toBe(VECTOR.policy.replace("both all", "both 2"));
    expect(policy.root?.name).toBe("example.com/root");
    expect(policy.serverKeys).toHaveLength(1);
  });

  it("PLT-02 opens a checkpoint that log and witnesses signed, and says who when", async () => {
    const opened = await openCheckpoint(await parsePolicy(utf8(VECTOR.policy)), note(...ALL));
    expect(opened.checkpoint.size).toBe(1093);
    expect([...opened.witnessed]).toEqual([["w1", VECTOR.times.w1], ["w2", VECTOR.times.w2]]);
  });

  it("PLT-02 asks for every key of the log and for the quorum", async () => {
    const policy = await parsePolicy(utf8(VECTOR.policy));
    await expect(openCheckpoint(policy, note("log", "w1", "w2"))).rejects.toMatchObject({ code: "note_signer_unknown" });
    await expect(openCheckpoint(policy, note("log", "log_mldsa44", "w2"))).rejects.toMatchObject({ code: "quorum_missing" });
    const lenient = await parsePolicy(utf8(VECTOR.policy.replace("both all", "both any")));
    await openCheckpoint(lenient, note("log", "log_mldsa44", "w2"));
  });

  it("PLT-02 counts the groups of the specification's example", async () => {
    const group = (name: string, least: number, ...members: string[]) => ({ name, least, members });
    const policy = {
      ...(await parsePolicy(utf8(VECTOR.policy))), quorum: "X-and-Y",
      groups: [group("X", 2, "X1", "X2", "X3"), group("Y", 1, "Y1", "Y2", "Y3"), group("X-and-Y", 2, "X", "Y")],
    };
    const met = (...names: string[]): boolean => meetsQuorum(policy, new Map(names.map((name) => [name, 1])));
    expect(met("X1", "X3", "Y2")).toBe(true);
    expect(met("X1", "X2", "X3")).toBe(false);
    expect(met("X1", "Y1", "Y2", "Y3")).toBe(false);
  });

  const { log, w1 } = VECTOR.vkeys;
  it.each([
    ["no log", /log .*\n/g, ""], ["no quorum", /quorum.*/, ""], ["two quorums", /quorum both/, "quorum both\nquorum both"],
    ["an unknown line", /quorum/, "mirror x\nquorum"], ["an undefined quorum", /quorum both/, "quorum other"],
    ["a group before its members", /witness w1/, "group early any w1\nwitness w1"], ["no server key", /# server-key.*\n/, ""],
    ["a group of none", /both all w1 w2/, "both all"], ["too high a threshold", /both all/, "both 3"],
    ["a member twice", /both all w1 w2/, "both any w1 w1"], ["none as a name", /witness w1/, "witness none"],
    ["a witness under two names", /group/, `witness w3 ${w1}\ngroup`], ["a log as witness", /group/, `witness w3 ${log}\ngroup`],
    ["two origins", /quorum/, `log ${EXAMPLE_KEY}\nquorum`], ["a carriage return", /quorum both\n/, "quorum both\r\n"],
    ["two roots", /(# site-root.*\n)/, "$1$1"],
  ])("PLT-02 refuses a policy with %s", async (_, from, to) => {
    const text = VECTOR.policy.replace(from, to);
    expect(text).not.toBe(VECTOR.policy);
    await expect(parsePolicy(utf8(text))).rejects.toMatchObject({ code: "policy_malformed" });
  });
});
