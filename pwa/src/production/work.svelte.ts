/** One batch in work on this device: what stands where, who types what, and the way from a value to a signed entry. */
import { asProblem, type Problem } from "../api/client";
import { core } from "../core/core";
import type { Cosigner, Draft, Lease, LocalEntry, Person, Phase, Quantity } from "../core/types";
import { t, who } from "../i18n/index.svelte";
import { fromLocal, related, type Version } from "../log/history";
import { session } from "../session/session.svelte";
import { mirror } from "../ui/mirror.svelte";
import { RESTED } from "./containers";
import { SPECIMEN } from "./packaging/printed";
import { isDone, KIND, phaseOf, progress, SINGLE, standings, type Standing } from "./progress";
import { elsewhere } from "./areas";
import { copyings, typists } from "./paper/copying";
import { firstBefore, next, permitted } from "./course/course";
import { missing, needsOf, SECOND_CHECK, stopped } from "./qualified";

/** The one next thing to do, which the action bar shows lower right. */
/** The one next action. A `quiet` hint says nothing that the screen does not: a phone leaves it out. */
export interface Next { label: string; run: () => void; disabled?: boolean; hint?: string; quiet?: boolean; testid: string; side?: { label: string; pressed?: boolean; run: () => void; testid: string } }
type Wanted = Omit<Draft, "batch" | "cosigner">;
export interface Needs {
  /** Say what happened before signing: an abnormal value, with what to call the comment. */
  comment?: { title: string; hint: string; label: string } | null;
  /** A second person confirms with a PIN. */
  second?: boolean;
}
/** `net`: what was taken last; null where somebody asks for what is left by themselves. */
export interface Rest { phase: string; container: string; before: Quantity; net: Quantity | null; left: Quantity }
export type Second = { cosigner: Cosigner } | "without";
type Asking =
  | { what: "comment"; title: string; hint: string; label: string; answer: (comment: string | null) => void }
  | { what: "second"; value: string; answer: (second: Second | null) => void };

/** Work of a phase, which may need qualifications; remarks and photos do not. */
const WORK: readonly string[] = [KIND.started, ...SINGLE, SPECIMEN, KIND.completed, RESTED];

/** Half of a character, as a broken clipboard leaves it, cannot be signed: a mark takes its place. */
const HALF = /\p{Surrogate}/gu;

function whole(draft: Draft): Draft {
  const mend = <T>(value: T): T => (typeof value === "string" ? (value.replace(HALF, "\ufffd") as T) : value);
  const payload = Object.fromEntries(Object.entries(draft.payload).map(([name, value]) => [name, mend(value)]));
  return { ...draft, payload, ...(draft.reason === undefined ? {} : { reason: mend(draft.reason) }) };
}

