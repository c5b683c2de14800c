/** The client of /sync: brings entries up in device order, and numbered changes, receipts and live values down.
 *
 * A socket that has lost its network can look open for hours, so silence counts as loss. Everything is resumable:
 * what the server has committed comes back by number, whatever is missing there is pushed again. */
import { type Bytes, base64, fromBase64 } from "./bytes";
import { type Clock, timeText } from "./clock";
import type { BatchDoc, Pending, Snapshot } from "./doc";
import type { Ledger } from "./ledger";
import { Shelf } from "./shelf";
import type { KnownKey, Store, StoredChange, StoredEntry } from "./store";
import { CoreError, type LiveWeight, type Reading, type Sample } from "./types";
import type { Typing } from "./typing";
import { standingOf } from "./view";

const PING_MS = 5_000;
const DEAD_MS = 12_000;
const BACKOFF_MS = { first: 500, last: 15_000 };
const MOST_REST_S = 300;
/** Bounds of one push: a frame may have 1 MiB with base64 and JSON; making a change costs about a millisecond. */
const PUSH = { changes: 50, bytes: 500_000 };
/** A page that comes back may find a line that is dead and looks open: so long it may take to answer. */
const WAKE_MS = 3_000;
/** The part of WebSocket that is used; tests put their own server behind it. */
export interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(data: string): void;
  close(): void;
}

/** What the sync needs from the core, and what it tells it. */
export interface Host {
  device: string;
  clock: Clock;
  store: Store;
  ledger: Ledger;
  connect(): Socket;
  /** A proof of possession of the device's key, in base64. */
  proof(domain: string, ...lines: string[]): Promise<string>;
  /** Documents to follow: leased ones, and those that still have undelivered entries. */
  docs(): string[];
  /** What is typed and counted here and is not in a document yet. */
  typing: Typing;
  /** Version of the app; told to the server. */
  app: string | null;
  /** A document as the server has it, whole; null where it has none ready. */
  snapshot(name: string): Promise<Snapshot | null>;
  /** State or entries changed. */
  changed(): void;
  /** The connection stands and everything so far has come down. */
  caughtUp(): void;
  /** No connection came about: is it the network, or that nobody is signed in? */
  lost(): Promise<void>;
  live(weight: LiveWeight): void;
  reading(reading: Reading): void;
  sample(sample: Sample): void;
  batchChanged(batch: string): void;
  /** The server's greeting: policy, checkpoint, keys of other devices. */
  welcome(frame: Welcome): void;
  checkpoint(frame: Told): void;
  /** The server was set back: its log lacks what it had of this device. */
  setBack(): Promise<void>;
  /** A device was enrolled. */
  enrolled(key: KnownKey): void;
  /** A document has new changes. */
  arrived(doc: BatchDoc): void;
  refused(code: string): void;
}

/** What is told of the log: its size, and the published checkpoint as a signed note. */
export interface Told { size: number; root: string; note?: string | null; policy?: string; certificate?: string | null }
export interface Welcome {
  head: { seq: number }; skew_ms: number; checkpoint: Told; policy?: string; certificate?: string | null; devices?: KnownKey[];
}
interface Inflight { id: number; doc: string; items: Pending[] }
// What comes from the wire; each field is used as the wire's format gives it.
type Frame = any;

export class SyncClient {
  status: "online" | "connecting" | "offline" = "offline";
  private readonly shelf: Shelf;
  private socket: Socket | null = null;
  private work: Promise<void> = Promise.resolve();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private heartbeat: ReturnType<typeof setInterval> | undefined;
  private backoff = BACKOFF_MS.first;
  /** How long the server wants to be left alone, in milliseconds. */
  private rest = 0;
  private heard = 0;
  private pings = 0;
  private barrier = 0;
  private ready = false;
  private nonce = "";
  /** The documents that this connection's greeting has asked for. */
  private greeted: ReadonlySet<string> = new Set();
  private pushes = 0;
  private questions = 0;
  private readonly asked = new Map<number, { done: (frame: Frame) => void; fail: (error: CoreError) => void }>();
  private inflight: Inflight | null = null;
  /** Entries and documents that this connection's server refused twice: they wait for the next one. */
  private readonly strikes = new Map<string, number>();
  private readonly blocked = new Set<string>();
  constructor(private readonly host: Host) {
    this.shelf = new Shelf(host, (task) => this.enqueue(task));
  }

