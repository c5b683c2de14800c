/** A batch's shared document: an Automerge map of signed entries, receipts and drafts, fed by numbered changes.
 *
 * What this device has signed but not sent is not in here; it waits in the store and becomes a change when it can
 * be pushed. So a document can be thrown away and rebuilt from the server's changes at any time, under a new actor. */
import type { Counter, Doc } from "@automerge/automerge/slim";
import { Automerge } from "./automerge";
import { type Bytes, hex, random } from "./bytes";
import { place, type PlaceKind, placeKey } from "./places";
import type { StoredChange } from "./store";

interface Shape {
  entries: Record<string, Uint8Array>;
  receipts: Record<string, Uint8Array>;
  drafts: Record<string, unknown>;
}
/** Somebody at a slot: what they have typed there so far, empty where it stands in the slot's own text. */
export interface TypedDraft { slot: string; person: string; text: string; at: string }
/** What is done to a draft: the text as it shall be, a tally's difference, or who is at work where (null: nobody). */
export type Edit =
  | { slot: string; text: string }
  | { slot: string; by: number }
  | { person: string; draft: TypedDraft | null };
/** A change made here that the server has not confirmed; `entry` is the id that it carries, null for drafts. */
export interface Pending { hash: string; bytes: Bytes; entry: string | null }
/** A document as Automerge saves it, with all changes up to number `last` and no others. */
export interface Snapshot { last: number; bytes: Bytes }

/** The server takes 100,000 values below `drafts` in all; what is under way from other tablets comes on top of ours. */
const MOST_VALUES = 95_000;
const RECOUNT = 50;

/** Random for each page and each rebuilding: two pages with one actor make documents that cannot be merged. */
export function newActor(): string {
  return hex(random(16));
}

export class BatchDoc {
  private doc: Doc<Shape>;
  private readonly numbers = new Set<number>();
  /** All changes up to this number are in the document. */
  last = 0;
  pending: Pending[] = [];
  /** Grows with every change of what is in it. */
  version = 0;
  /** How far the kept snapshot reaches. */
  saved = 0;
  private values = 0;
  private edits = 0;

  /** Out of a snapshot, later changes, and what had not been confirmed. Throws if they do not fit each other: whoever
   * gave them is not trusted to. */
  constructor(readonly name: string, actor: string, changes: StoredChange[] = [], snapshot: Snapshot | null = null, pending: Omit<Pending, "hash">[] = []) {
    this.doc = snapshot ? Automerge.load<Shape>(snapshot.bytes, { actor }) : Automerge.init<Shape>({ actor });
    if (snapshot) {
      if (!this.ready || Automerge.stats(this.doc).numChanges !== snapshot.last) throw new Error("a snapshot that holds other changes than it says");
      this.last = this.saved = snapshot.last;
    }
    this.receive(changes.filter(({ n }) => n > this.saved));
    if (snapshot && this.torn) throw new Error("changes that do not follow the snapshot");
    this.take(pending);
  }

  /** Take up numbered changes, also repeated ones. Throws if they are not Automerge's. */
  receive(changes: StoredChange[]): void {
    if (!changes.length) return;
    this.version += 1;
    [this.doc] = Automerge.applyChanges(this.doc, changes.map(({ bytes }) => bytes));
    if (this.pending.length) {
      const known = new Set(changes.map(({ bytes }) => Automerge.decodeChange(bytes).hash));
      this.pending = this.pending.filter(({ hash }) => !known.has(hash));
    }
    this.edits += changes.length;
    this.number(changes);
  }

  /** Changes that a page before this one has made and the server has not confirmed; none if one builds on what is lost. */
  private take(kept: Omit<Pending, "hash">[]): void {
    const pending = this.ready ? kept.filter(({ bytes }) => !this.holds(bytes)) : [];
    if (!pending.length) return;
    const before = Automerge.clone(this.doc, { actor: Automerge.getActorId(this.doc) });
    try {
      [this.doc] = Automerge.applyChanges(this.doc, pending.map(({ bytes }) => bytes));
      if (!this.torn) {
        this.pending = pending.map((one) => ({ ...one, hash: Automerge.decodeChange(one.bytes).hash }));
        return;
      }
      console.warn("unsent changes that build on what is not here");
    } catch (error) {
      console.warn("unsent changes that cannot be taken up", error);
    }
    this.doc = before;
  }

  /** Whether changes wait in here for others that have not come. */
  get torn(): boolean {
    return Automerge.getMissingDeps(this.doc, []).length > 0;
  }

  /** Whether this very change is in here. */
  holds(bytes: Bytes): boolean {
    return Automerge.hasHeads(this.doc, [Automerge.decodeChange(bytes).hash]);
  }

  /** The document with what the server has numbered; null while it holds anything else. */
  snapshot(): Snapshot | null {
    if (this.pending.length || this.numbers.size || !this.ready) return null;
    return { last: this.last, bytes: new Uint8Array(Automerge.save(this.doc)) };
  }

  /** The server has committed these, our own changes, under these numbers. */
  confirm(changes: Pending[], numbers: StoredChange[]): void {
    this.version += 1;
    const done = new Set(changes);
    this.pending = this.pending.filter((change) => !done.has(change));
    this.number(numbers);
  }

  /** False until the server's first change has made the maps: a client that made its own would hide others'. */
  get ready(): boolean {
    return this.doc.entries !== undefined;
  }

  addEntry(id: string, envelope: Bytes): void {
    this.change(id, (doc) => {
      doc.entries[id] = envelope;
    });
  }

  has(id: string): boolean {
    return this.ready && id in this.doc.entries;
  }

  /** True once the server has the entry, not only this page. */
  confirmed(id: string): boolean {
    return this.has(id) && !this.pending.some(({ entry }) => entry === id);
  }

