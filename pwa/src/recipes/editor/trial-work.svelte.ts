/** Work on a draft of a recipe: the tablet's own, but what is signed stays on this page, and nobody else is there. */
import type { Draft, Lease, LocalEntry, Person } from "../../core/types";
import { KIND } from "../../production/progress";
import { type Second, Work } from "../../production/work.svelte";

type Drafts = Work["drafts"];

export class TrialWork extends Work {
  private kept = $state.raw<LocalEntry[]>([]);
  private texts = $state<Record<string, string>>({});
  private counts = $state<Record<string, number>>({});

  constructor(private readonly trial: Lease) {
    super(trial.batch);
  }

  override lease: Lease | undefined = $derived.by(() => this.trial);
  override entries: LocalEntry[] = $derived.by(() => this.kept);
  override drafts: Drafts = [];
  override draftsFull = false;

  /** Whoever stands by at the line is not asked for a PIN here. */
  override verifiers(): Person[] {
    return [];
  }
  override typing(): void {
    // Nobody else sees what is typed.
  }
  override text(slot: string): string {
    return this.texts[slot] ?? "";
  }
  override write(slot: string, _shown: string, text: string): void {
    this.texts[slot] = text;
  }
  override tally(slot: string): number {
    return this.counts[slot] ?? 0;
  }
  override count(slot: string, by: number): void {
    this.counts[slot] = this.tally(slot) + by;
  }

  override keepBlob(): Promise<string> {
    return Promise.resolve("0".repeat(64));
  }

  protected override keep(draft: Draft, actor: string): Promise<boolean> {
    const seq = this.kept.length + 1;
    const now = new Date();
    const entry: LocalEntry = {
      id: `trial-${seq}`, kind: draft.kind, subject: draft.subject, actor, device: "", seq, capturedAt: now.toISOString(), offset: -now.getTimezoneOffset(), recordedAt: null,
      corrects: draft.corrects ?? null, reason: draft.reason ?? null, payload: draft.payload, place: "device", flags: [], index: null, own: true, signature: "right",
    };
    this.kept = [...this.kept, entry];
    return Promise.resolve(true);
  }

  /** A yield out of its limits stops the line until somebody with authority has said why: said here by who walks. */
  excuse(entry: LocalEntry): void {
    const payload = { batch: this.batch, entry: entry.id, text: "—", explained_by: entry.actor };
    void this.keep({ batch: this.batch, kind: KIND.explained, subject: entry.id, payload }, entry.actor);
  }

  protected override askSecond(): Promise<Second | null> {
    return Promise.resolve("without");
  }
}
