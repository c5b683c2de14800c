/** What the core needs from a browser and a plant, imitated in memory: disk, clock, lock, and a server of /sync. */
import "fake-indexeddb/auto";
import * as Automerge from "@automerge/automerge/slim";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { encode } from "../../src/core/canonical";
import { type Bytes, base64, concat, fromBase64, utf8 } from "../../src/core/bytes";
import type { Clock } from "../../src/core/clock";
import { decodeEnvelope, digestOf, readHeader } from "../../src/core/entry";
import type { JournalFile } from "../../src/core/journal";
import type { Platform } from "../../src/core/platform";
import type { Socket } from "../../src/core/sync";
import type { Lease } from "../../src/core/types";
import { vkey } from "../../src/core/note";
import { Notary } from "./notary";

export async function wasm(): Promise<void> {
  const path = createRequire(import.meta.url).resolve("@automerge/automerge/automerge.wasm");
  await Automerge.initializeWasm(new Uint8Array(readFileSync(path)));
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

  create(name: string): void {
    const doc = Automerge.change(Automerge.init<Doc>(), (draft) => {
      draft.entries = {};
      draft.receipts = {};
      draft.drafts = {};
    });
    this.docs.set(name, doc);
    this.append(name, Automerge.getLastLocalChange(doc)!, null);
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
    this.work = this.work.then(() => (this.open ? this.receive(frame) : undefined));
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
    setTimeout(() => this.open && this.onmessage?.({ data }), 0);
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
    if (frame.t === "hello") {
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
    if (frame.t === "ping") this.tell({ t: "pong", n: frame.n, server_time: "" });
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
  signedIn = true;
  private devices = 0;
  private leases = 0;

  fetch = async (path: string, init: RequestInit): Promise<Response> => {
    if (!this.hub.up) throw new TypeError("no network");
    const body = typeof init.body === "string" ? (JSON.parse(init.body) as Frame) : init.body;
    this.calls.push({ path, body });
    if (path === "/api/devices/enrol") return Response.json(await this.enrol(body));
    if (path === "/api/leases") return Response.json(await this.lease(body.batch, body.device));
    if (path === "/api/session" && !this.signedIn) return Response.json({ code: "session_missing" }, { status: 401 });
    return Response.json({});
  };

  private async siteKey(): Promise<string> {
    return base64(new Uint8Array(await crypto.subtle.exportKey("raw", (await this.keys).publicKey)));
  }

  private async enrol({ name, alg, public_key }: Record<string, string>): Promise<unknown> {
    const { hub } = this;
    hub.serverKey = await this.siteKey();
    const site = { name: { zh: "甲", en: "A" }, vkey: vkey((await hub.notary.log).key), server_key: hub.serverKey, policy: await hub.policy() };
    const id = `tablet-00000${++this.devices}`;
    hub.devices.push({ id, name, alg, public_key });
    return { device: { id, name, role: "tablet", enrolled_at: "" }, site };
  }

  private async lease(batch: string, device: string): Promise<unknown> {
    if (!this.hub.docs.has(`batch/${batch}`)) this.hub.create(`batch/${batch}`);
    const lease = {
      lease: `lease-${++this.leases}`, v: 1, batch, device, person: "P-0001", issued_at: `2026-11-22T09:00:0${this.leases}.000Z`,
      expires_at: "2026-11-25T09:00:00.000Z", recipe_hash: "", people: this.people, lots: [], equipment: [],
      devices: this.hub.devices, document: `batch/${batch}`,
    };
    const text = new TextDecoder().decode(encode(lease));
    const message = concat(utf8("pestle/lease/v1\n"), utf8(text));
    const signature = await crypto.subtle.sign({ name: "Ed25519" }, (await this.keys).privateKey, message);
    return { lease: text, signature: base64(new Uint8Array(signature)) };
  }
}

let names = 0;

/** One tablet's platform; start several engines on it one after the other to imitate restarts. */
export function tablet(plant: Plant): Platform & { file: MemoryFile; database: string } {
  const file = new MemoryFile();
  return {
    clock: new TestClock(), database: `tablet-${++names}`, file, wasm, journalFile: () => file, fetch: plant.fetch,
    connect: plant.hub.connect, lock: async () => undefined, persist: async () => true, watchNetwork: () => undefined,
    hasNetwork: () => plant.hub.up, watchUpdates: () => undefined, acceptUpdate: () => undefined,
  };
}

/** Wait until something is so; fails loudly after two seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`never: ${what}`);
}