export class Work {
  next = $state.raw<Next | null>(null);
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);
  asking = $state.raw<Asking | null>(null);
  /** What was kept here last, by its id. */
  signed: string | null = null;
  /** What is left in the container that a portion of `net` has just been taken from, until somebody has compared or weighed it. */
  rest = $state.raw<Rest | null>(null);
  /** The phase that is looked at, when it is not the current one. */
  chosen = $state<string | null>(null);
  /** Phases that are worked on out of order, on purpose. */
  forced = $state.raw<string[]>([]);

  constructor(readonly batch: string) {}

  lease: Lease | undefined = $derived.by(() => mirror.lease(this.batch));
  phases: Phase[] = $derived.by(() => this.lease?.order.phases ?? []);
  entries: LocalEntry[] = $derived.by(() => mirror.entries(this.batch));
  standings: Map<string, Standing> = $derived.by(() => standings(this.entries));
  progress = $derived.by(() => progress(this.phases, this.entries));
  /** The phase that was ended here last: its work goes on with what follows it. */
  last = $state<string | null>(null);
  /** What may be done now, side by side. */
  permitted: Phase[] = $derived.by(() => permitted(this.phases, this.entries));
  phase: Phase | null = $derived.by(() => this.phases.find((phase) => phase.id === this.chosen) ?? next(this.phases, this.entries, this.last));
  drafts = $derived.by(() => mirror.drafts(this.batch));
  draftsFull: boolean = $derived.by(() => mirror.draftsFull(this.batch));

  standing(slot: string): Standing | undefined {
    return this.standings.get(slot);
  }

  done(phase: Phase): boolean {
    return isDone(phase, this.entries);
  }

  /** The earlier phase that comes first, if this one is out of order. */
  before(phase: Phase): Phase | null {
    return this.done(phase) || this.forced.includes(phase.id) ? null : firstBefore(this.phases, phase, this.entries);
  }

  /** A phase has ended: on to what is next. */
  leave(phase: string): void {
    this.last = phase;
    this.chosen = null;
  }

  /** What was recorded in a phase; with null, what belongs to none of them. */
  ofPhase(phase: Phase | null): LocalEntry[] {
    const known = new Set(this.phases.map(({ id }) => id));
    return this.entries.filter((entry) => (phase ? phaseOf(entry) === phase.id : !known.has(phaseOf(entry))));
  }

  conflicts(phase: Phase): number {
    return [...this.standings].filter(([slot, standing]) => slot.startsWith(`${phase.id}/`) && standing.conflict).length;
  }

  person(id: string): Person | undefined {
    return this.lease?.people.find((person) => person.id === id);
  }

  name(id: string): string {
    const person = this.person(id) ?? (session.acting?.id === id ? session.acting : undefined);
    return person ? who(person) : id;
  }

  device(entry: LocalEntry): string {
    if (entry.device === "server") return t().log.server;
    // What was recorded here under an earlier enrolment keeps the name of that one.
    if (entry.device === mirror.state.device?.id) return mirror.state.device.name;
    return this.lease?.devices.find(({ id }) => id === entry.device)?.name ?? entry.device;
  }

  /** What this device has of the history of a value. */
  history(entry: LocalEntry): Version[] {
    return related(this.entries, entry).map((one) => fromLocal(one, (id) => this.name(id), (other) => this.device(other)));
  }

  /** Who else could verify work of a phase: leased people with a PIN, other than who does it, or did it on paper. */
  verifiers(phase?: string): Person[] {
    const sheet = copyings(this.entries).find((one) => one.payload.phase === phase);
    const by = sheet ? sheet.payload.done_by : session.acting?.id;
    return (this.lease?.people ?? []).filter((person) => person.key !== null && person.id !== by);
  }

  /** Who could compare with the sheet what was typed in from it: nobody who has typed any of it. */
  comparers(begun: LocalEntry): Person[] {
    const typed = typists(this.entries, begun);
    return (this.lease?.people ?? []).filter((person) => person.key !== null && person.id !== session.acting?.id && !typed.has(person.id));
  }

  /** What somebody lacks for a phase, or for being its second person; empty: they may. */
  lacking(person: string | undefined, steps: string[]): string[] {
    return person ? missing(this.lease, person, steps, Date.now()) : [];
  }

  /** Why the person must not work in the room of a phase; null where they may, or only type in what somebody did. */
  elsewhere(person: string | undefined, phase: Phase | null | undefined): Problem | null {
    return phase && this.onPaper(phase.id) ? null : elsewhere(this.lease, person, phase);
  }

  private stops(person: string, steps: string[]): boolean {
    const codes = this.lacking(person, steps);
    if (codes.length) this.problem = stopped(this.lease, this.person(person) ?? session.acting, codes);
    return codes.length > 0;
  }

  /** Whether what is recorded of a phase is typed in from a sheet just now. */
  onPaper(phase: string): boolean {
    return copyings(this.entries, phase).length > 0;
  }

  /** When that was begun on paper: how things were then counts, not how they are as it is typed in. */
  madeAt(phase: string): string | null {
    const begun = copyings(this.entries, phase)[0];
    return begun ? String(begun.payload.done_from) : null;
  }

  private stepsOf(draft: Draft): string[] {
    const phase = this.phases.find((one) => one.id === draft.payload.phase);
    const reading = draft.payload.reading as { balance?: string } | null | undefined;
    // Who only types in what was done on paper needs nothing for it.
    if (phase && this.onPaper(phase.id)) return [];
    return phase && WORK.includes(draft.kind) ? needsOf(phase, reading?.balance ?? null) : [];
  }

  typing(slot: string, text: string): void {
    if (session.acting) core.typing(this.batch, slot, session.acting.id, text);
  }

  /** What everybody has written at a slot that nobody has signed. */
  text(slot: string): string {
    void mirror.version;
    return core.text(this.batch, slot);
  }

  /** The acting person has made `text` out of what the field showed. */
  write(slot: string, shown: string, text: string): void {
    if (session.acting) core.write(this.batch, slot, session.acting.id, shown, text);
  }

  tally(slot: string): number {
    void mirror.version;
    return core.tally(this.batch, slot);
  }

  count(slot: string, by: number): void {
    if (session.acting) core.count(this.batch, slot, session.acting.id, by);
  }

  /** Ask for what is missing, then sign and keep. True once it is durable; false when the person turned back. */
  async sign(wanted: Wanted, needs: Needs = {}): Promise<boolean> {
    const actor = session.acting?.id;
    if (!actor || this.busy) return false;
    const draft: Draft = { ...wanted, batch: this.batch, payload: { ...wanted.payload } };
    if (this.stops(actor, this.stepsOf(draft))) return false;
    const away = WORK.includes(draft.kind) ? this.elsewhere(actor, this.phases.find((one) => one.id === draft.payload.phase)) : null;
    if (away) {
      this.problem = away;
      return false;
    }
    if (needs.comment) {
      const comment = await this.askComment(needs.comment);
      if (comment === null) return false;
      draft.payload.comment = comment;
    }
    if (needs.second) {
      const second = await this.askSecond(draft);
      if (second === null) return false;
      if (second !== "without" && this.stopsSecond(second.cosigner.person, draft.payload.phase)) return false;
      if (second !== "without") Object.assign(draft, { cosigner: second.cosigner, payload: { ...draft.payload, verified_by: second.cosigner.person } });
    }
    return this.keep(draft, actor);
  }

  /** All of a phase is typed in from its sheet; the second person has compared it, or there was nobody. */
  async endPaper(begun: LocalEntry, second: Second): Promise<boolean> {
    const actor = session.acting?.id;
    if (!actor || this.busy || (second !== "without" && this.stopsSecond(second.cosigner.person, begun.payload.phase))) return false;
    const phase = String(begun.payload.phase);
    const verified = second === "without" ? {} : { cosigner: second.cosigner };
    const payload = { batch: this.batch, phase, verified_by: verified.cosigner?.person ?? null };
    return this.keep({ batch: this.batch, kind: KIND.paperEnded, subject: `${phase}/paper_ended`, payload, ...verified }, actor);
  }

  /** Keeps a photo on this device and signs its entry, whose id this answers; null with a `problem`, or when nobody acts. */
  async attach(photo: Blob, phase: string | null, caption: string): Promise<string | null> {
    try {
      const data = new Uint8Array(await photo.arrayBuffer());
      const blob = await core.keepBlob(data, photo.type);
      const payload = { batch: this.batch, phase, blob, type: photo.type, bytes: data.length, caption };
      return (await this.sign({ kind: KIND.photo, subject: phase ? `${phase}/photo` : "photo", payload })) ? this.signed : null;
    } catch (error) {
      this.problem = asProblem(error);
      return null;
    }
  }

  /** Whether somebody may not be the second person: for want of a qualification, or since their roles do not hold there. */
  private stopsSecond(person: string, phase: unknown): boolean {
    if (this.stops(person, SECOND_CHECK)) return true;
    const away = elsewhere(this.lease, person, this.phases.find((one) => one.id === phase), "stands_by_in");
    if (away) this.problem = away;
    return away !== null;
  }

  lackingSecond(person: string): string[] {
    return this.lacking(person, SECOND_CHECK);
  }

  /** The acting person confirms with their own key what somebody else has recorded. */
  async verify(entry: LocalEntry, cosigner: Cosigner): Promise<boolean> {
    if (this.busy || this.stopsSecond(cosigner.person, entry.payload.phase)) return false;
    const payload = { batch: this.batch, phase: entry.payload.phase ?? null, entry: entry.id, verified_by: cosigner.person };
    return this.keep({ batch: this.batch, kind: KIND.verified, subject: entry.id, payload, cosigner }, cosigner.person);
  }

  /** Somebody with authority says why a yield is out of its limits; the acting person holds the tablet. */
  async explain(wanted: Wanted, cosigner: Cosigner): Promise<boolean> {
    const actor = session.acting?.id;
    if (!actor || this.busy) return false;
    return this.keep({ ...wanted, batch: this.batch, cosigner }, actor);
  }

  /** A photo by its hash, on this device from then on. */
  keepBlob(data: Uint8Array, type: string): Promise<string> {
    return core.keepBlob(data, type);
  }

  /** Kept on this device from then on; a trial keeps it nowhere. */
  protected async keep(draft: Draft, actor: string): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      this.signed = (await core.record(whole(draft), actor)).id;
      return true;
    } catch (error) {
      this.problem = asProblem(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  private async askComment(what: { title: string; hint: string; label: string }): Promise<string | null> {
    const comment = await new Promise<string | null>((answer) => (this.asking = { what: "comment", ...what, answer }));
    this.asking = null;
    return comment;
  }

  protected async askSecond(draft: Draft): Promise<Second | null> {
    const net = draft.payload.net as { value: string; unit: string };
    const second = await new Promise<Second | null>((answer) => (this.asking = { what: "second", value: `${net.value} ${net.unit}`, answer }));
    this.asking = null;
    return second;
  }
}
