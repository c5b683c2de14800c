/** What a tablet keeps says nothing to whoever copies its disk, is told when it is damaged, and outlives its own keys. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Bytes, concat, hex, utf8 } from "../../src/core/bytes";
import { Database } from "../../src/core/database";
import type { Engine } from "../../src/core/engine";
import { frame } from "../../src/core/frames";
import { Journal } from "../../src/core/journal";
import { Store } from "../../src/core/store";
import { makeStoreKeys, nameOf, seal, unseal } from "../../src/core/vault";
import { MemoryFile, Plant, tablet, until } from "./surroundings";
import { journalKeys, kill, open, ready, records, type Tablet } from "./tablets";

let plant: Plant;

beforeEach(() => {
  plant = new Plant();
});

const nets = (engine: Engine) => engine.entries("B-1").map(({ payload }) => (payload.net as { value: string }).value);
const photo = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);

async function offline(engine: Engine): Promise<void> {
  plant.hub.up = false;
  plant.hub.cut();
  await until("offline", () => engine.state.online !== "online");
}

/** Everything that lies in the database, as bytes and texts in a row. */
async function database(on: Tablet): Promise<Bytes> {
  const db = await Database.open(on.database);
  const parts: Bytes[] = [];
  for (const store of ["meta", "entries", "packs", "changes", "snapshots", "pending", "listings", "scratch", "leases", "blobs"] as const) {
    for (const { key, value } of await db.rows<unknown>(store)) {
      if (store !== "meta") parts.push(utf8(JSON.stringify(key)), ...bytesIn(value));
    }
  }
  db.close();
  return concat(...parts);
}

function bytesIn(value: unknown): Bytes[] {
  if (value instanceof Uint8Array) return [new Uint8Array(value)];
  if (typeof value !== "object" || value === null) return [utf8(JSON.stringify(value) ?? "")];
  return Object.values(value).flatMap(bytesIn);
}

const holds = (data: Bytes, what: Bytes): boolean => hex(data).includes(hex(what));

/** Lose the database, as Chromium does with one that is torn. */
async function wipe(on: Tablet): Promise<void> {
  await new Promise((done) => (indexedDB.deleteDatabase(on.database).onsuccess = done));
}

/** A batch in work: two records, of which the first is in the log, and a photo. */
async function atWork(on: Tablet): Promise<Engine> {
  const engine = await ready(on);
  await records(engine, "1");
  await until("proven", () => engine.state.counts.proven === 1);
  await offline(engine);
  await records(engine, "2");
  await engine.keepBlob(photo, "image/jpeg");
  engine.remember("B-1", "30/net/typed", "12.3456");
  return engine;
}

describe("sealing", () => {
  it("PLT-09 opens only what was sealed by the same key for the same place, and whole", async () => {
    const { seal: key } = await makeStoreKeys();
    const box = await seal(key, "entries 1", utf8("12.640 kg"));
    expect(await unseal(key, "entries 1", box)).toEqual(utf8("12.640 kg"));
    const wrong: [CryptoKey, string, Uint8Array][] = [
      [key, "entries 2", box], [(await makeStoreKeys()).seal, "entries 1", box], [key, "entries 1", box.subarray(0, 20)],
      [key, "entries 1", box.map((byte, i) => (i === 14 ? byte ^ 1 : byte))], [key, "entries 1", new Uint8Array()],
    ];
    for (const attempt of wrong) await expect(unseal(...attempt)).rejects.toMatchObject({ code: "storage_damaged" });
  });

  it("PLT-09 never seals twice alike, and its keys cannot be exported", async () => {
    const keys = await makeStoreKeys();
    const [a, b] = [await seal(keys.seal, "x", utf8("same")), await seal(keys.seal, "x", utf8("same"))];
    expect(hex(a.subarray(0, 12))).not.toBe(hex(b.subarray(0, 12)));
    for (const key of [keys.seal, keys.name]) await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
    expect(await nameOf(keys.name, "batch/B-1")).toBe(await nameOf(keys.name, "batch/B-1"));
  });
});