  get docs(): ReadonlyMap<string, BatchDoc> {
    return this.shelf.docs;
  }

  /** Load the documents from the database; needs Automerge's WebAssembly. */
  async load(): Promise<void> {
    await this.shelf.load();
    await this.settleAll();
    for (const doc of this.docs.values()) this.host.arrived(doc);
  }

  /** Read from the documents how far our entries have come. */
  async settleAll(): Promise<void> {
    for (const doc of this.docs.values()) await this.settle(doc, []);
  }

  /** Connect at once, whatever the back-off says. A line that stands must show that it does: while a device slept,
   * its clock may have stood as well. */
  wake(): void {
    if (this.socket) return this.doubt(this.socket);
    this.backoff = BACKOFF_MS.first;
    this.connect();
  }

  private doubt(socket: Socket): void {
    if (this.status !== "online") return;
    const before = this.heard;
    this.ping();
    setTimeout(() => {
      if (socket !== this.socket || this.heard !== before) return;
      this.closed(socket);
      this.wake();
    }, WAKE_MS);
  }

  /** Drop the connection; `wake` or the back-off brings it back. */
  drop(): void {
    if (this.socket) this.closed(this.socket);
  }

  /** For good: another client takes over. */
  stop(): void {
    this.drop();
    clearTimeout(this.retry);
    this.shelf.stop();
  }

  /** Follow a document that has just been leased: whole, where the server has it ready, and then what came since. */
  async open(name: string): Promise<void> {
    const begun = this.shelf.begin(name);
    if (this.status !== "online") return;
    const snapshot = begun.last === 0 ? await this.host.snapshot(name) : null;
    this.enqueue(async () => {
      const whole = snapshot && (await this.shelf.adopt(name, snapshot));
      if (whole) {
        await this.settle(whole, []);
        // What stands in it is checked as if it had come in changes.
        this.host.arrived(whole);
      }
      const doc = this.docs.get(name);
      if (doc && this.status === "online") this.send({ t: "open", docs: { [name]: doc.last } });
      // What was recorded before the document was here; nothing need come after a whole one.
      this.pushNext();
    });
  }

  /** Ask the server something; CoreError `offline` when the line goes before it has answered. */
  ask(frame: Record<string, unknown>): Promise<Frame> {
    if (this.status !== "online") return Promise.reject(new CoreError("offline"));
    this.questions += 1;
    return new Promise((done, fail) => {
      this.asked.set(this.questions, { done, fail });
      this.send({ ...frame, id: this.questions });
    });
  }

  /** Push whatever is waiting, if the connection stands. */
  pump(): void {
    this.enqueue(async () => this.pushNext());
  }

  /** Put what was typed here into its document, on the network or not, and push it when that is possible. */
  share(name: string): void {
    this.enqueue(async () => {
      const doc = this.docs.get(name);
      if (doc) await this.shelf.write(doc, this.ready);
      this.pushNext();
    });
  }

  /** Whether the drafts of a document are shared no more; entries are taken all the same. */
  mute(name: string): boolean {
    return this.shelf.mutes(name);
  }

  private connect(): void {
    clearTimeout(this.retry);
    this.status = "connecting";
    this.heard = this.host.clock.mono();
    const socket = this.host.connect();
    this.socket = socket;
    socket.onmessage = (event) => {
      this.heard = this.host.clock.mono();
      this.enqueue(async () => {
        if (socket === this.socket) await this.handle(JSON.parse(String(event.data)) as Frame);
      });
    };
    socket.onclose = () => this.closed(socket);
    this.heartbeat = setInterval(() => this.beat(socket), PING_MS);
    this.host.changed();
  }

