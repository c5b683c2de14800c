/** What the core needs from a browser and a plant, imitated in memory: disk, clock, lock, and a server of /sync. */
import "fake-indexeddb/auto";
import * as Automerge from "@automerge/automerge/slim";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fetchAutomerge } from "../../src/core/automerge";
import { encode } from "../../src/core/canonical";
import { type Bytes, base64, concat, fromBase64, hex, sha256, utf8 } from "../../src/core/bytes";
import type { Clock } from "../../src/core/clock";
import { decodeEnvelope, digestOf, readHeader } from "../../src/core/entry";
import type { JournalFile } from "../../src/core/journal";
import type { Platform } from "../../src/core/platform";
import type { Socket } from "../../src/core/sync";
import type { Lease } from "../../src/core/types";
import { documentOf } from "../../src/core/units";
import { vkey } from "../../src/core/note";
import { genesis } from "../../src/core/places";
import { Notary } from "./notary";

export async function wasm(): Promise<void> {
  const path = createRequire(import.meta.url).resolve("@automerge/automerge/automerge.wasm");
  await fetchAutomerge(new Uint8Array(readFileSync(path)));
}

/** A disk that survives the "page"; `damage` changes its bytes, `fails` makes the next write fail. */
export class MemoryFile implements JournalFile {
  data: Bytes = new Uint8Array();
  flushes = 0;
  fails = 0;
  async read(): Promise<Bytes> {
    return this.data.slice();
  }
  async write(at: number, data: Bytes, flush: boolean): Promise<void> {
    if (this.fails > 0 && this.fails--) throw new Error("the disk is full");
    this.data = concat(this.data.subarray(0, at), data);
    if (flush) this.flushes += 1;
  }
  async replace(data: Bytes): Promise<void> {
    this.data = data.slice();
  }
}

export class TestClock implements Clock {
  now = Date.UTC(2026, 10, 22, 9, 30);
  readonly boot = crypto.randomUUID();
  wall(): number {
    return (this.now += 7);
  }
  offset(): number {
    return 480;
  }
  mono(): number {
    return Math.floor(performance.now());
  }
}

interface Doc { entries: Record<string, Uint8Array>; receipts: Record<string, Uint8Array>; drafts: Record<string, unknown> }
interface Line { hash: string; raw: Bytes }
// Frames are JSON of many shapes; the tests look at the fields they mean.
type Frame = any;

/** A server of /sync in memory: numbers changes, keeps each device's chain, answers with receipts. */
export class Hub {
  readonly lines = new Map<string, Line[]>();
  readonly docs = new Map<string, Automerge.Doc<Doc>>();
  readonly log: string[] = [];
  readonly pushes: Frame[] = [];
  readonly hellos: Frame[] = [];
  readonly chain = new Map<string, { seq: number; hash: string }>();
  sockets: HubSocket[] = [];
  up = true;
  /** Forget to answer that many pushes and cut the line instead, after the commit or before it. */
  cutAfterCommit = 0;
  cutBeforeCommit = 0;
  /** Refuse that many pushes for their structure. */
  refuse = 0;
  /** Take nothing in and say nothing, on lines that look open. */
  deaf = false;
  /** End each greeting so, or cut the line after it. */
  busy: { code: string; retry?: number } | null = null;
  cutAfterWelcome = false;
  readonly opens: Frame[] = [];
  /** Refuse drafts: there are too many. */
  full = false;
  receipts = true;
  revoked = false;
  /** What is published and proven; replaced where a test wants another log than before. */
  notary = new Notary();
  /** Publish each entry at once. */
  publishing = true;
  readonly alarms: Frame[] = [];
  readonly proved: Frame[] = [];
  devices: Frame[] = [];
  serverKey = base64(new Uint8Array(32).fill(9));
  /** Changes what is answered to a question for proofs. */
  lie: (answer: Frame) => Frame = (answer) => answer;

  async create(name: string): Promise<void> {
    const first = await genesis(name);
    const [doc] = Automerge.applyChanges(Automerge.init<Doc>(), [first]);
    this.docs.set(name, doc);
    this.append(name, first, null);
  }

