/** A tablet that checks the log: entries become proven, and every lie of the server is an alarm that keeps everything. */
import { beforeEach, describe, expect, it } from "vitest";
import { base64 } from "../../src/core/bytes";
import { Engine } from "../../src/core/engine";
import { decodeEnvelope, digestOf, encodeEnvelope, readHeader } from "../../src/core/entry";
import { Journal } from "../../src/core/journal";
import { Others } from "../../src/core/others";
import { vkey } from "../../src/core/note";
import { Store } from "../../src/core/store";
import { COSIGNER, Notary, signer, signNote } from "./notary";
import { Plant, tablet, until } from "./surroundings";
import { journalKeys, kill, open, ready, records } from "./tablets";

let plant: Plant;

beforeEach(() => {
  plant = new Plant();
});

const places = (engine: Engine) => engine.entries("B-1").map(({ place }) => place);
const alarmed = (engine: Engine, code: string) => until(code, () => engine.state.trust.alarm?.code === code);
const proven = (engine: Engine, n: number) => until(`${n} proven`, () => engine.state.counts.proven === n);

/** Come back after having been away, as a tablet does whose network was gone. */
async function again(engine: Engine): Promise<void> {
  plant.hub.cut();
  await until("offline", () => engine.state.online !== "online");
  engine.sessionChanged();
  await until("online", () => engine.state.online === "online");
}

/** What a log of other entries would be, with the same keys. */
function fork(): Notary {
  const other = new Notary();
  Object.assign(other, { log: plant.hub.notary.log, witness: plant.hub.notary.witness });
  return other;
}