  private closed(socket: Socket): void {
    if (socket !== this.socket) return;
    socket.onclose = socket.onmessage = null;
    socket.close();
    clearInterval(this.heartbeat);
    this.socket = null;
    this.ready = false;
    this.inflight = null;
    this.strikes.clear();
    this.blocked.clear();
    this.shelf.muted.clear();
    this.status = "offline";
    for (const { fail } of this.asked.values()) fail(new CoreError("offline"));
    this.asked.clear();
    this.retry = setTimeout(() => this.connect(), Math.max(this.backoff, this.rest * (1 + Math.random() / 4)));
    this.rest = 0;
    this.backoff = Math.min(this.backoff * (1.5 + Math.random()), BACKOFF_MS.last);
    void this.host.lost();
    this.host.changed();
  }

  private beat(socket: Socket): void {
    if (this.host.clock.mono() - this.heard >= DEAD_MS) this.closed(socket);
    else if (this.status === "online") this.ping();
  }

  private ping(): number {
    this.pings += 1;
    this.send({ t: "ping", n: this.pings });
    return this.pings;
  }

  private send(frame: Record<string, unknown>): void {
    this.socket?.send(JSON.stringify(frame));
  }

  /** One thing at a time, in order; a fault in it costs the connection, never the entries. */
  private enqueue(task: () => Promise<void>): void {
    this.work = this.work.then(task).catch((error: unknown) => {
      console.error("sync", error);
      this.drop();
    });
  }

  private async handle(frame: Frame): Promise<void> {
    switch (frame.t) {
      case "hello": return this.hello(frame);
      case "welcome": return this.welcome(frame);
      case "changes": return this.changes(frame);
      case "ack": return this.acked(frame);
      case "refused": return this.refused(frame);
      case "held": return this.held(frame);
      case "pong": return this.pong(frame);
      case "checkpoint": return this.host.checkpoint(frame);
      case "device": return this.host.enrolled(frame.device);
      case "anew": return this.forget(frame.doc);
      case "proven": case "consistent": case "noted": return this.answered(frame);
      case "live": return this.host.live({ balance: frame.balance, net: frame.net, quality: frame.quality, at: frame.at });
      case "reading": {
        const { t: _, ...reading } = frame as Reading & { t: string };
        return this.host.reading(reading);
      }
      case "sample": {
        const { t: _, ...sample } = frame as Sample & { t: string };
        return this.host.sample(sample);
      }
      case "batch": return this.host.batchChanged(frame.batch);
      case "error": return this.ended(frame);
    }
  }

  /** Why the server ends the connection. What passes by itself concerns nobody: it is tried again in `retry` seconds. */
  private ended({ code, retry }: { code: string; retry?: number }): void {
    if (typeof retry === "number") this.rest = Math.min(retry, MOST_REST_S) * 1000;
    else if (code !== "connected_again") this.host.refused(code);
  }

  private async hello(frame: Frame): Promise<void> {
    const { clock, ledger, device } = this.host;
    this.nonce = frame.nonce;
    const docs = this.shelf.numbers();
    this.greeted = new Set(Object.keys(docs));
    this.send({
      t: "hello", v: 1, device, actor: this.shelf.actor, proof: await this.helloProof(),
      wall: timeText(clock.wall()), offset: clock.offset(), mono: clock.mono(), boot: clock.boot, head: ledger.head, docs,
      ...(this.host.app && { app: this.host.app }),
    });
  }

  private helloProof(): Promise<string> {
    return this.host.proof("hello", this.nonce, this.shelf.actor, this.host.device);
  }

