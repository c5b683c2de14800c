/** Whose key opens with what: tablet, badge and PIN each by itself are of no use; wrong PINs are counted, come what may. */
import { argon2id } from "hash-wasm";
import { beforeEach, describe, expect, it } from "vitest";
import { base64, concat, fromBase64, random, utf8 } from "../../src/core/bytes";
import { decodeEnvelope, readPayload } from "../../src/core/entry";
import type { Engine } from "../../src/core/engine";
import { badgeOf, type AgreementKey, markOf, opened } from "../../src/core/opening";
import { MOST, Pins, WAIT_MS } from "../../src/core/pins";
import { Store } from "../../src/core/store";
import type { Lease, LentKey, WrappedKey } from "../../src/core/types";
import { Plant, tablet, TestClock, until } from "./surroundings";
import { kill, open, ready, records, type Tablet } from "./tablets";

const PIN = "246810";
const SECRET = base64(new Uint8Array(16).fill(7)).replace(/=+$/, "");
const BADGE = { badge: "3fa1c0-0001", secret: SECRET };
const AES = { name: "AES-GCM", length: 256 };
const P256 = { name: "ECDH", namedCurve: "P-256" };
let plant: Plant;
/** The same for all tests: argon2 costs a second. */
const wrapped = wrap(PIN);

async function wrap(pin: string): Promise<WrappedKey> {
  const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  const [salt, iv] = [random(16), random(12)];
  const derived = await argon2id({ password: pin, salt, iterations: 2, memorySize: 1024, parallelism: 1, hashLength: 32, outputType: "binary" });
  const kek = await crypto.subtle.importKey("raw", new Uint8Array(derived), "AES-GCM", false, ["encrypt"]);
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, kek, pkcs8);
  const public_key = base64(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  return { alg: "ed25519", public_key, salt: base64(salt), iv: base64(iv), data: base64(new Uint8Array(data)), m: 1024, t: 2, p: 1 };
}

async function box(key: CryptoKey, bound: string, value: unknown): Promise<{ iv: string; data: string }> {
  const iv = random(12);
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(bound) }, key, utf8(JSON.stringify(value)));
  return { iv: base64(iv), data: base64(new Uint8Array(data)) };
}

/** As server/handheld/lending.py seals it. */
async function lend(lease: string, device: string, agreement: string, byBadge: boolean): Promise<object> {
  const inner = byBadge ? { badge: BADGE.badge, ...(await box(await badgeKey(), `pestle/badge/v1\n${BADGE.badge}\nP-0001`, await wrapped)) } : await wrapped;
  const raw = random(32);
  const key = await crypto.subtle.importKey("raw", raw, AES, false, ["encrypt"]);
  const bound = utf8(`pestle/lease-people/v1\n${lease}\n${device}`);
  const ours = (await crypto.subtle.generateKey(P256, true, ["deriveBits"])) as CryptoKeyPair;
  const ephemeral = new Uint8Array(await crypto.subtle.exportKey("raw", ours.publicKey));
  const point = fromBase64(agreement);
  const theirs = await crypto.subtle.importKey("raw", point, P256, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const kek = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: concat(ephemeral, point), info: bound }, secret, AES, false, ["encrypt"]);
  const iv = random(12);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound }, kek, raw);
  const lent = { alg: "ed25519", public_key: (await wrapped).public_key, ...(await box(key, `pestle/lease-people/v1\n${lease}\nP-0001`, inner)) };
  const people = [{ id: "P-0001", name: "张敏", name_en: null, roles: ["operator"], badge: byBadge ? BADGE.badge : null, key: lent }];
  return { people, opener: { ephemeral: base64(ephemeral), iv: base64(iv), data: base64(new Uint8Array(sealed)) } };
}

async function badgeKey(): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey("raw", new Uint8Array(16).fill(7), "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(`pestle/badge/v1\n${BADGE.badge}`) };
  return crypto.subtle.deriveKey(hkdf, secret, AES, false, ["encrypt"]);
}

const tried = (engine: Engine) => engine.entries("B-1").filter(({ kind }) => kind === "handheld.pin_tried.v1").map(({ payload }) => [payload.wrong, payload.right, payload.by]);
const code = (promise: Promise<unknown>) => promise.then(() => "opened", (error: { code: string }) => error.code);

