/** What a designer has done, to be taken back and done again. Keys typed one after the other into one place are one change. */

interface Moment<V> { value: V; selected: string }
const MOST = 200;

export class History<V extends object> {
  private moment = $state.raw<Moment<V>>({ value: {} as V, selected: "" });
  private past = $state.raw<Moment<V>[]>([]);
  private future = $state.raw<Moment<V>[]>([]);
  private saved = $state.raw<V | null>(null);
  private place = "";

  constructor(value: V, saved: boolean) {
    this.moment = { value, selected: "" };
    this.saved = saved ? value : null;
  }

  get value(): V {
    return this.moment.value;
  }

  get selected(): string {
    return this.moment.selected;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Whether the server has it as it is. */
  get clean(): boolean {
    return this.saved === this.moment.value;
  }

  keep(value: V): void {
    this.saved = value;
  }

  select(pointer: string): void {
    this.place = "";
    this.moment = { ...this.moment, selected: pointer };
  }

  /** `place`: where somebody types; the next change at the same place goes into this one. */
  change(value: V, selected = this.selected, place = ""): void {
    if (value === this.value) return;
    if (place === "" || place !== this.place) this.past = [...this.past.slice(-MOST), this.moment];
    this.place = place;
    this.future = [];
    this.moment = { value, selected };
  }

  undo(): void {
    const before = this.past.at(-1);
    if (!before) return;
    this.future = [this.moment, ...this.future];
    this.past = this.past.slice(0, -1);
    this.moment = before;
    this.place = "";
  }

  redo(): void {
    const [next, ...rest] = this.future;
    if (!next) return;
    this.past = [...this.past, this.moment];
    this.future = rest;
    this.moment = next;
    this.place = "";
  }
}