  entryIds(): string[] {
    return this.ready ? Object.keys(this.doc.entries) : [];
  }

  entry(id: string): Uint8Array | undefined {
    return this.doc.entries[id];
  }

  receiptIds(): string[] {
    return Object.keys(this.doc.receipts ?? {});
  }

  receipt(id: string): Uint8Array | undefined {
    return this.doc.receipts?.[id];
  }

  /** Make the places that these edits need and that are not there yet. */
  async makePlaces(edits: Edit[]): Promise<void> {
    for (const edit of edits) {
      const kind = kindOf(edit);
      if (!kind || !("slot" in edit) || this.hasPlace(edit)) continue;
      const bytes = await place(this.name, kind, edit.slot);
      // Meanwhile another tablet's, which is the same, may have come.
      if (this.hasPlace(edit)) continue;
      [this.doc] = Automerge.applyChanges(this.doc, [bytes]);
      this.pending.push({ hash: Automerge.decodeChange(bytes).hash, bytes, entry: null });
    }
  }

  hasPlace(edit: Edit): boolean {
    const kind = kindOf(edit);
    return this.ready && (!kind || !("slot" in edit) || placeKey(kind, edit.slot) in this.doc.drafts);
  }

  /** Make an edit whose place is there. */
  edit(edit: Edit): void {
    if ("text" in edit) {
      const path = ["drafts", placeKey("text", edit.slot)];
      if (this.text(edit.slot) !== edit.text) this.change(null, (doc) => Automerge.updateText(doc, path, edit.text));
    } else if ("by" in edit) {
      const key = placeKey("count", edit.slot);
      if (edit.by) this.change(null, ({ drafts }) => (drafts[key] as Counter).increment(edit.by));
    } else {
      this.show(edit.person, edit.draft);
    }
  }

  /** The text that is written together at a slot. */
  text(slot: string): string {
    const found = this.doc.drafts?.[placeKey("text", slot)];
    return typeof found === "string" ? found : "";
  }

  /** What is counted together at a slot. */
  tally(slot: string): number {
    const found = this.doc.drafts?.[placeKey("count", slot)];
    return found instanceof Automerge.Counter ? found.value : 0;
  }

  /** What people here have written and counted and the server does not have, as edits of `other`, a document without it. */
  unsent(other: BatchDoc): Edit[] {
    const ops = this.pending.filter(({ entry }) => entry === null).flatMap(({ bytes }) => Automerge.decodeChange(bytes).ops);
    const counts = ops.filter(({ action }) => action === "inc").map((op) => ({ slot: slotOf((op as Counted).key), by: (op as Counted).value }));
    const wrote = ops.some((op) => "elemId" in op);
    const slots = wrote ? Object.keys(this.doc.drafts).filter((key) => key.startsWith("text:")).map(slotOf) : [];
    const texts = slots.filter((slot) => this.text(slot) !== other.text(slot)).map((slot) => ({ slot, text: this.text(slot) }));
    return [...counts, ...texts].filter(({ slot }) => slot !== "");
  }

  /** Who types where. */
  drafts(): TypedDraft[] {
    return Object.entries(this.doc.drafts ?? {}).map(([key, value]) => typedDraft(key, value)).filter((one) => one !== null);
  }

  /** Whether the drafts have as many values as the server takes: what is typed from now on is shown here only. */
  get full(): boolean {
    if (this.edits >= RECOUNT || !this.values) {
      this.edits = 0;
      this.values = Automerge.stats(this.doc).numOps - this.entryIds().length - this.receiptIds().length;
    }
    return this.values > MOST_VALUES;
  }

  /** A value of its own for each person, in place of which nothing else is written: one value each time. */
  private show(person: string, draft: TypedDraft | null): void {
    const key = `@${person}`;
    if (draft) this.change(null, ({ drafts }) => (drafts[key] = new Automerge.ImmutableString(JSON.stringify(draft))));
    else if (key in this.doc.drafts) this.change(null, ({ drafts }) => delete drafts[key]);
  }

  private change(entry: string | null, edit: (doc: Shape) => void): void {
    this.version += 1;
    this.doc = Automerge.change(this.doc, edit);
    const bytes = Automerge.getLastLocalChange(this.doc);
    if (!bytes) throw new Error("the edit changed nothing");
    this.edits += 1;
    this.pending.push({ hash: Automerge.decodeChange(bytes).hash, bytes: new Uint8Array(bytes), entry });
  }

  private number(changes: StoredChange[]): void {
    for (const { n } of changes) if (n > this.last) this.numbers.add(n);
    while (this.numbers.delete(this.last + 1)) this.last += 1;
  }
}

interface Counted { key: string; value: number }

/** The slot of a place's key; empty for a key that no app has made. */
function slotOf(key: string): string {
  try {
    return decodeURIComponent(key.slice(key.indexOf(":") + 1));
  } catch {
    return "";
  }
}

function kindOf(edit: Edit): PlaceKind | null {
  return "text" in edit ? "text" : "by" in edit ? "count" : null;
}

/** What stands below `drafts` is anybody's; before places it was one map for each slot. */
function typedDraft(key: string, value: unknown): TypedDraft | null {
  if (key.startsWith("@")) {
    try {
      const { slot, text, at } = JSON.parse(String(value)) as Record<string, unknown>;
      return { slot: String(slot), person: key.slice(1), text: String(text), at: String(at) };
    } catch {
      return null;
    }
  }
  if (typeof value !== "object" || value === null || !("person" in value)) return null;
  const { person, text, at } = value as Record<string, unknown>;
  return String(text) === "" ? null : { slot: key, person: String(person), text: String(text), at: String(at) };
}
