/** What is typed and counted here and is not signed yet: kept until the hand rests, then shared with other tablets. */
import { type Clock, timeText } from "./clock";
import type { BatchDoc, Edit, TypedDraft } from "./doc";

/** When the hand has rested so long, or has not for so long. */
const REST_MS = 400;
const LONGEST_MS = 2_000;
/** That somebody writes in a text is said again after so long: each time is a value for ever. */
const AGAIN_MS = 6_000;
/** How long others are shown from the arrival of what they typed, since clocks differ: in a text, and at a number. */
const LIFE_MS = { text: 15_000, number: 60_000 };
/** What is found at a start is older. */
const OLD_MS = 600_000;

type Doc = Pick<BatchDoc, "text" | "tally" | "drafts">;
/** `base` is what the document held when the hand began; `text` what was made of it. */
interface Written { base: string; text: string }
/** What waits of one document. */
interface Waiting { texts: Map<string, Written>; counts: Map<string, number>; here: Map<string, TypedDraft | null>; since: number; timer: ReturnType<typeof setTimeout> | undefined }

export class Typing {
  private readonly waiting = new Map<string, Waiting>();
  private readonly arrived = new Map<string, { at: string; mono: number }>();
  /** When each person of this tablet was last said to be somewhere. */
  private readonly told = new Map<string, { slot: string; mono: number; at: string }>();
  private ends: ReturnType<typeof setTimeout> | undefined;

  /** `rest` is called when something should go into a document, `changed` when others have become silent. */
  constructor(private readonly clock: Clock, private readonly rest: (name: string) => void, private readonly changed: () => void = () => undefined) {}

  /** Others who are at work in a document right now. */
  others(name: string, doc: Doc | undefined): TypedDraft[] {
    const [mono, old] = [this.clock.mono(), timeText(this.clock.wall() - OLD_MS)];
    const fresh = (doc?.drafts() ?? []).map((one) => ({ one, left: this.left(name, one, mono) }));
    const shown = fresh.filter(({ one, left }) => left > 0 && one.at > old && this.told.get(`${name} ${one.person}`)?.at !== one.at);
    clearTimeout(this.ends);
    if (shown.length) this.ends = setTimeout(this.changed, Math.min(...shown.map(({ left }) => left)) + 1);
    return shown.map(({ one }) => one);
  }

  private left(name: string, { person, slot, text, at }: TypedDraft, mono: number): number {
    const id = `${name} ${person} ${slot}`;
    if (this.arrived.get(id)?.at !== at) this.arrived.set(id, { at, mono });
    return (text === "" ? LIFE_MS.text : LIFE_MS.number) - (mono - this.arrived.get(id)!.mono);
  }

  /** Somebody here types a number, which nobody joins in; an empty one says that it is done. */
  number(name: string, slot: string, person: string, text: string): void {
    this.of(name).here.set(person, text === "" ? null : this.draft(name, slot, person, text));
    this.wake(name);
  }

  /** The text at a slot, with what was typed here last. */
  text(name: string, slot: string, doc: Doc | undefined): string {
    const written = this.waiting.get(name)?.texts.get(slot);
    const there = doc?.text(slot) ?? "";
    return written ? rebase(written.base, written.text, there) : there;
  }

  /** Somebody here has made `text` out of `shown`, which may be older than what stands there by now. */
  write(name: string, slot: string, person: string, shown: string, text: string, doc: Doc | undefined): void {
    const next = rebase(shown, text, this.text(name, slot, doc));
    this.of(name).texts.set(slot, { base: doc?.text(slot) ?? "", text: next });
    this.here(name, slot, person, text === "");
    this.wake(name);
  }

  tally(name: string, slot: string, doc: Doc | undefined): number {
    return (this.waiting.get(name)?.counts.get(slot) ?? 0) + (doc?.tally(slot) ?? 0);
  }

  count(name: string, slot: string, person: string, by: number): void {
    const { counts } = this.of(name);
    counts.set(slot, (counts.get(slot) ?? 0) + by);
    this.here(name, slot, person, false);
    this.wake(name);
  }