describe("what lies on the disk", () => {
  it("PLT-09 tells nothing of entries, documents, recipes, people or photos, neither in database nor journal", async () => {
    plant.people = [{ id: "P-0003", name: "王芳芳", name_en: null, roles: ["supervisor"], key: null }];
    const on = tablet(plant);
    const engine = await atWork(on);
    const words = [utf8("material_weighed"), utf8("王芳芳"), utf8("B-1"), utf8("P-0001"), utf8("12.3456"), photo];
    for (const what of words) {
      expect(holds(await database(on), what)).toBe(false);
      expect(holds(on.file.data, what)).toBe(false);
    }
    expect(engine.state.storage.encrypted).toBe(true);
    await kill(engine);
    const second = await open(on);
    expect(nets(second)).toEqual(["1", "2"]);
    expect(second.recall("B-1", "30/net/typed")).toBe("12.3456");
  });

  it("PLT-09 packs entries that lie loose, and reads them with what has changed since", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    await offline(engine);
    for (let i = 0; i < 140; i++) await records(engine, String(i));
    const { store } = engine as unknown as { store: Store };
    await store.repack();
    const db = (store as unknown as { database: Database }).database;
    expect([(await db.rows("packs")).length, (await db.rows("entries")).length]).toEqual([1, 0]);
    await records(engine, "140");
    await kill(engine);
    plant.hub.up = true;
    const second = await open(on);
    expect(nets(second).length).toBe(141);
    await vi.waitFor(() => expect(second.state.counts.logged).toBe(141), 20_000);
    await kill(second);
    plant.hub.up = false;
    expect((await open(on)).state.counts.logged).toBe(141);
  }, 30_000);
});

describe("the store of an earlier version", () => {
  /** As that version wrote it: everything plain. */
  async function plainly(on: Tablet): Promise<void> {
    const [store, db] = [await Store.open(on.database), await Database.open(on.database)];
    const read = { entries: await store.entries(), leases: await store.leases(), blobs: await store.blobs(), changes: await store.changes("batch/B-1") };
    const { recovered } = await Journal.open(on.file, await journalKeys(on));
    await db.put(["meta", "entries", "changes", "leases", "blobs"], read, (tx, { entries, leases, blobs, changes }) => {
      for (const name of ["entries", "changes", "leases", "blobs"]) tx.objectStore(name).clear();
      for (const name of ["storeKeys", "journalKeys", "sealed"]) tx.objectStore("meta").delete(name);
      for (const entry of entries) tx.objectStore("entries").put(entry);
      for (const lease of leases) tx.objectStore("leases").put(lease);
      for (const blob of blobs) tx.objectStore("blobs").put(blob);
      for (const { n, bytes } of changes) tx.objectStore("changes").put(bytes, ["batch/B-1", n]);
    });
    on.file.data = new Uint8Array();
    const { journal } = await Journal.open(on.file);
    for (const [id, bytes] of recovered.entries) await journal.entry(id, bytes);
    for (const blob of recovered.blobs.values()) await journal.blob(blob);
    for (const lease of recovered.leases.values()) await journal.lease(lease);
    store.close();
    db.close();
  }

  it("PLT-09 is sealed in place at the first start, the journal as soon as the site has told its key", async () => {
    const on = tablet(plant);
    await kill(await atWork(on));
    await plainly(on);
    expect(holds(await database(on), utf8("material_weighed"))).toBe(true);
    const second = await open(on);
    expect(nets(second)).toEqual(["1", "2"]);
    expect(second.state.storage.encrypted).toBe(false);
    expect(holds(await database(on), utf8("material_weighed"))).toBe(false);
    plant.hub.up = true;
    second.sessionChanged();
    await until("sealed", () => second.state.storage.encrypted);
    expect(holds(on.file.data, utf8("material_weighed"))).toBe(false);
    await kill(second);
    await wipe(on);
    expect((await open(on)).state.storage.waiting).toMatchObject([{ device: "tablet-000001" }]);
  });

  it("PLT-09 is read and delivered as it is where there is no room to seal it, and is not told to be sealed", async () => {
    const on = tablet(plant);
    await kill(await atWork(on));
    await plainly(on);
    vi.spyOn(Store.prototype, "migrate").mockRejectedValueOnce(new DOMException("no room", "QuotaExceededError"));
    const second = await open(on);
    expect(second.state).toMatchObject({ device: { id: "tablet-000001" }, storage: { encrypted: false } });
    expect(nets(second)).toEqual(["1", "2"]);
    plant.hub.up = true;
    second.sessionChanged();
    await until("delivered", () => second.state.counts.logged === 2);
    expect(second.state.storage.encrypted).toBe(false);
    await kill(second);
    const third = await open(on);
    await until("sealed", () => third.state.storage.encrypted === true);
  });

  it("PLT-09 loses nothing when it is killed at any write of that", async () => {
    for (let writes = 0; writes < 6; writes++) {
      plant = new Plant();
      const on = tablet(plant);
      await kill(await atWork(on));
      await plainly(on);
      const store = await Store.open(on.database);
      const db = (store as unknown as { database: Database }).database;
      const put = db.write.bind(db);
      let left = writes;
      db.write = (async (...given: Parameters<typeof put>) => (left-- > 0 ? put(...given) : new Promise(() => undefined))) as typeof db.write;
      void store.migrate();
      await new Promise((done) => setTimeout(done, 60));
      store.close();
      const second = await open(on);
      expect(nets(second), `killed after ${writes}`).toEqual(["1", "2"]);
      expect((await (second as unknown as { store: Store }).store.blobs()).length).toBe(1);
      expect(second.state.leases.length).toBe(1);
    }
  }, 20_000);
});