  /** Lose a document, and make it anew with what the log held of it: its first `held` entries, written by the server. */
  lose(name: string, held: number): void {
    const [old] = Automerge.applyChanges(Automerge.init<Doc>(), this.raws(name));
    const genesis = this.raws(name)[0]!;
    const kept = this.log.filter((id) => id in old.entries).slice(0, held);
    this.lines.delete(name);
    // Nobody is told: who is connected learns it when he asks or is refused.
    for (const socket of this.sockets) delete socket.follows[name];
    this.append(name, genesis, null);
    const [made] = Automerge.applyChanges(Automerge.init<Doc>(), [genesis]);
    const doc = Automerge.change(made, (draft) => {
      for (const id of kept) {
        draft.entries[id] = new Uint8Array(old.entries[id]!);
        draft.receipts[id] = new Uint8Array(old.receipts[id]!);
      }
    });
    this.docs.set(name, doc);
    this.append(name, Automerge.getLastLocalChange(doc)!, null);
  }

  connect = (): Socket => {
    const socket = new HubSocket(this);
    this.sockets.push(socket);
    return socket;
  };

  cut(): void {
    for (const socket of [...this.sockets]) socket.cut();
  }

  raws(name: string): Bytes[] {
    return this.lines.get(name)!.map(({ raw }) => raw);
  }

  /** Everything the server has, read from the changes alone as a fresh client would. */
  entries(name: string): string[] {
    const [doc] = Automerge.applyChanges(Automerge.init<Doc>(), this.raws(name));
    return Object.keys(doc.entries);
  }

  append(name: string, change: Uint8Array, author: HubSocket | null): number {
    const lines = this.lines.get(name) ?? [];
    this.lines.set(name, lines);
    const hash = Automerge.decodeChange(change).hash;
    const known = lines.findIndex((line) => line.hash === hash);
    if (known >= 0) return known + 1;
    lines.push({ hash, raw: new Uint8Array(change) });
    for (const socket of this.sockets) {
      if (socket !== author && name in socket.follows) socket.catchUp(name);
    }
    return lines.length;
  }

  async push(frame: Frame, socket: HubSocket): Promise<void> {
    this.pushes.push(frame);
    if (this.cutBeforeCommit > 0 && this.cutBeforeCommit--) return socket.cut();
    if (this.refuse > 0 && this.refuse--) {
      return socket.tell({ t: "refused", id: frame.id, doc: frame.doc, code: "change_malformed", detail: "", at: 0 });
    }
    const draft = this.full ? frame.changes.findIndex((text: string) => !isEntry(fromBase64(text))) : -1;
    if (draft >= 0) {
      const detail = "the drafts of this document are full";
      return socket.tell({ t: "refused", id: frame.id, doc: frame.doc, code: "change_refused", detail, at: draft });
    }
    const there = new Set(this.lines.get(frame.doc)!.map(({ hash }) => hash));
    for (const text of frame.changes as string[]) {
      const { deps, hash } = Automerge.decodeChange(fromBase64(text));
      if (deps.some((dep) => !there.has(dep))) {
        const detail = "missing_deps";
        return socket.tell({ t: "refused", id: frame.id, doc: frame.doc, code: "change_refused", detail, at: 0 });
      }
      there.add(hash);
    }
    const before = new Set(this.entries(frame.doc));
    const numbers: number[] = frame.changes.map((text: string) => this.append(frame.doc, fromBase64(text), socket));
    socket.follows[frame.doc] = Math.max(socket.follows[frame.doc] ?? 0, ...numbers);
    const [doc] = Automerge.applyChanges(this.docs.get(frame.doc)!, this.raws(frame.doc));
    this.docs.set(frame.doc, doc);
    if (this.cutAfterCommit > 0 && this.cutAfterCommit--) socket.cut();
    else socket.tell({ t: "ack", id: frame.id, doc: frame.doc, last: this.lines.get(frame.doc)!.length, numbers });
    for (const id of Object.keys(doc.entries)) if (!before.has(id)) await this.enter(frame.doc, id, doc.entries[id]!);
  }