  private async welcome(frame: Welcome): Promise<void> {
    this.status = "online";
    await this.reclaim(frame.head.seq);
    this.host.welcome(frame);
    // Batches that were taken along while we greeted: `open` could not ask for them.
    for (const name of this.host.docs()) if (!this.greeted.has(name)) void this.open(name);
    // The answer to this ping comes after all changes that the server owes us: only then is it known what to push.
    this.barrier = this.ping();
    this.host.changed();
  }

  private async pong(frame: Frame): Promise<void> {
    if (frame.n !== this.barrier) return;
    // Only now: a server that greets and then fails must not be asked twice a second.
    this.backoff = BACKOFF_MS.first;
    this.ready = true;
    this.host.caughtUp();
    for (const doc of this.docs.values()) await this.shelf.write(doc, true);
    this.pushNext();
  }

  private answered(frame: { id: number }): void {
    this.asked.get(frame.id)?.done(frame);
    this.asked.delete(frame.id);
  }

  /** The log ends before what it once took from this device: it was set back, and gets the rest once more. */
  private async reclaim(seq: number): Promise<void> {
    const lost = this.host.ledger.lost(this.host.device, seq);
    if (lost.length) await this.host.setBack();
    for (const { id, doc } of lost) {
      const back = this.host.ledger.move(id, { place: "device", flags: [], index: null });
      if (back) await this.host.store.addChanges(doc, [], [back]);
      if (!this.docs.has(doc)) await this.open(doc);
    }
  }

  private async changes(frame: { doc: string; last: number; changes: string[] }): Promise<void> {
    const doc = this.docs.get(frame.doc);
    if (!doc || !frame.changes.length) return;
    const first = frame.last - frame.changes.length + 1;
    const changes = frame.changes.map((text, i) => ({ n: first + i, bytes: fromBase64(text) }));
    if (changes.some(({ n, bytes }) => n <= doc.last && !doc.holds(bytes))) return this.forget(doc.name);
    await this.shelf.write(doc, this.ready);
    doc.receive(changes);
    // What follows a snapshot must fit it.
    if (doc.saved && doc.torn) return this.forget(doc.name);
    await this.settle(doc, changes);
    this.host.arrived(doc);
    // The first change of a document makes it possible to push what was recorded before it came.
    this.pushNext();
  }

  /** Take the server's new document in place of ours. Our entries are delivered again, unless it says it has them. */
  private async forget(name: string): Promise<void> {
    console.warn("sync", name, "was made anew");
    await this.host.store.dropDoc(name, []);
    const back = this.host.ledger.of(name).filter(({ place }) => place !== "quarantined");
    const moved = back.map(({ id }) => this.host.ledger.move(id, { place: "device", flags: [], index: null }));
    await this.host.store.addChanges(name, [], moved.filter((item) => item !== null));
    await this.restart();
  }

  /** Keep numbered changes, and with them how far our entries have come. */
  private async settle(doc: BatchDoc, changes: StoredChange[]): Promise<void> {
    const moved: StoredEntry[] = [];
    for (const item of this.host.ledger.of(doc.name)) {
      if (item.index !== null || item.place === "quarantined") continue;
      const standing = standingOf(doc.receipt(item.id));
      const next = standing ?? (item.place === "device" && doc.confirmed(item.id) ? { ...item, place: "sent" as const } : null);
      const change = next && this.host.ledger.move(item.id, { place: next.place, flags: next.flags, index: next.index });
      if (change) moved.push(change);
    }
    if (changes.length || moved.length) await this.host.store.addChanges(doc.name, changes, moved);
    this.shelf.keep();
    this.host.changed();
  }

  /** One push at a time, in the order of the device's chain even across documents: then the server holds nothing. */
  private pushNext(): void {
    if (!this.ready || this.inflight) return;
    const waiting = this.host.ledger.undelivered().filter((item) => this.mayPush(item));
    const name = waiting[0]?.doc ?? [...this.docs.values()].find((doc) => doc.pending.length && !this.blocked.has(doc.name))?.name;
    const doc = name === undefined ? undefined : this.docs.get(name);
    if (!doc) return;
    for (const item of waiting.slice(0, PUSH.changes)) {
      if (item.doc !== doc.name) break;
      if (!doc.has(item.id)) doc.addEntry(item.id, item.bytes);
    }
    this.push(doc, portion(doc.pending));
  }

