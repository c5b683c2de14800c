/** One record in work: what stands, what is typed and not recorded, who types what, and the way to a signed entry. On a
 *  tablet that has taken it along everything is here; at a desk the server is asked and told. */
import { untrack } from "svelte";
import { api, asProblem, path as address, type Problem } from "../api/client";
import { core } from "../core/core";
import type { Cosigner, Draft, LocalEntry, RecordLease, Registers } from "../core/types";
import { evaluate, signedDigest } from "../engines/forms";
import type { Definition, Field, State, Value, Values } from "../engines/forms/types";
import { sameGiven } from "../engines/forms/values";
import { CALCULATED, type Choosable, type Facts, fieldAt, NO_FACTS, type Removal, type Source, TYPED } from "../forms/filling";
import { who } from "../i18n/index.svelte";
import { missing, stopped } from "../production/qualified";
import { session } from "../session/session.svelte";
import { mirror } from "../ui/mirror.svelte";
import { Resource } from "../ui/resource.svelte";
import { filled, KIND, mended, said, type Said, standing, type Stated } from "./standing";
import type { RecordView } from "./types";

interface Typed { value: Value; source: Source }
const SCRATCH = "typed";
const OUTSIDE: readonly string[] = ["alert", "action", "specification"];
const NOTHING: State = { paths: {}, rows: {}, struck: [], unknown: [], complete: false };

