/** A batch's entries as screens list them: own ones from the ledger, others' from the document, each read once. */
import type { BatchDoc } from "./doc";
import type { Ledger } from "./ledger";
import { Others } from "./others";
import type { StoredEntry } from "./store";
import { CoreError, type LocalEntry } from "./types";
import { contentOf, inOrder, recordedAtOf, standingOf } from "./view";

export class Listing {
  readonly others = new Others();
  private readonly contents = new Map<string, LocalEntry>();
  private readonly lists = new Map<string, { as: string; ledger: Ledger | undefined; doc: BatchDoc | undefined; entries: LocalEntry[] }>();
  private readonly recalled = new Map<string, LocalEntry[]>();

  /** The same list as long as nothing has changed, so that screens need not look through it again. */
  entries(ledger: Ledger | undefined, name: string, doc: BatchDoc | undefined): LocalEntry[] {
    const as = `${ledger?.version} ${doc?.ready ? doc.version : "none"} ${this.others.version}`;
    const kept = this.lists.get(name);
    if (kept?.as === as && kept.ledger === ledger && kept.doc === doc) return kept.entries;
    const entries = reordered(this.list(ledger, name, doc), kept?.entries ?? []);
    this.lists.set(name, { as, ledger, doc, entries });
    return entries;
  }

  private list(ledger: Ledger | undefined, name: string, doc: BatchDoc | undefined): LocalEntry[] {
    const own = ledger ? ledger.of(name) : [];
    const mine = new Set(own.map(({ id }) => id));
    const theirs = doc?.ready ? doc.entryIds().filter((id) => !mine.has(id)).map((id) => this.foreign(doc, id)) : this.recalledOf(name, mine);
    return [...own.map((item) => this.own(item, doc)), ...theirs.filter((item) => item !== null)];
  }

  /** What was listed of a document before, for as long as the document itself is not there: reading, checking and parsing
   * thousands of entries takes longer than a person wants to wait for a screen. */
  recall(name: string, entries: LocalEntry[]): void {
    this.recalled.set(name, entries);
    for (const entry of entries) {
      this.contents.set(entry.id, entry);
      this.others.recall(entry.id);
    }
  }

  /** What can be recalled: entries of which nothing is open. */
  settled(ledger: Ledger, name: string, doc: BatchDoc): LocalEntry[] {
    return this.entries(ledger, name, doc).filter(({ signature, index }) => signature === "right" && index !== null);
  }

  private recalledOf(name: string, mine: Set<string>): LocalEntry[] {
    return (this.recalled.get(name) ?? []).filter(({ id }) => !mine.has(id));
  }

  own(item: StoredEntry, doc?: BatchDoc): LocalEntry {
    const { place, flags, index } = item;
    const known = this.contents.get(item.id);
    const recordedAt = known?.recordedAt ?? recordedAtOf(doc?.receipt(item.id));
    if (known?.place === place && known.index === index && known.recordedAt === recordedAt) return known;
    const entry = { ...contentOf(item.bytes), recordedAt, place, flags, index, own: true, signature: "right" as const };
    this.contents.set(item.id, entry);
    return entry;
  }

  /** Check who signed what a document holds of other devices; whether anything was found out. */
  async check(ledger: Ledger, doc: BatchDoc): Promise<boolean> {
    const theirs = doc.entryIds().filter((id) => !ledger.get(id));
    return this.others.check(theirs.map((id) => ({ id, bytes: doc.entry(id)! })));
  }

  /** Another device's entry; null for bytes that are none, which the server lists in quarantine. */
  private foreign(doc: BatchDoc, id: string): LocalEntry | null {
    const known = this.contents.get(id);
    const signature = this.others.state(id);
    if (known && known.place !== "sent" && known.signature === signature) return known;
    const bytes = doc.entry(id);
    if (!bytes) return null;
    const standing = standingOf(doc.receipt(id)) ?? { place: "sent" as const, flags: [], index: null };
    if (known?.place === standing.place && known.signature === signature) return known;
    try {
      const content = contentOf(bytes);
      // Another's entry once more under an id of its own would be listed twice.
      if (content.id !== id) throw new CoreError("entry_malformed", "id");
      const entry = { ...content, ...standing, recordedAt: recordedAtOf(doc.receipt(id)), own: false, signature };
      this.contents.set(id, entry);
      return entry;
    } catch (error) {
      console.warn("an entry that cannot be read", id, error);
      return null;
    }
  }
}

/** In order; where these are the entries that were in order before, only perhaps further on their way, as they were. */
function reordered(entries: LocalEntry[], before: LocalEntry[]): LocalEntry[] {
  if (entries.length !== before.length) return inOrder(entries);
  const found = new Map(entries.map((entry) => [entry.id, entry]));
  const same = before.map(({ id }) => found.get(id)).filter((entry) => entry !== undefined);
  return same.length === entries.length ? same : inOrder(entries);
}
