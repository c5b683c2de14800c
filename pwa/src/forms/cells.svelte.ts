/** One signal for each field: a key in one of three hundred fields wakes that field and what is calculated from it. */
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

  /** The cell of a path, as it stands; whoever reads it hears of its changes. */
  of(path: string): Cell {
    const known = this.all.get(path);
    if (known) return known;
    const cell = new Cell();
    this.all.set(path, cell);
    this.fill(path, cell);
    return cell;
  }

  /** What stands now. Signals that hold the same as before wake nobody. */
  update(values: Values, state: State, facts: (path: string) => Facts): void {
    this.values = values;
    this.state = state;
    this.facts = facts;
    for (const [path, cell] of this.all) this.fill(path, cell);
  }

  private fill(path: string, cell: Cell): void {
    cell.value = this.values[path] ?? null;
    cell.at = this.state?.paths[path];
    cell.facts = this.facts(path);
  }
}
