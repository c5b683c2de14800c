/** What a designer has done, to be taken back and done again. Keys typed one after the other into one place are one change. */
import type { Definition } from "../../engines/forms/types";

interface Moment { definition: Definition; selected: string }
const MOST = 200;

export class History {
  private moment = $state.raw<Moment>({ definition: {} as Definition, selected: "" });
  private past = $state.raw<Moment[]>([]);
  private future = $state.raw<Moment[]>([]);
  private saved = $state.raw<Definition | null>(null);
  private place = "";

  constructor(definition: Definition, saved: boolean) {
    this.moment = { definition, selected: "" };
    this.saved = saved ? definition : null;
  }

  get definition(): Definition {
    return this.moment.definition;
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
    return this.saved === this.moment.definition;
  }

  keep(definition: Definition): void {
    this.saved = definition;
  }

  select(pointer: string): void {
    this.place = "";
    this.moment = { ...this.moment, selected: pointer };
  }

  /** `place`: where somebody types; the next change at the same place goes into this one. */
  change(definition: Definition, selected = this.selected, place = ""): void {
    if (definition === this.definition) return;
    if (place === "" || place !== this.place) this.past = [...this.past.slice(-MOST), this.moment];
    this.place = place;
    this.future = [];
    this.moment = { definition, selected };
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