export class Filler {
  typed = $state.raw<Record<string, Typed>>({});
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);
  readonly view = new Resource<RecordView>(() => api.get<RecordView>(address("api", "records", this.record)));
  /** As the form stands with what was typed; a moment behind the keys. */
  stands = $state.raw<State>(NOTHING);
  private due = false;
  private keeping: ReturnType<typeof setTimeout> | undefined;

  private restored = false;

  constructor(readonly record: string) {}

  /** Once the lease is here: what was typed before a reload. What has been recorded since is not typed again. */
  restore(): void {
    if (!this.lease || this.restored) return;
    this.restored = true;
    const kept = (core.recall(this.unit, SCRATCH) ?? {}) as Record<string, Typed>;
    this.typed = { ...kept, ...untrack(() => this.typed) };
  }

  get unit(): string {
    return `record/${this.record}`;
  }

  lease: RecordLease | undefined = $derived.by(() => mirror.record(this.record));
  /** The same list as long as nothing has changed: drafts of others change nothing here. */
  entries: LocalEntry[] = $derived.by(() => (this.lease ? mirror.entries(this.unit) : []));
  /** Everything that was said, on this tablet or as the server tells it. */
  all: Said[] = $derived.by(() => (this.lease ? said(this.entries) : fromView(this.view.data)));
  standing: Map<string, Said[]> = $derived.by(() => standing(this.all));
  definition: Definition | null = $derived.by(() => this.lease?.definition ?? this.view.data?.definition ?? null);
  recorded: Values = $derived.by(() => filled(this.standing));
  values: Values = $derived.by(() => ({ ...this.recorded, ...Object.fromEntries(Object.entries(this.typed).map(([path, one]) => [path, one.value])) }));
  subject: string | null = $derived.by(() => this.lease?.record.subject ?? this.view.data?.record.subject ?? null);
  completed: boolean = $derived.by(() => this.view.data?.record.status === "complete" || (this.lease !== undefined && this.entries.some(({ kind, place }) => kind === KIND.completed && place !== "quarantined")));
  /** At a desk asked of the server, once somebody fills in. */
  readonly known = new Resource<Registers>(() => api.get<Registers>(address("api", "records", this.record, "registers")));
  registers: Registers | null = $derived.by(() => this.lease?.registers ?? this.known.data);
  people: Choosable[] = $derived.by(() => {
    const found = new Map<string, Choosable>();
    for (const one of [...(this.lease?.people ?? Object.values(this.view.data?.people ?? {})), ...(this.registers?.people ?? [])]) if (!found.has(one.id)) found.set(one.id, { id: one.id, name: who(one) });
    return [...found.values()];
  });
  private recordedFacts: Map<string, Facts> = $derived.by(() => {
    const found = new Map<string, Facts>();
    for (const [path, several] of this.standing) {
      // Cleared again: it can be filled in as if nothing had been there, but for its history.
      if (several.at(-1)!.value === null) continue;
      const recorded = several.map((one) => ({ entry: one.entry, value: one.value, who: this.name(one.actor), at: one.at, comment: one.comment, reason: one.reason, source: one.source.device ?? "" }));
      found.set(path, { recorded, drafts: [] });
    }
    return found;
  });
  /** What others type, as a text: the same as long as nobody types anything else. */
  private othersTyping: string = $derived.by(() => JSON.stringify((this.lease ? mirror.drafts(this.unit) : []).filter(({ person, text }) => person !== session.acting?.id && text !== "")));
  /** With what others type; of fields at which nobody does, the very same as before. */
  facts: Map<string, Facts> = $derived.by(() => {
    const drafts = JSON.parse(this.othersTyping) as { slot: string; person: string; text: string }[];
    const found = new Map(this.recordedFacts);
    for (const { slot, person, text } of drafts) {
      const facts = found.get(slot) ?? NO_FACTS;
      found.set(slot, { ...facts, drafts: [...facts.drafts, { who: this.name(person), text }] });
    }
    return found;
  });
  /** What an entry would say now: typed values of fields that are there, and calculations that came out otherwise. */
  pending: Stated[] = $derived.by(() => {
    const typed = Object.entries(this.typed).filter(([path, one]) => this.stands.paths[path]?.visible && (one.value !== null || this.recorded[path] !== undefined));
    const stated = typed.map(([path, { value, source }]) => ({ path, value, source, comment: null }));
    return [...stated, ...this.calculations(this.stands)];
  });
  /** Typed values that have not the form which their fields ask for. */
  wrong: string[] = $derived.by(() => Object.keys(this.typed).filter((path) => (this.stands.paths[path]?.problems ?? []).some((code) => code !== "required" && !code.startsWith("check:"))));

  name(person: string): string {
    return this.people.find(({ id }) => id === person)?.name ?? (session.acting?.id === person ? who(session.acting) : person);
  }

  device(one: Said): string {
    return this.lease?.devices.find(({ id }) => id === one.device)?.name ?? this.view.data?.devices[one.device]?.name ?? one.device;
  }

  field(path: string): Field | undefined {
    return this.definition ? fieldAt(this.definition.sections, path) : undefined;
  }

  /** The same function as long as nothing has changed. */
  factsOf: (path: string) => Facts = $derived.by(() => {
    const { facts } = this;
    return (path) => facts.get(path) ?? NO_FACTS;
  });

  /** Evaluate after the key is on the screen, once for several. */
  follow(): void {
    void this.values;
    if (!this.definition || this.due) return;
    if (this.stands === NOTHING) return this.evaluate();
    this.due = true;
    requestAnimationFrame(() => setTimeout(() => {
      this.due = false;
      this.evaluate();
    }));
  }

  private evaluate(): void {
    if (this.definition) this.stands = evaluate(this.definition, this.values);
  }

  set(path: string, value: Value, source: Source): void {
    const { [path]: before, ...others } = this.typed;
    // A row that somebody adds is there with nothing in it.
    const empty = value === null && before !== undefined && this.recorded[path] === undefined && !isRow(path);
    this.typed = empty ? others : { ...others, [path]: { value, source } };
    this.keep();
  }

  /** By list the last of its rows in which anything was recorded. */
  private recordedRows: Map<string, number> = $derived.by(() => {
    const found = new Map<string, number>();
    for (const path of this.standing.keys()) {
      for (const { index, 0: number } of path.matchAll(/\/\d+/g)) {
        const list = path.slice(0, index);
        found.set(list, Math.max(found.get(list) ?? 0, Number(number.slice(1))));
      }
    }
    return found;
  });

  /** A row of which nothing was recorded goes, and those after it move up; what was recorded keeps its number. */
  removal(row: string): Removal {
    const [list, n] = split(row);
    if (n <= (this.recordedRows.get(list) ?? 0)) return "strike";
    return this.stands.rows[list] === 1 && !Object.keys(this.typed).some((path) => path.startsWith(`${row}/`)) ? null : "drop";
  }

  /** Take back what was typed in a row. */
  drop(row: string): void {
    const [list, n] = split(row);
    const typed: Record<string, Typed> = {};
    for (const [path, one] of Object.entries(this.typed)) {
      const at = numberIn(list, path);
      if (at === n) this.typing(path, "");
      else if (at !== null && at > n) typed[`${list}/${at - 1}${path.slice(`${list}/${at}`.length)}`] = one;
      else typed[path] = one;
    }
    this.typed = typed;
    this.keep();
  }

  /** A row that no longer counts, or counts again; what was typed in it and is not recorded goes. */
  async strike(row: string, struck: boolean, reason: string): Promise<boolean> {
    const payload = { record: this.record, row, struck, reason: mended(reason) };
    const done = await this.attempt(async () => {
      if (this.lease) await this.sign({ kind: KIND.struck, subject: row, payload });
      else this.view.data = await api.post<RecordView>(address("api", "records", this.record, "strike"), { row, struck, reason: payload.reason });
    });
    if (done) this.forget(Object.keys(this.typed).filter((path) => path.startsWith(`${row}/`)));
    return done;
  }

  typing(path: string, text: string): void {
    if (this.lease && session.acting) core.typing(this.unit, path, session.acting.id, text);
  }

  /** After the key is on the screen, once for several. */
  private keep(): void {
    if (!this.lease) return;
    this.keeping ??= setTimeout(() => {
      this.keeping = undefined;
      core.remember(this.unit, SCRATCH, Object.keys(this.typed).length > 0 ? this.typed : undefined);
    });
  }

  private calculations(state: State): Stated[] {
    return Object.entries(state.paths)
      .filter(([path, one]) => one.calculated && one.visible && one.value !== null && !sameGiven(one.value, this.recorded[path]))
      .map(([path, one]) => ({ path, value: one.value, source: CALCULATED, comment: null }));
  }

  /** Of these values, those outside of a limit: somebody says what happened. */
  outside(values: Stated[], state: State = this.stands): Stated[] {
    return values.filter(({ path, value }) => value !== null && OUTSIDE.includes(state.paths[path]?.verdict ?? "none"));
  }

  /** How the form would stand with another value at a path, and what an entry would say of that. */
  supposing(path: string, value: Value, source: Source = TYPED): { state: State; stated: Stated[] } {
    const values = { ...this.recorded, [path]: value };
    const state = this.definition ? evaluate(this.definition, values) : NOTHING;
    return { state, stated: [{ path, value, source, comment: null }, ...this.calculations(state)] };
  }

  digest(path: string): string {
    return this.definition ? signedDigest(this.definition, this.recorded, path) : "";
  }

  /** What the plant asks of who fills in or signs this form is held; else the words of what is missing. */
  private qualified(person: string | undefined): boolean {
    const form = this.lease?.record.form;
    const lacking = form && person ? missing(this.lease, person, [`action:form:${form}`], Date.now()) : [];
    if (lacking.length === 0) return true;
    this.problem = stopped(this.lease, this.lease?.people.find(({ id }) => id === person) ?? null, lacking);
    return false;
  }

  /** Sign and keep values as one entry; true once that is durable. */
  async say(values: Stated[], correcting: { corrects: string; reason: string } | null = null): Promise<boolean> {
    if (!this.qualified(session.acting?.id)) return false;
    const payload = { record: this.record, values: mended(values) };
    const subject = values.length === 1 ? values[0]!.path : "values";
    const done = await this.attempt(async () => {
      if (this.lease) await this.sign({ kind: KIND.values, subject, payload, ...correcting });
      else this.view.data = await api.post<RecordView>(address("api", "records", this.record, "values"), { values: payload.values, corrects: correcting?.corrects ?? null, reason: correcting?.reason ?? null });
    });
    if (done) this.forget(values.map(({ path }) => path));
    return done;
  }

  async signField(path: string, cosigner: Cosigner, correcting: { corrects: string; reason: string } | null): Promise<boolean> {
    const field = this.field(path);
    if (!field || !("meaning" in field) || !this.qualified(cosigner.person)) return false;
    const payload = { record: this.record, path, meaning: field.meaning, digest: this.digest(path), signed_by: cosigner.person, signature: null };
    return this.attempt(() => this.sign({ kind: KIND.signed, subject: path, payload, cosigner, ...correcting }));
  }

  async complete(): Promise<boolean> {
    return this.attempt(async () => {
      if (this.lease) await this.sign({ kind: KIND.completed, subject: "completed", payload: { record: this.record } });
      else this.view.data = await api.post<RecordView>(address("api", "records", this.record, "complete"), {});
    });
  }

  private async sign(draft: Omit<Draft, "batch">): Promise<void> {
    const actor = session.acting?.id;
    const reason = draft.reason === undefined ? {} : { reason: mended(draft.reason) };
    if (actor) await core.record({ ...draft, ...reason, payload: mended(draft.payload), batch: this.unit }, actor);
  }

  private forget(paths: string[]): void {
    this.typed = Object.fromEntries(Object.entries(this.typed).filter(([path]) => !paths.includes(path)));
    for (const path of paths) this.typing(path, "");
    this.keep();
  }

  private async attempt(work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.problem = asProblem(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** The list that a row is of, and its number. */
function split(row: string): [string, number] {
  const at = row.lastIndexOf("/");
  return [row.slice(0, at), Number(row.slice(at + 1))];
}

/** In which row of a list a path lies; null for one elsewhere. */
function numberIn(list: string, path: string): number | null {
  return path.startsWith(`${list}/`) ? Number(path.slice(list.length + 1).split("/")[0]) : null;
}

const isRow = (path: string): boolean => path.includes("/");

function fromView(view: RecordView | null): Said[] {
  return (view?.values ?? []).map((one) => ({
    entry: one.entry, path: one.path, value: one.value, source: one.source, comment: one.comment, actor: one.actor, device: one.device, at: one.captured_at,
    corrects: one.corrects, reason: one.reason, superseded: one.superseded_by !== null, place: "logged" as const, own: false,
  }));
}