  /** Tell everybody here what is published now. */
  async publish(): Promise<void> {
    const told = await this.told();
    for (const socket of this.sockets) socket.tell({ t: "checkpoint", ...told });
  }

  async told(): Promise<Frame> {
    return { size: this.notary.leaves.length, root: "ab".repeat(32), note: await this.notary.note() };
  }

  async policy(): Promise<string> {
    return this.notary.policy(this.serverKey);
  }

  private async enter(name: string, id: string, bytes: Uint8Array): Promise<void> {
    const envelope = decodeEnvelope(bytes);
    const header = readHeader(envelope);
    const head = this.chain.get(header.device) ?? { seq: 0, hash: "0".repeat(64) };
    if (header.seq !== head.seq + 1 || header.prev !== head.hash) throw new Error(`chain broken at ${header.seq}`);
    this.chain.set(header.device, { seq: header.seq, hash: await digestOf(envelope) });
    this.log.push(id);
    const index = await this.notary.append(id, bytes);
    if (!this.receipts) return;
    if (this.publishing) await this.publish();
    const receipt = encode({ index, flags: [], recorded_at: "2026-11-22T09:30:01.000Z", verdict: "accepted" });
    const doc = Automerge.change(this.docs.get(name)!, (draft) => {
      draft.receipts[id] = receipt;
    });
    this.docs.set(name, doc);
    this.append(name, Automerge.getLastLocalChange(doc)!, null);
  }
}

/** Whether a change writes under an entry's id. */
function isEntry(bytes: Bytes): boolean {
  return Automerge.decodeChange(bytes).ops.every((op) => "key" in op && /^[0-9a-f-]{36}$/.test(op.key));
}

export class HubSocket implements Socket {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  follows: Record<string, number> = {};
  private open = true;
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly hub: Hub) {
    setTimeout(() => (hub.up ? this.tell({ t: "hello", v: 1, nonce: "n", server_time: "" }) : this.cut()), 0);
  }

  send(data: string): void {
    const frame = JSON.parse(data) as Frame;
    this.work = this.work.then(() => (this.open && !this.hub.deaf ? this.receive(frame) : undefined));
  }

  close(): void {
    this.open = false;
    this.hub.sockets = this.hub.sockets.filter((socket) => socket !== this);
  }

  cut(): void {
    const was = this.onclose;
    this.close();
    setTimeout(() => was?.(), 0);
  }

  tell(frame: unknown): void {
    const data = JSON.stringify(frame);
    setTimeout(() => this.open && !this.hub.deaf && this.onmessage?.({ data }), 0);
  }

  catchUp(name: string): void {
    const lines = this.hub.lines.get(name) ?? [];
    const changes = lines.slice(this.follows[name]).map(({ raw }) => base64(raw));
    this.follows[name] = lines.length;
    if (changes.length) this.tell({ t: "changes", doc: name, last: lines.length, changes });
  }

  private async receive(frame: Frame): Promise<void> {
    if (frame.t === "hello" && this.hub.revoked) {
      this.tell({ t: "error", code: "device_revoked" });
      setTimeout(() => this.cut(), 1);
      return;
    }
    if (frame.t === "open") this.hub.opens.push(frame);
    if (frame.t === "hello" && this.hub.busy) {
      this.hub.hellos.push(frame);
      this.tell({ t: "error", ...this.hub.busy });
      setTimeout(() => this.cut(), 1);
      return;
    }
    if (frame.t === "hello") {
      if (this.hub.cutAfterWelcome) setTimeout(() => this.cut(), 5);
      this.hub.hellos.push(frame);
      const head = this.hub.chain.get(frame.device) ?? { seq: 0, hash: "0".repeat(64) };
      const { devices } = this.hub;
      this.tell({ t: "welcome", head, checkpoint: await this.hub.told(), policy: await this.hub.policy(), devices, skew_ms: 12 });
    }
    if (frame.t === "hello" || frame.t === "open") {
      for (const [name, n] of Object.entries(frame.docs as Record<string, number>)) {
        // Who has more than there is has another document: it is told this one whole.
        const more = n > (this.hub.lines.get(name)?.length ?? 0);
        if (more) this.tell({ t: "anew", doc: name });
        this.follows[name] = more ? 0 : n;
        this.catchUp(name);
      }
    }
    if (frame.t === "ping" && !this.hub.cutAfterWelcome) this.tell({ t: "pong", n: frame.n, server_time: "" });
    if (frame.t === "prove") {
      this.hub.proved.push(frame);
      this.tell(this.hub.lie({ t: "proven", id: frame.id, ...(await this.hub.notary.prove(frame.entries)) }));
    }
    if (frame.t === "consistent") {
      this.tell({ t: "consistent", id: frame.id, nodes: await this.hub.notary.consistent(frame.from, frame.to) });
    }
    if (frame.t === "alarm") {
      this.hub.alarms.push(frame);
      this.tell({ t: "noted", id: frame.id });
    }
    if (frame.t === "push") await this.hub.push(frame, this);
  }
}

