/** One signal for each field: a key in one of three hundred fields wakes that field and what is calculated from it. */
import { untrack } from "svelte";
import type { FieldState, State, Value, Values } from "../engines/forms/types";
import { type Facts, NO_FACTS } from "./filling";

class Cell {
  value = $state.raw<Value>(null);
  at = $state.raw<FieldState | undefined>(undefined);
  facts = $state.raw<Facts>(NO_FACTS);
}

export class Cells {
  private readonly all = new Map<string, Cell>();
  private values: Values = {};
  private state: State | null = null;
  private facts: (path: string) => Facts = () => NO_FACTS;
  /** Svelte lets nobody listen to a signal while he makes it: whoever makes a cell listens to this one, which changes with
   * the next update, and listens to the cell from then on. */
  private made = $state(0);
  private fresh = false;

  /** The cell of a path, as it stands; whoever reads it hears of its changes. */
  of(path: string): Cell {
    const known = this.all.get(path);
    if (known) return known;
    void this.made;
    this.fresh = true;
    const cell = new Cell();
    this.all.set(path, cell);
    this.fill(path, cell);
    return cell;
  }

  /** What stands now. What is the same object as before is not looked at: with each key it is asked of every field. */
  update(values: Values, state: State, facts: (path: string) => Facts): void {
    const before = { values: this.values, state: this.state, facts: this.facts };
    this.values = values;
    this.state = state;
    this.facts = facts;
    for (const [path, cell] of this.all) {
      const [value, at] = [own(values, path), own(state.paths, path)];
      if (value !== own(before.values, path)) cell.value = value ?? null;
      if (at !== own(before.state?.paths ?? {}, path)) cell.at = at;
      if (facts !== before.facts) cell.facts = facts(path);
    }
    if (this.fresh) this.made = untrack(() => this.made) + 1;
    this.fresh = false;
  }

  private fill(path: string, cell: Cell): void {
    cell.value = own(this.values, path) ?? null;
    cell.at = own(this.state?.paths ?? {}, path);
    cell.facts = this.facts(path);
  }
}

/** A field may be called as what every object has. */
function own<T>(of: Record<string, T>, path: string): T | undefined {
  return Object.hasOwn(of, path) ? of[path] : undefined;
}
