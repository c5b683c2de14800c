/** The documents that this page has: made out of what is kept, kept compact, and written into by the hand. */
import { BatchDoc, newActor, type Snapshot } from "./doc";
import type { Store } from "./store";
import type { Typing } from "./typing";

/** So many changes above a kept snapshot make a new one worth its while; made when nothing else is to do. */
const SNAPSHOT = { changes: 200, idle: 2_000 };

interface Around {
  store: Store;
  /** What is typed and counted here and is not in a document yet. */
  typing: Typing;
  /** Documents to follow. */
  docs(): string[];
  changed(): void;
}

export class Shelf {
  readonly docs = new Map<string, BatchDoc>();
  actor = newActor();
  /** Documents whose drafts this connection's server takes no more of. */
  readonly muted = new Set<string>();
  private keeping: ReturnType<typeof setTimeout> | undefined;

  /** `later` does something in its turn. */
  constructor(private readonly around: Around, private readonly later: (task: () => Promise<void>) => void) {}

  /** Out of the database, with changes that a page before this one has made and not sent. */
  async load(): Promise<void> {
    for (const name of this.around.docs()) this.docs.set(name, await this.make(name, true));
    this.keep();
  }

  stop(): void {
    clearTimeout(this.keeping);
  }

  /** The number up to which each document is here. */
  numbers(): Record<string, number> {
    const names = this.around.docs();
    for (const name of this.docs.keys()) if (!names.includes(name)) this.docs.delete(name);
    for (const name of names) this.begin(name);
    return Object.fromEntries([...this.docs.values()].map((doc) => [doc.name, doc.last]));
  }

  begin(name: string): BatchDoc {
    const doc = this.docs.get(name) ?? new BatchDoc(name, this.actor);
    this.docs.set(name, doc);
    return doc;
  }

  /** A document out of what is kept of it; what does not fit together is thrown away, and asked for again. */
  private async make(name: string, unsent = false): Promise<BatchDoc> {
    const { store } = this.around;
    try {
      const pending = unsent ? await store.pending(name) : [];
      return new BatchDoc(name, this.actor, await store.changes(name), await store.snapshot(name), pending);
    } catch (error) {
      console.warn("sync", name, "cannot be read and is asked for again", error);
      await store.dropDoc(name, []);
      return new BatchDoc(name, this.actor);
    }
  }

  /** Take a snapshot for a document that has nothing yet; null if it is none, or comes too late. */
  async adopt(name: string, snapshot: Snapshot): Promise<BatchDoc | null> {
    if (this.docs.get(name)?.last !== 0) return null;
    try {
      const doc = new BatchDoc(name, this.actor, [], snapshot);
      this.docs.set(name, doc);
      await this.around.store.putSnapshot(name, snapshot);
      return doc;
    } catch (error) {
      console.warn("sync", name, "came as a snapshot that cannot be used", error);
      return null;
    }
  }

  /** All documents once more, under a new actor; what was typed into them and did not reach the server is typed again. */
  async rebuild(): Promise<void> {
    this.actor = newActor();
    for (const [name, old] of this.docs) {
      const doc = await this.make(name);
      this.docs.set(name, doc);
      this.around.typing.again(name, old.unsent(doc), old, doc);
      await this.write(doc, false);
      await this.around.store.putPending(name, doc.pending);
    }
  }

  /** Whether the drafts of a document are shared no more; entries are taken all the same. */
  mutes(name: string): boolean {
    return this.muted.has(name) || (this.docs.get(name)?.full ?? false);
  }

  /** Make the edits that wait, on the network or not. Others' changes are taken in only after them: they were made to
   * what was there. */
  async write(doc: BatchDoc, online: boolean): Promise<void> {
    const { typing, store } = this.around;
    if (!doc.ready || !typing.wanted(doc.name, doc).length || this.mutes(doc.name)) return;
    await doc.makePlaces(typing.wanted(doc.name, doc));
    for (const edit of typing.wanted(doc.name, doc).filter((one) => doc.hasPlace(one))) {
      // Who is at work now interests nobody later.
      if (!("person" in edit) || online) doc.edit(edit);
      typing.done(doc.name, edit);
    }
    await store.putPending(doc.name, doc.pending);
    this.around.changed();
  }

  /** Keep documents compact, so that the next start need not read thousands of changes. */
  keep(): void {
    if (![...this.docs.values()].some(isLong)) return;
    this.keeping ??= setTimeout(() => this.later(async () => {
      this.keeping = undefined;
      for (const doc of this.docs.values()) {
        const snapshot = isLong(doc) ? doc.snapshot() : null;
        if (!snapshot) continue;
        await this.around.store.putSnapshot(doc.name, snapshot);
        doc.saved = snapshot.last;
      }
    }), SNAPSHOT.idle);
  }
}

function isLong({ last, saved }: BatchDoc): boolean {
  return last - saved > SNAPSHOT.changes;
}
