/** A batch's shared document: an Automerge map of signed entries, receipts and drafts, fed by numbered changes.
 *
 * What this device has signed but not sent is not in here; it waits in the store and becomes a change when it can
 * be pushed. So a document can be thrown away and rebuilt from the server's changes at any time, under a new actor. */
import * as Automerge from "@automerge/automerge/slim";
import { type Bytes, hex, random } from "./bytes";
import type { StoredChange } from "./store";

interface Shape {
  entries: Record<string, Uint8Array>;
  receipts: Record<string, Uint8Array>;
  drafts: Record<string, Record<string, unknown>>;
}
export interface TypedDraft { slot: string; person: string; text: string; at: string }
/** A change made here that the server has not confirmed; `entry` is the id that it carries, null for drafts. */
export interface Pending { hash: string; bytes: Bytes; entry: string | null }

/** Random for each page and each rebuilding: two pages with one actor make documents that cannot be merged. */
export function newActor(): string {
  return hex(random(16));
}

export class BatchDoc {
  private doc: Automerge.Doc<Shape>;
  private readonly numbers = new Set<number>();
  /** All changes up to this number are in the document. */
  last = 0;
  pending: Pending[] = [];

  constructor(readonly name: string, actor: string, changes: StoredChange[] = []) {
    this.doc = Automerge.init<Shape>({ actor });
    this.receive(changes);
  }

  /** Take up numbered changes, also repeated ones. Throws if they are not Automerge's. */
  receive(changes: StoredChange[]): void {
    if (!changes.length) return;
    [this.doc] = Automerge.applyChanges(this.doc, changes.map(({ bytes }) => bytes));
    if (this.pending.length) {
      const known = new Set(changes.map(({ bytes }) => Automerge.decodeChange(bytes).hash));
      this.pending = this.pending.filter(({ hash }) => !known.has(hash));
    }
    this.number(changes);
  }

  /** The server has committed these, our own changes, under these numbers. */
  confirm(changes: Pending[], numbers: StoredChange[]): void {
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

  addDraft(draft: TypedDraft): void {
    const scalar = (text: string) => new Automerge.ImmutableString(text);
    this.change(null, (doc) => {
      doc.drafts[draft.slot] = { person: scalar(draft.person), text: scalar(draft.text), at: scalar(draft.at) };
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

  drafts(): TypedDraft[] {
    return Object.entries(this.doc.drafts ?? {}).map(([slot, draft]) => ({
      slot, person: String(draft.person), text: String(draft.text), at: String(draft.at),
    }));
  }

  private change(entry: string | null, edit: (doc: Shape) => void): void {
    this.doc = Automerge.change(this.doc, edit);
    const bytes = Automerge.getLastLocalChange(this.doc);
    if (!bytes) throw new Error("the edit changed nothing");
    this.pending.push({ hash: Automerge.decodeChange(bytes).hash, bytes: new Uint8Array(bytes), entry });
  }

  private number(changes: StoredChange[]): void {
    for (const { n } of changes) if (n > this.last) this.numbers.add(n);
    while (this.numbers.delete(this.last + 1)) this.last += 1;
  }
}
