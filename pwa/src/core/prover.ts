/** What this device checks of the log itself: each published checkpoint by the keys it pinned, that the log only ever
 * grew, and that its own entries stand in it. Until that is shown, an entry is kept, whatever the server says of it. */
import { type Bytes, fromBase64, hex, utf8 } from "./bytes";
import { parse } from "./canonical";
import { type Clock, timeText } from "./clock";
import { decodeEnvelope, leafOf, newId } from "./entry";
import type { Ledger } from "./ledger";
import { leafHash, rootFromMultiproof, verifyConsistency } from "./merkle";
import { ED25519, vkey } from "./note";
import { openCheckpoint, parsePolicy, type Policy } from "./policy";
import type { Held, Site, Store, StoredEntry } from "./store";
import { adopt, keysOf } from "./trust";
import { type Alarm, type AlarmCode, CoreError, type Notice, type Trust } from "./types";

/** Entries in one question for proofs. */
const MOST = 256;
/** Characters of a note or policy that are reported; the whole stays here. */
const MAX_EVIDENCE = 12 * 1024;

// What comes from the wire; each field is used as the wire's format gives it.
type Frame = any;

export interface ProverHost {
  store: Store;
  ledger: Ledger;
  clock: Clock;
  /** Ask the server; CoreError `offline` when the line goes before the answer has come. */
  ask(frame: Record<string, unknown>): Promise<Frame>;
  /** Keep the server's new key, and the log's vkey, which the site's root has named. */
  renewed(serverKey: string, logKey: string): Promise<void>;
  changed(): void;
}

interface Root { size: number; root: Bytes }
interface Leaf { id: string; index: number; receipt: string }

/** Something that cannot be explained by a lost line: thrown where it is found, kept where the run ends. */
class Disproof extends Error {
  constructor(readonly code: AlarmCode, readonly told: string | null, readonly entries: string[] = []) {
    super(code);
  }
}

export class Prover {
  private policy: Policy | null = null;
  private held: Held | null = null;
  private alarm: Alarm | null = null;
  private notices: Notice[] = [];
  private keys: Trust["keys"] = [];
  private lacking = false;
  /** What was told last and not yet looked at. */
  private note: string | null = null;
  private welcomed: Frame | null = null;
  private running = false;
  private again = false;

  constructor(private readonly host: ProverHost, private readonly site: Site) {}

  async load(): Promise<void> {
    const { store, ledger } = this.host;
    this.held = (await store.meta("held")) ?? null;
    this.alarm = (await store.meta("alarm")) ?? null;
    this.notices = (await store.meta("notices")) ?? [];
    const text = (await store.meta("policy")) ?? this.site.policy;
    try {
      if (text !== undefined) await this.trustIn(await parsePolicy(utf8(text)));
    } catch (error) {
      console.error("policy", error);
    }
    ledger.seen = this.held && { size: this.held.size, root: this.held.root };
  }

  get trust(): Trust {
    const { held, policy, alarm, notices, keys, lacking } = this;
    const witnesses = Object.entries(held?.witnessed ?? {}).map(([name, seconds]) => ({ name, at: timeText(seconds * 1000) }));
    return {
      held: held && { size: held.size, root: held.root, at: held.at, witnesses },
      keys, witnessed: (policy?.quorum ?? "none") !== "none", lacking, alarm, notices,
    };
  }

  /** The server greets: it may tell another policy, and how long its log is. */
  welcome(frame: { checkpoint: Frame; policy?: string; certificate?: string | null }): void {
    this.welcomed = frame;
    this.tell(frame.checkpoint);
  }

  /** A checkpoint was told; only the last one counts, and only what was published. */
  tell(frame: { note?: string | null; policy?: string; certificate?: string | null }): void {
    if (frame.policy !== undefined) this.welcomed = { ...this.welcomed, policy: frame.policy, certificate: frame.certificate ?? null };
    // Nothing is published that meets the policy: the log goes on, and nobody has witnessed it.
    if (frame.note === null) this.lacking = true;
    this.note = frame.note ?? this.note;
    this.pump();
  }

  /** Look at what was told, and ask for proofs that are due. One run at a time. */
  pump(): void {
    this.again = true;
    if (!this.running) this.run().catch((error: unknown) => console.error("proofs", error));
  }

  async takeNote(): Promise<void> {
    this.notices = [];
    await this.host.store.setMeta({ notices: [] });
    this.host.changed();
  }

