/** The whole core against an imitated plant: enrolment, work without a network, restarts, losses on the line. */
import { argon2id } from "hash-wasm";
import { beforeEach, describe, expect, it } from "vitest";
import { base64, concat, fromBase64, random, utf8 } from "../../src/core/bytes";
import { Engine } from "../../src/core/engine";
import { decodeEnvelope, digestOf, readHeader } from "../../src/core/entry";
import { verify } from "../../src/core/keys";
import type { Ledger } from "../../src/core/ledger";
import { Store } from "../../src/core/store";
import type { WrappedKey } from "../../src/core/types";
import { Plant, tablet, until } from "./surroundings";
import { kill, load, open, ready, records, weighing } from "./tablets";

let plant: Plant;

beforeEach(() => {
  plant = new Plant();
});

const nets = (engine: Engine) => engine.entries("B-1").map(({ payload }) => (payload.net as { value: string }).value);

describe("core", () => {
  it("PLT-15 enrols with a key that was stored, reopened and proved, and that cannot be exported", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    expect(engine.state.device).toEqual({ id: "tablet-000001", name: "T-07", role: "tablet" });
    const store = await Store.open(on.database);
    const key = await store.meta("key");
    store.close();
    expect(plant.calls[0]!.body.public_key).toBe(base64(key!.publicKey));
    expect(key!.privateKey.extractable).toBe(false);
  });

  it("PLT-15 IDN-02 shows by its key, and for one session, that the session is its own", async () => {
    const on = tablet(plant);
    expect(await (await open(tablet(plant))).shows("nonce")).toBeNull();
    const engine = await ready(on);
    const shown = await engine.shows("nonce");
    const store = await Store.open(on.database);
    const key = (await store.meta("key"))!;
    store.close();
    const says = (nonce: string) => verify(key.alg, key.publicKey, utf8(`pestle/session-device/v1\n${nonce}\n${shown!.device}`), fromBase64(shown!.proof));
    expect(shown!.device).toBe("tablet-000001");
    expect([await says("nonce"), await says("another")]).toEqual([true, false]);
  });

  it("PLT-02 PLT-09 carries an entry from the device to the log and says where it is", async () => {
    const engine = await ready(tablet(plant));
    const entry = await records(engine, "12.640");
    expect(entry).toMatchObject({ place: "device", own: true, seq: 1, index: null });
    await until("logged", () => engine.state.counts.logged === 1);
    expect(engine.entries("B-1")[0]).toMatchObject({ id: entry.id, index: 0 });
    expect(plant.hub.hellos[0]).toMatchObject({ v: 1, offset: 480, head: { seq: 0, hash: "0".repeat(64) } });
    expect(plant.hub.hellos[0].wall).toMatch(/^2026-11-22T\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("HMI-05 shows on this device, sent and in the log apart", async () => {
    plant.hub.receipts = false;
    const engine = await ready(tablet(plant));
    await records(engine, "1");
    await until("sent", () => engine.state.counts.sent === 1);
    plant.hub.up = false;
    plant.hub.cut();
    await until("offline", () => engine.state.online !== "online");
    await records(engine, "2");
    expect(engine.state.counts).toEqual({ device: 1, sent: 1, logged: 0, proven: 0 });
    expect(engine.state.offlineSince).not.toBeNull();
  });

  it("PLT-08 HMI-01 starts and records without any network, and knows it after a kill", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    await records(first, "1.0");
    await until("proven", () => first.state.counts.proven === 1);
    await kill(first);
    plant.hub.up = false;
    const second = await open(on);
    expect(second.state).toMatchObject({ ready: true, device: { name: "T-07" }, leases: [{ batch: "B-1" }] });
    await records(second, "2.0");
    await records(second, "3.0");
    await kill(second);
    const third = await open(on);
    expect(nets(third)).toEqual(["1.0", "2.0", "3.0"]);
    expect(third.state.counts).toEqual({ device: 2, sent: 0, logged: 1, proven: 1 });
    plant.hub.up = true;
    third.sessionChanged();
    await until("all logged", () => third.state.counts.logged === 3);
    expect(plant.hub.log.length).toBe(3);
  });

  it("PLT-09 makes one chain, whatever is recorded at once", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    await Promise.all(Array.from({ length: 20 }, (_, i) => records(engine, String(i))));
    await until("logged", () => engine.state.counts.logged === 20);
    const store = await Store.open(on.database);
    const stored = await store.entries();
    store.close();
    let prev = "0".repeat(64);
    for (const [i, { bytes }] of stored.entries()) {
      const envelope = decodeEnvelope(bytes);
      expect(readHeader(envelope)).toMatchObject({ seq: i + 1, prev });
      prev = await digestOf(envelope);
    }
  });

  it.each([["before", "cutBeforeCommit"], ["after", "cutAfterCommit"]] as const)("PLT-09 delivers once when the line breaks %s the commit", async (_, fault) => {
    const engine = await ready(tablet(plant));
    plant.hub[fault] = 1;
    await records(engine, "1");
    await records(engine, "2");
    await until("logged", () => engine.state.counts.logged === 2);
    expect(plant.hub.log.length).toBe(2);
    expect(new Set(plant.hub.entries("batch/B-1")).size).toBe(2);
  });

  it("PLT-09 delivers once when the page dies between commit and acknowledgement", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    plant.hub.cutAfterCommit = 1;
    await records(first, "1");
    await until("committed", () => plant.hub.log.length === 1);
    await kill(first);
    const second = await open(on);
    await until("logged", () => second.state.counts.logged === 1);
    expect(plant.hub.log.length).toBe(1);
    expect(plant.hub.pushes.length).toBe(1);
  });

  it("PLT-09 asks only for what it lacks when it comes back", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    await records(first, "1");
    await until("logged", () => first.state.counts.logged === 1);
    await kill(first);
    const second = await open(on);
    await until("online", () => second.state.online === "online");
    // Genesis, the entry, its receipt.
    expect(plant.hub.hellos.at(-1).docs).toEqual({ "batch/B-1": 3 });
    expect(plant.hub.hellos.at(-1).head.seq).toBe(1);
    expect(plant.hub.hellos.at(-1).actor).not.toBe(plant.hub.hellos[0].actor);
  });

  it("PLT-09 rebuilds under a new actor when a change is refused, and puts its signed entries in again", async () => {
    const engine = await ready(tablet(plant));
    plant.hub.refuse = 1;
    const entry = await records(engine, "1");
    await until("logged", () => engine.state.counts.logged === 1);
    expect(plant.hub.log).toEqual([entry.id]);
    expect(plant.hub.pushes.length).toBe(2);
    await records(engine, "2");
    await until("both logged", () => engine.state.counts.logged === 2);
  });

  it("PLT-16 keeps an entry that is refused again and again on the device, and delivers it later", async () => {
    const engine = await ready(tablet(plant));
    plant.hub.refuse = 2;
    await records(engine, "1");
    await until("refused twice", () => plant.hub.refuse === 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(engine.state.counts).toEqual({ device: 1, sent: 0, logged: 0, proven: 0 });
    expect(plant.hub.pushes.length).toBe(2);
    plant.hub.cut();
    await until("logged", () => engine.state.counts.logged === 1);
  });

  it("PLT-08 PLT-09 takes a document that the server has made anew, also when it was away meanwhile", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    const kept = [await records(first, "1"), await records(first, "2"), await records(first, "3")];
    await until("logged", () => first.state.counts.logged === 3);
    await kill(first);
    plant.hub.lose("batch/B-1", 3);
    const second = await open(on);
    await until("logged", () => second.state.online === "online" && second.state.counts.logged === 3);
    const more = await records(second, "4");
    await until("all logged", () => second.state.counts.logged === 4);
    expect(plant.hub.log).toEqual([...kept, more].map(({ id }) => id));
    await kill(second);
    const third = await open(on);
    expect(nets(third)).toEqual(["1", "2", "3", "4"]);
    await until("online", () => third.state.online === "online");
    expect(plant.hub.hellos.at(-1).docs).toEqual({ "batch/B-1": plant.hub.lines.get("batch/B-1")!.length });
  });

  it("PLT-09 learns from a refusal that its document is not the server's any more, and delivers what is missing there", async () => {
    const engine = await ready(tablet(plant));
    await records(engine, "1");
    await until("logged", () => engine.state.counts.logged === 1);
    // Lost under our feet: as many changes as we know, or more, but others.
    plant.hub.lose("batch/B-1", 1);
    await records(engine, "2");
    await until("both logged", () => engine.state.counts.logged === 2);
    expect(plant.hub.entries("batch/B-1").length).toBe(2);
    expect(nets(engine)).toEqual(["1", "2"]);
  });

  it("PLT-09 brings two tablets to the same entries", async () => {
    const [a, b] = [await ready(tablet(plant)), await ready(tablet(plant))];
    await records(a, "1");
    await records(b, "2");
    await until("converged", () => a.entries("B-1").length === 2 && b.entries("B-1").length === 2);
    await until("receipts", () => [...a.entries("B-1"), ...b.entries("B-1")].every(({ index }) => index !== null));
    expect(a.entries("B-1").map(({ own }) => own).sort()).toEqual([false, true]);
  });

  it("PLT-08 PLT-09 rebuilds an empty database from the journal and says so", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    plant.hub.up = false;
    plant.hub.cut();
    for (const value of ["1", "2", "3"]) await records(first, value);
    await kill(first);
    await new Promise((done) => (indexedDB.deleteDatabase(on.database).onsuccess = done));
    const second = await open(on);
    const lost = { device: "tablet-000001", name: "T-07", records: 3 };
    expect(second.state).toMatchObject({ device: null, storage: { recovered: null, records: 0, waiting: [lost] } });
    plant.hub.up = true;
    await second.enrol("FOR tablet-000001", "T-07");
    expect(second.state.storage).toMatchObject({ recovered: expect.any(String), records: 3, waiting: [] });
    expect(second.state.counts.device).toBe(3);
    expect(nets(second)).toEqual(["1", "2", "3"]);
    await kill(second);
    expect((await open(on)).state.storage.recovered).toBe(second.state.storage.recovered);
  });

  it("PLT-08 PLT-15 delivers what was recovered, in the old device's name, after enrolling anew and taking the batch again", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    plant.hub.up = false;
    plant.hub.cut();
    for (const value of ["1", "2"]) await records(first, value);
    await kill(first);
    await new Promise((done) => (indexedDB.deleteDatabase(on.database).onsuccess = done));
    plant.hub.up = true;
    const second = await ready(on, "B-1", "FOR tablet-000001");
    await records(second, "3");
    await until("logged", () => second.state.counts.logged === 3);
    const chains = second.entries("B-1").map(({ device, seq }) => `${device} ${seq}`);
    expect(chains).toEqual(["tablet-000001 1", "tablet-000001 2", "tablet-000002 1"]);
  });

  it("PLT-09 goes on where the log has its chain when its disk was set back, and says so", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    const kept = await records(first, "1");
    await until("proven", () => first.state.counts.proven === 1);
    const { head } = first.state;
    const journal = on.file.data;
    for (const value of ["2", "3"]) await records(first, value);
    await until("logged", () => first.state.counts.logged === 3);
    await kill(first);
    on.file.data = journal;
    const store = await Store.open(on.database);
    const own = (await store.entries()).filter(({ id }) => id === kept.id);
    await store.dropDoc("batch/B-1", (await store.entries()).map(({ id }) => id));
    await store.addEntries(own, head);
    store.close();
    const second = await open(on);
    expect(second.state.head.seq).toBe(1);
    await until("set back", () => second.state.storage.setBack !== null);
    expect((await records(second, "4")).seq).toBe(4);
    await until("logged", () => second.state.counts.logged >= 2 && plant.hub.log.length === 4);
    expect(nets(second)).toEqual(["1", "2", "3", "4"]);
  });

  it("PLT-09 numbers nothing twice after that, however often it meets the server before its records are there", async () => {
    const engine = await ready(tablet(plant));
    plant.hub.up = false;
    plant.hub.cut();
    for (const value of ["1", "2", "3"]) await records(engine, value);
    const { ledger } = engine as unknown as { ledger: Ledger };
    // The log has another first record of this device than its disk.
    const told = { seq: 1, hash: "ab".repeat(32) };
    expect(await ledger.goOnFrom("tablet-000001", told)).toBe(true);
    expect((await records(engine, "4")).seq).toBe(2);
    expect(await ledger.goOnFrom("tablet-000001", told)).toBe(false);
    expect((await records(engine, "5")).seq).toBe(3);
  });

  it("PLT-09 numbers nothing twice where only the database was set back, also before it meets the server", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    await records(first, "1");
    await until("proven", () => first.state.counts.proven === 1);
    const [kept, { head }] = [first.entries("B-1").map(({ id }) => id), first.state];
    await records(first, "2");
    await until("proven", () => first.state.counts.proven === 2);
    plant.hub.up = false;
    plant.hub.cut();
    await records(first, "3");
    await kill(first);
    const store = await Store.open(on.database);
    const own = (await store.entries()).filter(({ id }) => kept.includes(id));
    await store.dropDoc("batch/B-1", (await store.entries()).map(({ id }) => id));
    await store.addEntries(own, head);
    store.close();
    const second = await open(on);
    expect(nets(second)).toEqual(["1", "2", "3"]);
    expect((await records(second, "4")).seq).toBe(4);
    plant.hub.up = true;
    second.sessionChanged();
    await until("logged", () => second.state.counts.logged === 4);
    expect(second.state.storage.setBack).toBe(null);
  });

  it("PLT-08 starts without a database, and says so when something would be written", async () => {
    const engine = new Engine(tablet(plant));
    const open = indexedDB.open;
    indexedDB.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
    await engine.start();
    indexedDB.open = open;
    expect(engine.state).toMatchObject({ ready: true, device: null });
    await expect(engine.enrol("CODE", "T-07")).rejects.toMatchObject({ code: "storage_failed" });
    expect(engine.entries("B-1")).toEqual([]);
  });

  it("PLT-09 is not alarmed by a device that is simply new", async () => {
    expect((await open(tablet(plant))).state.storage).toEqual({
      persisted: true, recovered: null, setBack: null, records: 0, encrypted: false, waiting: [], damaged: 0, healed: 0, space: { used: 1_000, total: 1_000_000_000, low: false },
    });
  });

  it("PLT-09 takes up an entry that had reached only the journal", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    plant.hub.up = false;
    plant.hub.cut();
    await records(first, "1");
    const store = (first as unknown as { store: Store }).store;
    store.addEntries = () => new Promise(() => undefined);
    const { flushes } = on.file;
    void records(first, "2");
    await until("journalled", () => on.file.flushes > flushes);
    await kill(first);
    const second = await open(on);
    expect(nets(second)).toEqual(["1", "2"]);
    expect((await records(second, "3")).seq).toBe(3);
  });

  it("PLT-09 uses a place in the chain again when the entry could not be kept", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    on.file.fails = 1;
    await expect(records(engine, "1")).rejects.toMatchObject({ code: "storage_failed" });
    const store = (engine as unknown as { store: Store }).store;
    const add = store.addEntries;
    store.addEntries = () => Promise.reject(new DOMException("no room", "QuotaExceededError"));
    await expect(records(engine, "2")).rejects.toMatchObject({ code: "storage_full" });
    store.addEntries = add;
    expect((await records(engine, "3")).seq).toBe(1);
    await until("logged", () => engine.state.counts.logged === 1);
    await kill(engine);
    expect(nets(await open(on))).toEqual(["3"]);
  });

  it("PLT-09 writes nothing more when it cannot even void, until a restart has taken the entry up", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    const store = (engine as unknown as { store: Store }).store;
    store.addEntries = () => {
      on.file.fails = 1;
      return Promise.reject(new Error("the disk fails"));
    };
    await expect(records(engine, "1")).rejects.toMatchObject({ code: "storage_failed" });
    await expect(records(engine, "2")).rejects.toMatchObject({ code: "storage_failed" });
    await kill(engine);
    expect(nets(await open(on))).toEqual(["1"]);
  });

  it("PLT-12 takes no lease that the site's key did not sign", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    const honest = plant.fetch;
    on.fetch = async (path, init) => {
      const answer = (await (await honest(path, init)).json()) as { lease: string };
      return Response.json({ ...answer, lease: answer.lease.replace("2026-11-25", "2027-11-25") });
    };
    await expect(engine.take("B-2", "nonce")).rejects.toMatchObject({ code: "lease_forged" });
    expect(engine.state.leases.length).toBe(1);
  });

  it("PLT-08 hands a batch back, still delivers what it owes, then lets go of it", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    await records(engine, "1");
    await until("proven", () => engine.state.counts.proven === 1);
    await engine.handBack(engine.state.leases[0]!.lease);
    expect(plant.calls.at(-1)).toMatchObject({ path: "/api/leases/lease-1/return", body: { last_seq: 1 } });
    await expect(records(engine, "2")).rejects.toMatchObject({ code: "lease_missing" });
    expect(nets(engine)).toEqual(["1"]);
    await kill(engine);
    const second = await open(on);
    expect(second.state).toMatchObject({ leases: [], storage: { records: 0 } });
  });

  it("PLT-12 works on the newest lease of a batch and hands all of them back", async () => {
    const engine = await ready(tablet(plant));
    await engine.take("B-1", "nonce");
    expect(engine.state.leases.map(({ lease }) => lease)).toEqual(["lease-2"]);
    await engine.handBack("lease-2");
    expect(plant.calls.map(({ path }) => path).filter((path) => path.endsWith("return")).sort()).toEqual([
      "/api/leases/lease-1/return", "/api/leases/lease-2/return",
    ]);
    expect(engine.state.leases).toEqual([]);
  });

  it("ENG-01 PLT-08 takes a record along beside a batch, shares what is typed there, and hands it back", async () => {
    const [one, other] = [await ready(tablet(plant)), await ready(tablet(plant), "B-2")];
    const unit = "record/R-1";
    await Promise.all([one.take(unit, "nonce"), other.take(unit, "nonce")]);
    expect(one.state).toMatchObject({ leases: [{ batch: "B-1" }], records: [{ unit, record: { record: "R-1" } }] });
    const value = { path: "gross", value: { value: "1", unit: "kg" }, source: { type: "typed", device: null, entry: null }, comment: null };
    const draft = { batch: unit, kind: "forms.values_recorded.v1", subject: "gross", payload: { record: "R-1", values: [value] } };
    const { id } = await one.record(draft, "P-0001");
    await until("shown on the other", () => other.entries(unit).some((entry) => entry.id === id && entry.index !== null));
    expect(one.entries("B-1")).toEqual([]);
    other.typing(unit, "tare", "P-0002", "0.3");
    await until("typed", () => one.drafts(unit).some(({ slot, text }) => slot === "tare" && text === "0.3"));
    await one.handBack(one.state.records[0]!.lease);
    expect(one.state).toMatchObject({ leases: [{ batch: "B-1" }], records: [] });
    await expect(one.record(draft, "P-0001")).rejects.toMatchObject({ code: "lease_missing" });
  });

  it("MAT-06 PLT-08 takes a day of a warehouse along beside a batch, on several handhelds, and hands it back", async () => {
    const [one, other] = [await ready(tablet(plant)), await ready(tablet(plant), "B-2")];
    const unit = "warehouse/raw/2026-11-26";
    await Promise.all([one.take(unit, "nonce"), other.take(unit, "nonce")]);
    expect(one.state).toMatchObject({ leases: [{ batch: "B-1" }], records: [], warehouses: [{ unit, warehouse: { area: "raw", day: "2026-11-26" } }] });
    const payload = { container: "C-1", from: null, to: "R-02", reason: null };
    const { id } = await one.record({ batch: unit, kind: "materials.container_moved.v1", subject: "container/C-1", payload }, "P-0001");
    await until("shown on the other", () => other.entries(unit).some((entry) => entry.id === id && entry.index !== null));
    expect(one.entries("B-1")).toEqual([]);
    await one.handBack(one.state.warehouses[0]!.lease);
    expect(one.state).toMatchObject({ leases: [{ batch: "B-1" }], warehouses: [] });
  });

  it("PLT-15 unwraps a person's key with the PIN and with nothing else", async () => {
    plant.people = [{ id: "P-0003", name: "王", name_en: null, roles: ["supervisor"], key: await wrap("246810") }];
    const engine = await ready(tablet(plant));
    await expect(engine.unlock("P-0003", "246811")).rejects.toMatchObject({ code: "pin_wrong" });
    await expect(engine.unlock("P-0009", "246810")).rejects.toMatchObject({ code: "person_unknown" });
    const cosigner = await engine.unlock("P-0003", "246810");
    expect(cosigner.key.extractable).toBe(false);
    await engine.record({ ...weighing("1"), cosigner }, "P-0001");
    // With it the wrong PIN, and that the row of those has ended.
    await until("logged", () => engine.state.counts.logged === 3);
  });

  it("PLT-08 keeps photos until the server has them", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    plant.hub.up = false;
    plant.hub.cut();
    await until("offline", () => engine.state.online !== "online");
    const hash = await engine.keepBlob(new Uint8Array([1, 2, 3]), "image/jpeg");
    expect(hash).toBe("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
    await expect(engine.keepBlob(new Uint8Array(3_000_000), "image/jpeg")).rejects.toMatchObject({ code: "blob_too_large" });
    plant.hub.up = true;
    engine.sessionChanged();
    await until("uploaded", () => plant.calls.some(({ path }) => path === `/api/blobs/${hash}`));
  });

  it("PLT-08 sends a photo that is kept while another is under way, without waiting for the next connection", async () => {
    const { fetch } = plant;
    let under = (): void => undefined;
    const sending = new Promise<void>((done) => (under = done));
    let kept = (): void => undefined;
    const both = new Promise<void>((done) => (kept = done));
    plant.fetch = async (path, init) => {
      if (path.startsWith("/api/blobs/")) { under(); await both; }
      return fetch(path, init);
    };
    const on = tablet(plant);
    const engine = await ready(on);
    const first = await engine.keepBlob(new Uint8Array([1]), "image/jpeg");
    await sending;
    const hashes = [first, await engine.keepBlob(new Uint8Array([2]), "image/jpeg")];
    kept();
    await until("all uploaded", () => hashes.every((hash) => plant.calls.some(({ path }) => path === `/api/blobs/${hash}`)));
  });

  it("PLT-08 PLT-18 lets a photo go only when the entry that names it is proven, and sends it once", async () => {
    plant.hub.publishing = false;
    const on = tablet(plant);
    const engine = await ready(on);
    const hash = await engine.keepBlob(new Uint8Array([1, 2, 3]), "image/jpeg");
    await engine.record({ batch: "B-1", kind: "production.photo_attached.v1", subject: "photo", payload: { batch: "B-1", sha256: hash } }, "P-0001");
    await until("recorded", () => engine.state.counts.logged === 1);
    const kept = async (): Promise<string[]> => (await (engine as unknown as { store: Store }).store.blobs()).map((blob) => blob.hash);
    const again = async (): Promise<void> => {
      plant.hub.cut();
      await until("offline", () => engine.state.online !== "online");
      engine.sessionChanged();
      await until("online", () => engine.state.online === "online");
      await new Promise((done) => setTimeout(done, 100));
    };
    await again();
    expect(await kept()).toEqual([hash]);
    await plant.hub.publish();
    await until("proven", () => engine.state.counts.proven === 1);
    await again();
    expect(await kept()).toEqual([]);
    expect(plant.calls.filter(({ path }) => path.startsWith("/api/blobs/")).length).toBe(1);
  });

  it("HMI-05 tells a missing session from a missing network", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    plant.hub.connect = () => {
      const socket = { onmessage: null, onclose: null as (() => void) | null, send: () => undefined, close: () => undefined };
      setTimeout(() => socket.onclose?.(), 0);
      return socket;
    };
    on.connect = plant.hub.connect;
    plant.signedIn = false;
    plant.hub.cut();
    await until("session missing", () => engine.state.sessionMissing);
    expect(engine.state.online).not.toBe("online");
  });

  it("PLT-15 says that the server does not take this device any more, and keeps its work", async () => {
    const engine = await ready(tablet(plant));
    plant.hub.revoked = true;
    plant.hub.cut();
    await until("refused", () => engine.state.syncError === "device_revoked");
    await records(engine, "1");
    expect(engine.state).toMatchObject({ sessionMissing: false, counts: { device: 1 } });
  });

  it("PLT-09 lets a second tab look but not write, and take over when the first is gone", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    await records(first, "1");
    let grant: () => void = () => undefined;
    const second = load({
      ...on,
      lock: (busy) => {
        busy();
        return new Promise((resolve) => (grant = resolve));
      },
    });
    void second.start();
    await until("second tab", () => second.state.secondTab && second.state.ready);
    expect(nets(second)).toEqual(["1"]);
    await expect(records(second, "2")).rejects.toMatchObject({ code: "second_tab" });
    expect(() => second.acceptUpdate()).toThrow("second_tab");
    await until("logged", () => first.state.counts.logged === 1);
    await kill(first);
    grant();
    await until("taken over", () => !second.state.secondTab);
    expect((await records(second, "2")).seq).toBe(2);
  });

  it("PLT-08 shows what others type, not what was typed here", async () => {
    const [a, b] = [await ready(tablet(plant)), await ready(tablet(plant))];
    a.typing("B-1", "20/net", "P-0001", "12.6");
    await until("seen", () => b.drafts("B-1").length === 1);
    expect(b.drafts("B-1")[0]).toMatchObject({ slot: "20/net", person: "P-0001", text: "12.6" });
    expect(a.drafts("B-1")).toEqual([]);
  });
});

/** A wrapped key as the server makes it. */
async function wrap(pin: string): Promise<WrappedKey> {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const [salt, iv, cost] = [random(16), random(12), { m: 19456, t: 2, p: 1 }];
  const kek = await argon2id({ password: pin, salt, iterations: cost.t, memorySize: cost.m, parallelism: cost.p, hashLength: 32, outputType: "binary" });
  const key = await crypto.subtle.importKey("raw", concat(kek), "AES-GCM", false, ["encrypt"]);
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  const data = base64(new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, pkcs8)));
  const public_key = base64(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  return { alg: "ed25519", public_key, salt: base64(salt), iv: base64(iv), data, ...cost };
}