describe("damage", () => {
  /** Change a byte of every row of a store. */
  async function hurt(on: Tablet, store: "entries" | "packs" | "changes" | "leases" | "blobs"): Promise<void> {
    const db = await Database.open(on.database);
    await db.put([store], await db.rows<Bytes | { box: Bytes }>(store), (tx, rows) => {
      for (const { key, value } of rows) {
        const box = "box" in value ? value.box : value;
        box[box.length - 1]! ^= 1;
        tx.objectStore(store).put(value, "box" in value ? undefined : key);
      }
    });
    db.close();
  }

  it.each(["entries", "leases", "blobs"] as const)("PLT-09 in the rows of %s is told, and mended out of the journal", async (store) => {
    const on = tablet(plant);
    await kill(await atWork(on));
    await hurt(on, store);
    const second = await open(on);
    expect(second.state.storage.healed).toBeGreaterThan(0);
    expect(nets(second)).toContain("2");
    expect(second.state.leases.length).toBe(1);
    const kept = (second as unknown as { store: Store }).store;
    expect((await kept.blobs()).length).toBe(1);
    await kill(second);
    plant.hub.up = true;
    const third = await open(on);
    await until("logged", () => third.state.counts.device === 0 && plant.hub.log.length === 2);
    expect(nets(third)).toEqual(["1", "2"]);
    expect(plant.hub.log.length).toBe(2);
  });

  it("PLT-09 of entries that stand nowhere else is told as long as they are there, not skipped", async () => {
    const on = tablet(plant);
    await kill(await atWork(on));
    await hurt(on, "entries");
    on.file.data = new Uint8Array();
    for (let start = 0; start < 2; start++) {
      const engine = await open(on);
      expect(engine.state.storage.damaged).toBe(2);
      await kill(engine);
    }
  });

  it("PLT-09 of a pack is told as long as it is there, and nothing is packed over it", async () => {
    const on = tablet(plant);
    let engine = await ready(on);
    await offline(engine);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 130; i++) await records(engine, String(i));
      await (engine as unknown as { store: Store }).store.repack();
      await kill(engine);
      if (round === 0) await hurt(on, "packs");
      if (round === 0) on.file.data = new Uint8Array();
      engine = await open(on);
      expect(engine.state.storage.damaged).toBe(1);
    }
    expect(nets(engine).length).toBe(130);
  }, 30_000);

  it("PLT-09 of the document is told, and the server tells it once more", async () => {
    const on = tablet(plant);
    await kill(await atWork(on));
    await hurt(on, "changes");
    plant.hub.up = true;
    const second = await open(on);
    await until("logged", () => second.state.counts.logged === 2);
    expect(nets(second)).toEqual(["1", "2"]);
  });

  it("PLT-09 of the journal is told, and mended out of the database", async () => {
    const on = tablet(plant);
    const first = await ready(on);
    await offline(first);
    for (const value of ["1", "2", "3"]) await records(first, value);
    await kill(first);
    on.file.data[on.file.data.length - 2_000]! ^= 1;
    const second = await open(on);
    expect(second.state.storage).toMatchObject({ damaged: 0 });
    expect(second.state.storage.healed).toBeGreaterThan(0);
    await kill(second);
    const { recovered } = await Journal.open(on.file, await journalKeys(on));
    expect([recovered.entries.size, recovered.damaged]).toEqual([3, 0]);
  });

  it("PLT-09 of the journal is told where somebody has moved its records", async () => {
    const on = tablet(plant);
    await kill(await atWork(on));
    const [key] = await journalKeys(on);
    const file = new MemoryFile();
    const { journal } = await Journal.open(file, [key!]);
    await journal.entry("a", utf8("first"));
    await journal.entry("b", utf8("second"));
    const size = frame(new Uint8Array()).length;
    const lengths: number[] = [];
    const view = new DataView(file.data.buffer);
    for (let at = 0; at < file.data.length; at += size + lengths.at(-1)!) lengths.push(view.getUint32(at + 4, true));
    const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, one) => sum + size + one, 0));
    const parts = starts.map((at, i) => file.data.slice(at, at + size + lengths[i]!));
    file.data = concat(parts[0]!, parts[2]!, parts[1]!);
    const { recovered } = await Journal.open(file, [key!]);
    expect(recovered.damaged).toBeGreaterThan(0);
  });
});