  /** People have found out what happened: what is told from now on is the log, and whether it has our entries is asked
   * anew: those that it lacks are delivered, and all are proven once more. */
  async settle(): Promise<void> {
    const { store, ledger } = this.host;
    await store.setMeta({ alarm: null, held: null });
    [this.alarm, this.held, ledger.seen] = [null, null, null];
    const taken = ledger.all().filter(({ place }) => place === "proven" || place === "logged");
    await this.move(taken.map((item) => ({ ...item, place: "device" as const, flags: [], index: null })));
    this.host.changed();
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      while (this.again && !this.alarm) {
        this.again = false;
        await this.greet();
        const note = this.note;
        this.note = null;
        if (note !== null && note !== this.held?.note) await this.take(note);
        await this.proveDue();
      }
      await this.report();
    } catch (error) {
      if (error instanceof Disproof) await this.raise(error);
      else if (!(error instanceof CoreError && error.code === "offline")) console.error("proofs", error);
    } finally {
      this.running = false;
    }
  }

  private async greet(): Promise<void> {
    const frame = this.welcomed;
    this.welcomed = null;
    if (frame?.policy !== undefined) await this.follow(frame.policy, frame.certificate ?? null);
    const size: number | undefined = frame?.checkpoint?.size;
    // Without a word of the published one: the log itself is shorter than what this device has seen of it.
    if (this.held && size !== undefined && size < this.held.size) throw new Disproof("log_rolled_back", frame.checkpoint.note ?? null);
  }

  private async follow(text: string, certificate: string | null): Promise<void> {
    const { store, clock } = this.host;
    if (text === (await store.meta("policy"))) return;
    try {
      const { policy, notices, serverKey } = await adopt(text, this.policy, this.site, certificate);
      const at = timeText(clock.wall());
      this.notices = [...this.notices, ...notices.map((code) => ({ code, at }))];
      await store.setMeta({ policy: text, notices: this.notices });
      if (serverKey !== null) await this.host.renewed(serverKey, vkey(policy.logs.find(({ type }) => type === ED25519)!));
      await this.trustIn(policy);
    } catch (error) {
      console.warn("a policy that is not taken", error);
      throw new Disproof("keys_changed", text);
    }
    this.host.changed();
  }

  private async trustIn(policy: Policy): Promise<void> {
    this.keys = await keysOf(policy);
    this.policy = policy;
  }

  /** The checkpoint of a note that is signed as the policy asks and of the same log as the last one; it is then held,
   * if it is longer. Null when it lacks witnesses, which proves nothing either way. */
  private async take(note: string): Promise<Root | null> {
    if (!this.policy) return null;
    const found = await this.open(this.policy, note);
    this.lacking = found === null;
    if (found) await this.continues(found, note);
    if (found && found.size > (this.held?.size ?? 0)) await this.hold(found, note);
    this.host.changed();
    return found;
  }

  private async open(policy: Policy, note: string): Promise<(Root & { witnessed: Map<string, number> }) | null> {
    try {
      const { checkpoint, witnessed } = await openCheckpoint(policy, utf8(note));
      return { ...checkpoint, witnessed };
    } catch (error) {
      if (error instanceof CoreError && error.code === "quorum_missing") return null;
      throw new Disproof("checkpoint_forged", note);
    }
  }

  private async hold({ size, root, witnessed }: Root & { witnessed: Map<string, number> }, note: string): Promise<void> {
    const latest = Math.max(...witnessed.values());
    const at = timeText(witnessed.size ? latest * 1000 : this.host.clock.wall());
    this.held = { size, root: hex(root), note, at, witnessed: Object.fromEntries(witnessed) };
    this.host.ledger.seen = { size, root: this.held.root };
    await this.host.store.hold(this.held);
  }

  /** The log that is told now and the one that this device has seen are one: the longer extends the shorter. */
  private async continues(found: Root, note: string): Promise<void> {
    if (!this.held?.size) return;
    const held = rootOf(this.held);
    const code = found.size < held.size ? "log_rolled_back" : "log_forked";
    if (!found.size) throw new Disproof(code, note);
    const [older, newer] = found.size < held.size ? [found, held] : [held, found];
    const same = older.size === newer.size;
    const { nodes } = same ? { nodes: [] } : await this.host.ask({ t: "consistent", from: older.size, to: newer.size });
    try {
      await verifyConsistency(older.size, newer.size, (nodes as string[]).map(fromBase64), older.root, newer.root);
    } catch {
      throw new Disproof(code, note);
    }
  }

  private async proveDue(): Promise<void> {
    const asked = new Set<string>();
    for (;;) {
      const due = this.host.ledger.unproven(this.held?.size ?? 0).filter(({ id }) => !asked.has(id)).slice(0, MOST);
      if (!due.length) return;
      for (const { id } of due) asked.add(id);
      await this.prove(due);
    }
  }

  private async prove(due: StoredEntry[]): Promise<void> {
    const answer = await this.host.ask({ t: "prove", entries: due.map(({ id }) => id) });
    if (typeof answer.note !== "string") return;
    const known = this.held && this.held.note === answer.note ? rootOf(this.held) : await this.take(answer.note);
    if (!known) return;
    const leaves = answer.leaves as Leaf[];
    if (!(await this.fits(due, leaves, answer.nodes, known))) return this.single(due, answer.note);
    await this.move(due.flatMap((item) => {
      const leaf = leaves.find(({ id }) => id === item.id);
      return leaf ? [{ ...item, place: "proven" as const, index: leaf.index, flags: receiptOf(leaf).flags }] : [];
    }));
    const missing = due.filter(({ id, index }) => index! < known.size && !leaves.some((leaf) => leaf.id === id));
    if (missing.length) throw new Disproof("proof_missing", answer.note, missing.map(({ id }) => id));
  }

  /** One by one, so that the entries that cannot be proven are named. */
  private async single(due: StoredEntry[], note: string): Promise<void> {
    if (due.length === 1) throw new Disproof("proof_wrong", note, [due[0]!.id]);
    const wrong: string[] = [];
    for (const item of due) {
      try {
        await this.prove([item]);
      } catch (error) {
        if (!(error instanceof Disproof)) throw error;
        wrong.push(...error.entries);
      }
    }
    throw new Disproof("proof_wrong", note, wrong.length ? wrong : due.map(({ id }) => id));
  }

  /** Whether these leaves, made of the bytes that were signed here, lead to the checkpoint's root. */
  private async fits(due: StoredEntry[], leaves: Leaf[], nodes: string[], { size, root }: Root): Promise<boolean> {
    if (!leaves.length) return true;
    try {
      const hashes = new Map<number, Bytes>();
      for (const leaf of leaves) {
        const own = due.find(({ id }) => id === leaf.id);
        if (!own || receiptOf(leaf).index !== leaf.index || own.index !== leaf.index) return false;
        hashes.set(leaf.index, await leafHash(leafOf(decodeEnvelope(own.bytes), fromBase64(leaf.receipt))));
      }
      const found = await rootFromMultiproof(hashes, size, nodes.map(fromBase64));
      return hashes.size === leaves.length && hex(found) === hex(root);
    } catch (error) {
      console.warn("a proof that does not fit", error);
      return false;
    }
  }

  private async move(items: StoredEntry[]): Promise<void> {
    const { ledger, store } = this.host;
    for (const doc of new Set(items.map((item) => item.doc))) {
      const moved = items.filter((item) => item.doc === doc).map((item) => ledger.move(item.id, item));
      await store.addChanges(doc, [], moved.filter((item) => item !== null));
    }
    if (items.length) this.host.changed();
  }

  /** Nothing is proven, and so nothing let go, until people have found out what happened. */
  private async raise({ code, told, entries }: Disproof): Promise<void> {
    const { store, clock } = this.host;
    const now = clock.wall();
    console.error("the log cannot be trusted", code);
    this.alarm = { id: newId(now), code, at: timeText(now), held: this.held?.note ?? null, told, entries, reported: false };
    await store.setMeta({ alarm: this.alarm });
    this.host.changed();
    await this.report().catch(() => undefined);
  }

  private async report(): Promise<void> {
    if (!this.alarm || this.alarm.reported) return;
    const { reported: _, id: alarm, ...told } = this.alarm;
    const cut = (text: string | null): string | null => text?.slice(0, MAX_EVIDENCE) ?? null;
    await this.host.ask({ t: "alarm", ...told, alarm, held: cut(told.held), told: cut(told.told), entries: told.entries.slice(0, MOST) });
    this.alarm = { ...this.alarm, reported: true };
    await this.host.store.setMeta({ alarm: this.alarm });
    this.host.changed();
  }
}

function receiptOf({ receipt }: Leaf): { index: number; flags: string[] } {
  return parse(fromBase64(receipt)) as { index: number; flags: string[] };
}

function rootOf({ size, root }: Held): Root {
  return { size, root: fromHex(root) };
}

function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