  private mayPush(item: StoredEntry): boolean {
    return !this.blocked.has(item.id) && !this.blocked.has(item.doc) && (this.docs.get(item.doc)?.ready ?? false);
  }

  private push(doc: BatchDoc, items: Pending[]): void {
    if (!items.length) return;
    this.pushes += 1;
    this.inflight = { id: this.pushes, doc: doc.name, items };
    this.send({ t: "push", id: this.pushes, doc: doc.name, changes: items.map(({ bytes }) => base64(bytes)) });
  }

  private async acked(frame: { id: number; numbers: number[] }): Promise<void> {
    const push = this.inflight;
    const doc = push && this.docs.get(push.doc);
    if (!push || !doc || push.id !== frame.id) return;
    this.inflight = null;
    const numbered = push.items.map(({ bytes }, i) => ({ n: frame.numbers[i]!, bytes }));
    doc.confirm(push.items, numbered);
    await this.settle(doc, numbered);
    if (push.items.some(({ entry }) => entry === null)) await this.host.store.putPending(doc.name, doc.pending);
    this.pushNext();
  }

  /** A change was against the structure: the documents start again from the server's changes under a new actor, and
   * the signed entries, which all survive, are put in again. What is refused twice waits, still on this device. */
  private async refused(frame: { id: number; doc: string; code: string; detail?: string; at?: number | null }): Promise<void> {
    const push = this.inflight;
    if (!push || push.id !== frame.id) return;
    console.warn("sync refused", frame.code, frame.doc, frame.at);
    const item = frame.at == null ? null : (push.items[frame.at] ?? null);
    if (item && item.entry === null && frame.detail !== "missing_deps") this.quieten(push.doc, frame.detail);
    else this.strike(item?.entry ?? push.doc);
    // What we build on is not there: let the server tell the document from its first change on.
    await this.restart(frame.detail === "missing_deps" ? { [push.doc]: 0 } : {});
  }

  private strike(culprit: string): number {
    const strikes = (this.strikes.get(culprit) ?? 0) + 1;
    this.strikes.set(culprit, strikes);
    if (strikes > 1) this.blocked.add(culprit);
    return strikes;
  }

  /** A draft was refused: at once if there are too many, else the second time, it stays here. Entries go on. */
  private quieten(name: string, detail: string | undefined): void {
    if (this.strike(`drafts of ${name}`) > 1 || detail?.includes("full")) this.shelf.muted.add(name);
  }

  /** All documents anew under a new actor; `from` says what to ask for in place of what comes after our last. */
  private async restart(from: Record<string, number> = {}): Promise<void> {
    this.inflight = null;
    this.ready = false;
    await this.shelf.rebuild();
    this.send({ t: "actor", actor: this.shelf.actor, proof: await this.helloProof() });
    this.send({ t: "open", docs: { ...this.shelf.numbers(), ...from } });
    this.barrier = this.ping();
    this.host.changed();
  }

  private async held(frame: { doc: string; entries: string[] }): Promise<void> {
    const moved: StoredEntry[] = [];
    for (const id of frame.entries) {
      const item = this.host.ledger.get(id);
      const change = item?.place === "sent" || item?.place === "device" ? this.host.ledger.move(id, { ...item, place: "held" }) : null;
      if (change) moved.push(change);
    }
    if (moved.length) await this.host.store.addChanges(frame.doc, [], moved);
    this.host.changed();
  }
}

/** As many of the oldest changes as fit one frame; at least one. */
function portion(pending: Pending[]): Pending[] {
  let size = 0;
  const fits = (change: { bytes: Bytes }) => (size += change.bytes.length) <= PUSH.bytes;
  return pending.filter((change, i) => i < PUSH.changes && (fits(change) || i === 0));
}