describe("proving", () => {
  it("PLT-03 PLT-18 proves an entry once it stands under a published checkpoint, and names that in the next", async () => {
    plant.hub.publishing = false;
    const engine = await ready(tablet(plant));
    await records(engine, "1");
    await until("recorded", () => engine.state.counts.logged === 1);
    expect([places(engine), engine.state.counts.proven]).toEqual([["logged"], 0]);
    await plant.hub.publish();
    await proven(engine, 1);
    expect(places(engine)).toEqual(["proven"]);
    expect(engine.state.trust).toMatchObject({ held: { size: 1 }, witnessed: false, alarm: null, notices: [] });
    await records(engine, "2");
    const [, second] = (engine as unknown as { ledger: { all(): { bytes: Uint8Array }[] } }).ledger.all();
    expect(readHeader(decodeEnvelope(second!.bytes)).seen).toEqual({ size: 1, root: engine.state.trust.held!.root });
  });

  it("PLT-18 asks for at most 256 proofs at once", async () => {
    plant.hub.publishing = false;
    const engine = await ready(tablet(plant));
    await Promise.all(Array.from({ length: 260 }, (_, i) => records(engine, String(i))));
    while (engine.state.counts.logged < 260) await new Promise((done) => setTimeout(done, 50));
    await plant.hub.publish();
    await proven(engine, 260);
    expect(plant.hub.proved.map(({ entries }) => entries.length)).toEqual([256, 4]);
  }, 30_000);

  it("PLT-18 waits for the witness: what it has not cosigned proves nothing, and is no alarm", async () => {
    plant.hub.notary.witness = signer("w.example/w1", COSIGNER);
    plant.hub.notary.witnessing = false;
    const engine = await ready(tablet(plant));
    await records(engine, "1");
    await until("recorded", () => places(engine)[0] === "logged" && engine.state.trust.lacking);
    await new Promise((done) => setTimeout(done, 50));
    expect(engine.state.trust).toMatchObject({ held: null, witnessed: true, alarm: null });
    expect(engine.state.counts.proven).toBe(0);
    plant.hub.notary.witnessing = true;
    await plant.hub.publish();
    await proven(engine, 1);
    expect(engine.state.trust.held!.witnesses).toEqual([{ name: "w1", at: "2026-11-18T11:06:40.000Z" }]);
    expect(engine.state.trust.lacking).toBe(false);
  });

  it("PLT-09 PLT-18 keeps journal and database copies of what is recorded until it is proven, also over a restart", async () => {
    plant.hub.publishing = false;
    const on = tablet(plant);
    const engine = await ready(on);
    const entry = await records(engine, "1");
    await until("recorded", () => places(engine)[0] === "logged");
    await engine.handBack(engine.state.leases[0]!.lease);
    await kill(engine);
    const second = await open(on);
    expect(second.state.storage.records).toBe(1);
    const { recovered } = await Journal.open(on.file, await journalKeys(on));
    expect([[...recovered.entries.keys()], [...recovered.proven]]).toEqual([[entry.id], []]);
    await until("online", () => second.state.online === "online");
    await plant.hub.publish();
    await proven(second, 1);
    await kill(second);
    expect((await open(on)).state.storage.records).toBe(0);
  });

  it("PLT-18 finds a log that was cut back, keeps everything, reports it, and delivers again what is missing", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    await records(engine, "1");
    await records(engine, "2");
    await proven(engine, 2);
    const held = engine.state.trust.held!;
    const device = engine.state.device!.id;
    // A copy from before the second entry: log, chain and document.
    const [first] = plant.hub.notary.leaves;
    const entries = engine.entries("B-1");
    plant.hub.notary = Object.assign(fork(), { leaves: [first] });
    const store = await Store.open(on.database);
    const { bytes } = (await store.entries())[0]!;
    store.close();
    plant.hub.chain.set(device, { seq: 1, hash: await digestOf(decodeEnvelope(bytes)) });
    plant.hub.log.length = 1;
    plant.hub.lose("batch/B-1", 1);
    await again(engine);
    await alarmed(engine, "log_rolled_back");
    expect(engine.state.trust.held).toEqual(held);
    expect(engine.entries("B-1").map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
    await until("reported", () => engine.state.trust.alarm!.reported);
    expect(plant.hub.alarms[0]).toMatchObject({ code: "log_rolled_back", held: expect.stringContaining("pestle.example/log\n2\n") });
    await until("delivered again", () => plant.hub.log.length === 2);
    // Nothing is proven in it until QA has settled the matter; then everything is, anew.
    expect(places(engine)).not.toEqual(["proven", "proven"]);
    await engine.settleAlarm("restored from the backup of yesterday");
    const settled = plant.calls.find(({ path }) => path.endsWith("/settle"))!;
    expect(settled.body).toMatchObject({ device, reason: "restored from the backup of yesterday" });
    await proven(engine, 2);
    expect(engine.state.trust.alarm).toBeNull();
  });

  it.each([["of the same length", 0], ["that is longer", 2]])("PLT-18 finds another history of the log %s", async (_, more) => {
    const engine = await ready(tablet(plant));
    await records(engine, "1");
    await proven(engine, 1);
    const other = fork();
    for (let i = 0; i < 1 + more; i++) await other.append(`x${i}`, encodeEnvelope({ header: new Uint8Array([i]), signatures: new Uint8Array(), salt: new Uint8Array(), payload: new Uint8Array() }));
    plant.hub.notary = other;
    await plant.hub.publish();
    await alarmed(engine, "log_forked");
    expect(places(engine)).toEqual(["proven"]);
    expect(engine.state.trust.alarm!.told).not.toBe(engine.state.trust.alarm!.held);
  });

  it("PLT-18 takes no checkpoint that the pinned key did not sign, and stays alarmed over a restart", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    await records(engine, "1");
    await proven(engine, 1);
    const text = `pestle.example/log\n9\n${base64(new Uint8Array(32))}\n`;
    const note = await signNote(text, await signer("pestle.example/log"));
    for (const socket of plant.hub.sockets) socket.tell({ t: "checkpoint", size: 9, root: "", note });
    await alarmed(engine, "checkpoint_forged");
    await kill(engine);
    const second = await open(on);
    expect(second.state.trust.alarm).toMatchObject({ code: "checkpoint_forged", told: note });
    await records(second, "2");
    await until("delivered all the same", () => second.state.counts.logged === 2);
    expect(second.state.counts.proven).toBe(1);
  });

  it("PLT-18 names the entry whose proof is of other bytes than were signed here, and lets the others be proven", async () => {
    plant.hub.publishing = false;
    const engine = await ready(tablet(plant));
    const all = [await records(engine, "1"), await records(engine, "2"), await records(engine, "3")];
    await until("recorded", () => engine.state.counts.logged === 3);
    // The log holds another receipt, and so another leaf, than is told.
    plant.hub.lie = (answer) => {
      const wrong = answer.leaves.find(({ id }: { id: string }) => id === all[1]!.id);
      if (wrong) wrong.receipt = base64(new TextEncoder().encode(atob(wrong.receipt).replace("09:30:01", "09:30:02")));
      return answer;
    };
    await plant.hub.publish();
    await alarmed(engine, "proof_wrong");
    expect(engine.state.trust.alarm!.entries).toEqual([all[1]!.id]);
    expect(places(engine)).toEqual(["proven", "logged", "proven"]);
  });

  it("PLT-18 keeps an entry that the server has acknowledged and cannot prove, for ever", async () => {
    plant.hub.publishing = false;
    const on = tablet(plant);
    const engine = await ready(on);
    const entry = await records(engine, "1");
    await until("recorded", () => engine.state.counts.logged === 1);
    plant.hub.lie = (answer) => ({ ...answer, leaves: [], nodes: [] });
    await plant.hub.publish();
    await alarmed(engine, "proof_missing");
    expect(engine.state.trust.alarm!.entries).toEqual([entry.id]);
    await engine.handBack(engine.state.leases[0]!.lease);
    await kill(engine);
    expect((await open(on)).state.storage.records).toBe(1);
  });

  it("PLT-15 PLT-18 takes other log keys only from a certificate of the site's root", async () => {
    const root = await signer("pestle.example/root");
    plant.hub.notary.comments = [`# site-root ${vkey(root.key)}`];
    const on = tablet(plant);
    const engine = await ready(on);
    await records(engine, "1");
    await proven(engine, 1);
    const next = Object.assign(new Notary(), { leaves: plant.hub.notary.leaves, comments: plant.hub.notary.comments });
    const server = await signer("server");
    const text = (key: string) => `pestle/keys/v1\npestle.example/log\n1\nserver ed25519:${base64(server.key.publicKey)}\nlog ${key}\n`;
    const told = async (certificate: string | null): Promise<void> => {
      const policy = await next.policy(base64(server.key.publicKey));
      for (const socket of plant.hub.sockets) socket.tell({ t: "checkpoint", size: 1, root: "", note: await next.note(), policy, certificate });
    };
    await told(await signNote(text(vkey((await next.log).key)), root));
    await until("renewed", () => engine.state.trust.notices.some(({ code }) => code === "keys_renewed"));
    const store = await Store.open(on.database);
    expect((await store.meta("site"))!.server_key).toBe(base64(server.key.publicKey));
    store.close();
    expect(engine.state.leases.length).toBe(1);
    // And once more, but signed by somebody else.
    Object.assign(next, { log: signer("pestle.example/log") });
    await told(await signNote(text(vkey((await next.log).key)), await signer("pestle.example/root")));
    await alarmed(engine, "keys_changed");
    expect(places(engine)).toEqual(["proven"]);
  });

  it("PLT-18 takes no receipt for granted after an alarm was settled: what cannot be proven is the next alarm", async () => {
    const engine = await ready(tablet(plant));
    await records(engine, "1");
    await records(engine, "2");
    await proven(engine, 2);
    // The log lost an entry and grew another way; chain and document were left as they are.
    plant.hub.notary = Object.assign(fork(), { leaves: [plant.hub.notary.leaves[1]!, plant.hub.notary.leaves[1]!] });
    await plant.hub.publish();
    await alarmed(engine, "log_forked");
    await engine.settleAlarm("looked into");
    // By its receipt it is in the log, and so it must be proven: it cannot be, and that is the next alarm.
    await alarmed(engine, "proof_wrong");
    expect(engine.state.storage.records).toBe(2);
  });

  it("PLT-18 says when fewer witnesses are asked for than before, until somebody has taken note", async () => {
    plant.hub.notary.witness = signer("w.example/w1", COSIGNER);
    const engine = await ready(tablet(plant));
    await records(engine, "1");
    await proven(engine, 1);
    plant.hub.notary.witness = null;
    await again(engine);
    await until("told", () => engine.state.trust.notices.length === 1 && !engine.state.trust.witnessed);
    expect(engine.state.trust).toMatchObject({ alarm: null, witnessed: false, notices: [{ code: "quorum_weaker" }] });
    await engine.takeNote();
    expect(engine.state.trust.notices).toEqual([]);
  });
});