/** A plant with one site key, its HTTP answers for enrolment and leases, and the hub. */
export class Plant {
  readonly hub = new Hub();
  readonly keys = crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
  readonly calls: { path: string; body: Frame }[] = [];
  people: Lease["people"] = [];
  /** What opens sealed journals; the last one is handed out. */
  readonly recovery: CryptoKeyPair[] = [];
  signedIn = true;
  private devices = 0;
  private leases = 0;

  fetch = async (path: string, init: RequestInit): Promise<Response> => {
    if (!this.hub.up) throw new TypeError("no network");
    const body = typeof init.body === "string" ? (JSON.parse(init.body) as Frame) : init.body;
    this.calls.push({ path, body });
    if (path === "/api/devices/enrol") return this.enrol(body);
    if (path === "/api/site") return Response.json({ recovery: await this.handedOut() });
    if (path === "/api/leases") return Response.json(await this.lease(body.unit ?? body.batch, body.device, body.agreement));
    if (path === "/api/session" && !this.signedIn) return Response.json({ code: "session_missing" }, { status: 401 });
    if (path === "/api/session") return Response.json({ nonce: "session-nonce" });
    if (path.startsWith("/api/documents/")) return this.snapshot(path);
    return Response.json({});
  };

  /** What is answered for a snapshot, where a test has one; null is none ready. */
  snapshots = new Map<string, { last: number; bytes: Bytes }>();

  private snapshot(path: string): Response {
    const found = this.snapshots.get(decodeURIComponent(path.split("/")[3]!));
    if (!found) return new Response(null, { status: 204 });
    return new Response(found.bytes, { headers: { "Pestle-Last": String(found.last) } });
  }

  private async siteKey(): Promise<string> {
    return base64(new Uint8Array(await crypto.subtle.exportKey("raw", (await this.keys).publicKey)));
  }

  /** As server/identity/recovery.py does it; a code "FOR <device>" opens the journal of that tablet. */
  private async enrol({ code, name, alg, public_key, journals }: Frame): Promise<Response> {
    const recovers = String(code).startsWith("FOR ") ? String(code).slice(4) : null;
    const ours = (journals as Frame[]).filter(({ device }) => device === recovers);
    if (journals.length && !ours.length) return Response.json({ code: "recovery_not_permitted" }, { status: 403 });
    const opened = [];
    for (const wrap of ours) opened.push({ journal: wrap.journal, key: base64(await this.unwrap(wrap)) });
    return Response.json({ ...(await this.enrolled(name, alg, public_key)), journal_keys: opened });
  }

  /** Another recovery key, handed out from now on. */
  async renewRecovery(): Promise<void> {
    this.recovery.push((await crypto.subtle.generateKey(P256, true, ["deriveBits"])) as CryptoKeyPair);
  }

  private async handedOut(): Promise<Frame> {
    if (!this.recovery.length) await this.renewRecovery();
    return this.told(this.recovery.at(-1)!);
  }