  /** What should go into the document, which may have changed since the hand began. */
  wanted(name: string, doc: Doc): Edit[] {
    const waiting = this.waiting.get(name);
    if (!waiting) return [];
    return [
      ...[...waiting.here].map(([person, draft]) => ({ person, draft })),
      ...[...waiting.texts.keys()].map((slot) => ({ slot, text: this.text(name, slot, doc) })),
      ...[...waiting.counts].map(([slot, by]) => ({ slot, by })),
    ];
  }

  /** An edit is made now: it waits no longer. */
  done(name: string, edit: Edit): void {
    const waiting = this.waiting.get(name);
    if ("text" in edit) waiting?.texts.delete(edit.slot);
    else if ("by" in edit) waiting?.counts.delete(edit.slot);
    else waiting?.here.delete(edit.person);
  }

  /** Edits that went into the document `old`, which is thrown away, wait again, for the one in its place. */
  again(name: string, edits: Edit[], old: Doc, made: Doc): void {
    const { texts, counts } = this.of(name);
    for (const edit of edits) {
      // With what others have written since, and what the hand has begun.
      if ("text" in edit) texts.set(edit.slot, { base: made.text(edit.slot), text: this.text(name, edit.slot, old) });
      if ("by" in edit) counts.set(edit.slot, (counts.get(edit.slot) ?? 0) + edit.by);
    }
    if (edits.length) this.wake(name);
  }

  private here(name: string, slot: string, person: string, gone: boolean): void {
    const told = this.told.get(`${name} ${person}`);
    if (gone) this.of(name).here.set(person, null);
    else if (told?.slot !== slot || this.clock.mono() - told.mono > AGAIN_MS) this.of(name).here.set(person, this.draft(name, slot, person, ""));
  }

  private draft(name: string, slot: string, person: string, text: string): TypedDraft {
    const at = timeText(this.clock.wall());
    this.told.set(`${name} ${person}`, { slot, mono: this.clock.mono(), at });
    return { slot, person, text, at };
  }

  private of(name: string): Waiting {
    const found = this.waiting.get(name) ?? { texts: new Map(), counts: new Map(), here: new Map(), since: 0, timer: undefined };
    this.waiting.set(name, found);
    return found;
  }

  private wake(name: string): void {
    const waiting = this.of(name);
    const mono = this.clock.mono();
    if (waiting.timer === undefined) waiting.since = mono;
    clearTimeout(waiting.timer);
    waiting.timer = setTimeout(() => {
      waiting.timer = undefined;
      this.rest(name);
    }, Math.max(0, Math.min(REST_MS, waiting.since + LONGEST_MS - mono)));
  }
}

interface Splice { at: number; end: number; text: string }

/** What becomes of `theirs` when the step from `base` to `mine` is done to it: what either wrote stays. */
export function rebase(base: string, mine: string, theirs: string): string {
  if (base === theirs) return mine;
  if (base === mine) return theirs;
  const [a, b] = [splice(base, mine), splice(base, theirs)];
  if (a.end <= b.at) return base.slice(0, a.at) + a.text + base.slice(a.end, b.at) + b.text + base.slice(b.end);
  if (b.end <= a.at) return base.slice(0, b.at) + b.text + base.slice(b.end, a.at) + a.text + base.slice(a.end);
  return base.slice(0, Math.min(a.at, b.at)) + b.text + a.text + base.slice(Math.max(a.end, b.end));
}

/** Where a place in the text `from` lies in the text `to`, so that a cursor stays at its letter. */
export function moved(from: string, to: string, place: number): number {
  const { at, end, text } = splice(from, to);
  if (place <= at) return place;
  return place >= end ? place + text.length - (end - at) : at + text.length;
}

/** The one stretch in which two texts differ; never half of a character of two code units. */
function splice(from: string, to: string): Splice {
  const most = Math.min(from.length, to.length);
  let at = 0;
  while (at < most && from[at] === to[at]) at += 1;
  if (at > 0 && isHigh(from, at - 1)) at -= 1;
  let tail = 0;
  while (tail < most - at && from[from.length - 1 - tail] === to[to.length - 1 - tail]) tail += 1;
  if (tail > 0 && isHigh(from, from.length - tail - 1)) tail -= 1;
  return { at, end: from.length - tail, text: to.slice(at, to.length - tail) };
}

function isHigh(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code < 0xdc00;
}