describe("other devices' entries", () => {
  it("PLT-02 PLT-15 shows whose signature fits, whose key is not known and whose is wrong, and hides none", async () => {
    const [a, b] = [await ready(tablet(plant)), await ready(tablet(plant))];
    await records(a, "1");
    await until("verified", () => b.entries("B-1")[0]?.signature === "right");
    const c = tablet(plant);
    const known = [...plant.hub.devices];
    plant.hub.devices = [];
    const third = await ready(c);
    await until("shown", () => third.entries("B-1").length === 1);
    expect(third.entries("B-1")[0]!.signature).toBe("unknown");
    for (const socket of plant.hub.sockets) for (const device of known) socket.tell({ t: "device", device });
    await until("verified now", () => third.entries("B-1")[0]!.signature === "right");
    await kill(third);
    plant.hub.up = false;
    const offline = await open(c);
    await until("verified without a network", () => offline.entries("B-1")[0]?.signature === "right");
  });

  it("PLT-02 marks an entry whose payload is not the signed one", async () => {
    const a = await ready(tablet(plant));
    await records(a, "1");
    await until("recorded", () => a.state.counts.logged === 1);
    const { bytes, id } = (a as unknown as { ledger: { all(): { bytes: Uint8Array; id: string }[] } }).ledger.all()[0]!;
    const envelope = decodeEnvelope(bytes);
    const changed = encodeEnvelope({ ...envelope, payload: new TextEncoder().encode('{"batch":"B-1","net":{"unit":"kg","value":"9"}}') });
    const others = new Others();
    others.learn(plant.hub.devices);
    await others.check([{ id, bytes: changed }, { id: "not its own id", bytes }]);
    expect([others.state(id), others.state("not its own id")]).toEqual(["wrong", "wrong"]);
  });
});