  private async told({ publicKey }: CryptoKeyPair): Promise<Frame> {
    const point = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
    const id = hex(await sha256(point)).slice(0, 32);
    const message = concat(utf8("pestle/recovery-key/v1\n"), point);
    const signature = await crypto.subtle.sign({ name: "Ed25519" }, (await this.keys).privateKey, message);
    return { id, key: base64(point), signature: base64(new Uint8Array(signature)) };
  }

  private async unwrap(wrap: Record<string, string>): Promise<Bytes> {
    const told = await Promise.all(this.recovery.map((pair) => this.told(pair)));
    const at = told.findIndex(({ id }) => id === wrap.recovery);
    const [ephemeral, iv, data] = [wrap.ephemeral!, wrap.iv!, wrap.data!].map(fromBase64) as [Bytes, Bytes, Bytes];
    const theirs = await crypto.subtle.importKey("raw", ephemeral, P256, false, []);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, this.recovery[at]!.privateKey, 256);
    const info = utf8(`pestle/journal-key/v1\n${wrap.device}\n${wrap.journal}\n${wrap.recovery}`);
    const secret = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const hkdf = { name: "HKDF", hash: "SHA-256", salt: concat(ephemeral, fromBase64(told[at].key)), info };
    const kek = await crypto.subtle.deriveKey(hkdf, secret, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: info }, kek, data));
  }

  private async enrolled(name: string, alg: string, public_key: string): Promise<object> {
    const { hub } = this;
    hub.serverKey = await this.siteKey();
    const site = { name: { zh: "甲", en: "A" }, vkey: vkey((await hub.notary.log).key), server_key: hub.serverKey, policy: await hub.policy(), recovery: await this.handedOut() };
    const id = `tablet-00000${++this.devices}`;
    hub.devices.push({ id, name, alg, public_key });
    return { device: { id, name, role: "tablet", enrolled_at: "" }, site };
  }

  /** What a lease says besides, where a test lends more than people's names. */
  lend: (lease: string, device: string, agreement: string) => Promise<object> = async () => ({});

  private async lease(unit: string, device: string, agreement: string): Promise<unknown> {
    const document = documentOf(unit);
    if (!this.hub.docs.has(document)) await this.hub.create(document);
    const [what = "", name = "", day = ""] = unit.split("/");
    const of = unit !== document ? { batch: unit } : what === "record" ? { unit, record: { record: name } } : { unit, warehouse: { area: name, day, size: 0 } };
    const lease = {
      lease: `lease-${++this.leases}`, v: 1, ...of, device, person: "P-0001", issued_at: `2026-11-22T09:00:0${this.leases}.000Z`,
      expires_at: "2026-11-25T09:00:00.000Z", recipe_hash: "", people: this.people, lots: [], equipment: [],
      devices: this.hub.devices, document, ...(await this.lend(`lease-${this.leases}`, device, agreement)),
    };
    const text = new TextDecoder().decode(encode(lease));
    const message = concat(utf8("pestle/lease/v1\n"), utf8(text));
    const signature = await crypto.subtle.sign({ name: "Ed25519" }, (await this.keys).privateKey, message);
    return { lease: text, signature: base64(new Uint8Array(signature)) };
  }
}

const P256 = { name: "ECDH", namedCurve: "P-256" };
let names = 0;

/** One tablet's platform; start several engines on it one after the other to imitate restarts. */
export function tablet(plant: Plant): Platform & { file: MemoryFile; database: string } {
  const file = new MemoryFile();
  return {
    clock: new TestClock(), app: "0.1.0+test", database: `tablet-${++names}`, file, wasm, journalFile: () => file, fetch: plant.fetch,
    connect: plant.hub.connect, lock: async () => undefined, persist: async () => true, space: async () => ({ used: 1_000, total: 1_000_000_000 }), idle: async () => undefined, watchNetwork: () => undefined,
    hasNetwork: () => plant.hub.up, watchUpdates: () => undefined, acceptUpdate: () => undefined, shellKept: () => Promise.resolve(),
  };
}

/** Wait until something is so; fails loudly after about ten seconds, as the machine may be busy. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`never: ${what}`);
}