async function meta<K extends "agreement" | "pins">(on: Tablet, key: K) {
  const store = await Store.open(on.database);
  const found = await store.meta(key);
  store.close();
  return found;
}

beforeEach(() => {
  plant = new Plant();
  plant.lend = (lease, device, agreement) => lend(lease, device, agreement, true);
});

describe("unlocking", () => {
  it("IDN-05 IDN-06 opens with tablet, badge and PIN together, and the key cannot be read out", async () => {
    const engine = await ready(tablet(plant));
    const unlocked = await engine.unlock("P-0001", PIN, BADGE);
    expect(unlocked.key.extractable).toBe(false);
    await engine.record({ batch: "B-1", kind: "production.remark_added.v1", subject: "remark", payload: { batch: "B-1" }, cosigner: unlocked }, "P-0002");
    await until("logged", () => engine.state.counts.logged === 1);
    expect(tried(engine)).toEqual([]);
  });

  it("IDN-06 says that a badge is missing or another one, and counts neither as a PIN", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    expect(await code(engine.unlock("P-0001", PIN))).toBe("badge_needed");
    expect(await code(engine.unlock("P-0001", PIN, { ...BADGE, secret: "A".repeat(22) }))).toBe("badge_wrong");
    expect(await code(engine.unlock("P-0001", PIN, { ...BADGE, badge: "3fa1c0-0002" }))).toBe("badge_wrong");
    expect(await meta(on, "pins")).toBeUndefined();
    expect(await code(engine.unlock("P-0001", PIN, BADGE))).toBe("opened");
  });

  it("IDN-05 opens by tablet and PIN for who has no badge", async () => {
    plant.lend = (lease, device, agreement) => lend(lease, device, agreement, false);
    const engine = await ready(tablet(plant));
    expect(await code(engine.unlock("P-0001", PIN))).toBe("opened");
    expect(await code(engine.unlock("P-0001", "246811"))).toBe("pin_wrong");
  });

  it("IDN-05 PLT-15 attack: a lease that was copied holds nothing to try PINs on, whoever has the badge", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    const lease = engine.state.leases[0]!;
    const key = lease.people[0]!.key as LentKey;
    const text = JSON.stringify(lease);
    for (const secret of [(await wrapped).salt, (await wrapped).data]) expect(text).not.toContain(secret);
    // Another tablet, or a script, with a key of its own.
    const other = (await crypto.subtle.generateKey(P256, false, ["deriveBits"])) as CryptoKeyPair;
    const point = new Uint8Array(await crypto.subtle.exportKey("raw", other.publicKey));
    expect(await code(opened(lease, "P-0001", key, { privateKey: other.privateKey, point }, BADGE))).toBe("lease_forged");
    expect(await code(opened(lease, "P-0001", key, undefined, BADGE))).toBe("lease_forged");
    const own = await meta(on, "agreement");
    expect(own!.privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("pkcs8", own!.privateKey)).rejects.toThrow();
  });

  it("IDN-05 PLT-15 attack: a whole profile that was copied still lacks the badge, so that no PIN can be guessed", async () => {
    const on = tablet(plant);
    const engine = await ready(on);
    // Everything that the tablet's disk holds, its keys included: what a copy of the profile is.
    const stolen: { own: AgreementKey; lease: Lease } = { own: (await meta(on, "agreement"))!, lease: engine.state.leases[0]! };
    const key = stolen.lease.people[0]!.key!;
    const guess = (badge: typeof BADGE | null) => opened(stolen.lease, "P-0001", key, stolen.own, badge);
    expect(await code(guess(null))).toBe("badge_needed");
    for (let i = 0; i < 20; i++) expect(await code(guess({ badge: BADGE.badge, secret: base64(random(16)).replace(/=+$/, "").replace(/\+/g, "-").replace(/\//g, "_") }))).toBe("badge_wrong");
    // What it does give away without a badge is said in sync/README.md: there the PIN alone stands.
    expect(await code(guess(BADGE))).toBe("opened");
  });

  it("IDN-05 attack: five wrong PINs lock the person here; neither the right PIN, a reload nor a clock helps", async () => {
    const on = tablet(plant);
    let engine = await ready(on);
    await records(engine, "1.0");
    for (let i = 1; i < MOST; i++) expect(await code(engine.unlock("P-0001", `13579${i}`, BADGE))).toBe("pin_wrong");
    expect(await code(engine.unlock("P-0001", "999990", BADGE))).toBe("pin_wrong");
    expect(await code(engine.unlock("P-0001", PIN, BADGE))).toBe("pin_locked");
    await kill(engine);
    engine = await open(on);
    expect(await code(engine.unlock("P-0001", PIN, BADGE))).toBe("pin_locked");
    (on.clock as TestClock).now += 24 * 3600 * 1000;
    expect(await code(engine.unlock("P-0001", PIN, BADGE))).toBe("pin_locked");
    expect(tried(engine)).toEqual([1, 2, 3, 4, 5].map((wrong) => [wrong, false, "pin"]));
    await until("in the log", () => engine.state.counts.logged === MOST + 1);
  });

  it("IDN-05 a database that has forgotten is told by the chain", async () => {
    const on = tablet(plant);
    let engine = await ready(on);
    for (let i = 0; i < MOST; i++) expect(await code(engine.unlock("P-0001", "135790", BADGE))).toBe("pin_wrong");
    await kill(engine);
    const store = await Store.open(on.database);
    await store.setMeta({ pins: {} });
    store.close();
    engine = await open(on);
    expect(await code(engine.unlock("P-0001", PIN, BADGE))).toBe("pin_locked");
  });

  it("IDN-05 a trial that was cut short counts as a wrong one", async () => {
    const on = tablet(plant);
    await kill(await ready(on));
    const store = await Store.open(on.database);
    await (await Pins.of(store, on.clock, [])).trying("P-0001");
    const again = await Pins.of(store, on.clock, []);
    expect(again.wrong("P-0001")).toBe(1);
    await again.right("P-0001");
    expect((await Pins.of(store, on.clock, [])).wrong("P-0001")).toBe(0);
    store.close();
  });

  it("IDN-05 a locked person goes on after so long a running of the app, or once they confirmed on line", async () => {
    const on = tablet(plant);
    let mono = 0;
    on.clock.mono = () => mono;
    const engine = await ready(on);
    for (let i = 0; i < MOST; i++) await code(engine.unlock("P-0001", "135790", BADGE));
    mono += WAIT_MS - 60_000;
    const refused = await engine.unlock("P-0001", PIN, BADGE).catch((error: { answer: { details: object } }) => error.answer.details);
    expect(refused).toEqual({ minutes: 1 });
    mono += 60_000;
    expect(await code(engine.unlock("P-0001", "135790", BADGE))).toBe("pin_wrong");
    expect(await code(engine.unlock("P-0001", PIN, BADGE))).toBe("pin_locked");
    await engine.confirmed("P-0001");
    expect(await code(engine.unlock("P-0001", PIN, BADGE))).toBe("opened");
    expect(tried(engine).at(-1)).toEqual([0, true, "password"]);
  });

  it("IDN-05 a right PIN ends the row, and says so", async () => {
    const engine = await ready(tablet(plant));
    for (let i = 1; i < MOST; i++) await code(engine.unlock("P-0001", "135790", BADGE));
    expect(await code(engine.unlock("P-0001", PIN, BADGE))).toBe("opened");
    for (let i = 1; i < MOST; i++) await code(engine.unlock("P-0001", "135790", BADGE));
    expect(await code(engine.unlock("P-0001", PIN, BADGE))).toBe("opened");
    expect(tried(engine).filter(([, right]) => right)).toEqual([[0, true, "pin"], [0, true, "pin"]]);
    const payloads = (engine as unknown as { ledger: { all(): { bytes: Uint8Array }[] } }).ledger.all().map(({ bytes }) => readPayload(decodeEnvelope(bytes)));
    expect(JSON.stringify(payloads)).not.toContain("135790");
  });

  it("IDN-06 reads what stands in a badge, and whose site it is of", async () => {
    expect(badgeOf(`${BADGE.badge}:${SECRET}`)).toEqual(BADGE);
    for (const wrong of ["", "3fa1c0-0001", `${BADGE.badge}:short`, `${BADGE.badge}:${SECRET}x`]) expect(badgeOf(wrong)).toBeNull();
    expect(await markOf("pestle.example/site+12345678+AAAA")).toMatch(/^[0-9a-f]{6}$/);
  });
});