describe("a journal that outlived the database", () => {
  it("PLT-09 PLT-15 waits sealed, says how much, and is refused to an enrolment that is not for its tablet", async () => {
    const on = tablet(plant);
    await kill(await atWork(on));
    await wipe(on);
    const second = await open(on);
    const lost = { device: "tablet-000001", name: "T-07", records: 1 };
    expect(second.state).toMatchObject({ device: null, storage: { waiting: [lost], records: 0, recovered: null } });
    plant.hub.up = true;
    for (const code of ["CODE", "FOR tablet-000009"]) {
      await expect(second.enrol(code, "T-07")).rejects.toMatchObject({ code: "recovery_not_permitted" });
    }
    expect(second.state).toMatchObject({ device: null, storage: { waiting: [lost] } });
    await second.enrol("FOR tablet-000001", "T-07");
    expect(second.state.storage).toMatchObject({ waiting: [], recovered: expect.any(String), damaged: 0 });
    await second.take("B-1", "nonce");
    await records(second, "3");
    await until("logged", () => plant.hub.log.length === 3 && second.entries("B-1").length === 3);
    expect(second.entries("B-1").map(({ device, seq }) => `${device} ${seq}`)).toEqual(["tablet-000001 1", "tablet-000001 2", "tablet-000002 1"]);
    const blobs = await (second as unknown as { store: Store }).store.blobs();
    expect(blobs.map(({ data }) => hex(data))).toEqual([hex(photo)]);
  });

  it("PLT-09 goes on waiting beside new work, through restarts, until it is opened", async () => {
    const on = tablet(plant);
    await kill(await atWork(on));
    await wipe(on);
    plant.hub.up = true;
    const second = await open(on);
    await second.enrol("CODE", "T-07", true);
    await second.take("B-1", "nonce");
    await records(second, "3");
    await until("logged", () => second.state.counts.logged === 1);
    await kill(second);
    const third = await open(on);
    expect(third.state.storage.waiting).toEqual([{ device: "tablet-000001", name: "T-07", records: 1 }]);
    await until("online", () => third.state.online === "online");
    const { journal } = third as unknown as { journal: Journal };
    const before = journal.recovery;
    await plant.renewRecovery();
    plant.hub.cut();
    await until("offline", () => third.state.online !== "online");
    third.sessionChanged();
    await until("sealed anew", () => journal.recovery !== before);
    await journal.idle();
    await kill(third);
    const fourth = await open(on);
    expect(fourth.state.storage.waiting.length).toBe(1);
    await fourth.enrol("FOR tablet-000001", "T-07");
    await fourth.take("B-1", "nonce");
    await until("all", () => plant.hub.log.length === 3 && fourth.entries("B-1").length === 3);
    expect(plant.hub.log.length).toBe(3);
  });

  it("PLT-09 is opened once more when the page dies before the answer has been used", async () => {
    const on = tablet(plant);
    await kill(await atWork(on));
    await wipe(on);
    plant.hub.up = true;
    const second = await open(on);
    const inner = second as unknown as { takeUp(): Promise<void> };
    await new Promise<void>((answered) => {
      inner.takeUp = () => {
        answered();
        return new Promise(() => undefined);
      };
      void second.enrol("FOR tablet-000001", "T-07");
    });
    await kill(second);
    const third = await open(on);
    expect(third.state.storage).toMatchObject({ waiting: [], recovered: expect.any(String) });
    expect(nets(third)).toEqual(["1", "2"]);
    expect(third.state.counts).toMatchObject({ device: 1, proven: 1 });
  });

  it("PLT-09 is wrapped for a recovery key that the server's key has signed, and for no other", async () => {
    const honest = plant.fetch;
    const forger = new Plant();
    const on = tablet(plant);
    on.fetch = async (path, init) => {
      const answer = await honest(path, init);
      if (path !== "/api/devices/enrol" && path !== "/api/site") return answer;
      const given = (await answer.json()) as { site?: object };
      const { recovery } = (await (await forger.fetch("/api/site", {})).json()) as { recovery: object };
      return Response.json(path === "/api/site" ? { recovery } : { ...given, site: { ...given.site, recovery } });
    };
    const engine = await ready(on);
    await until("online", () => engine.state.online === "online");
    expect(engine.state.storage.encrypted).toBe(false);
    expect((await journalKeys(on)).length).toBe(0);
  });
});

describe("room", () => {
  it("PLT-09 that grows short is told before nothing fits any more", async () => {
    const on = tablet(plant);
    on.space = async () => ({ used: 950, total: 1_000 });
    const engine = await open(on);
    await until("told", () => engine.state.storage.space?.low === true);
  });

  it("PLT-09 that has run out refuses a record whole: the next one has its place in the chain", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    await offline(engine);
    const write = on.file.write.bind(on.file);
    // A full disk takes nothing, but what is on it can be cut.
    on.file.write = (at, data, flush) => (data.length ? Promise.reject(new Error("QuotaExceededError: no room")) : write(at, data, flush));
    await expect(records(engine, "1")).rejects.toMatchObject({ code: "storage_full" });
    await expect(engine.keepBlob(photo, "image/png")).rejects.toMatchObject({ code: "storage_full" });
    expect(engine.state.counts.device).toBe(0);
    on.file.write = write;
    expect((await records(engine, "2")).seq).toBe(1);
  });
});
