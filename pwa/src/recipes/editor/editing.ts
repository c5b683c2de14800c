/** What the parts of the editor share: the recipe as it stands, what is chosen in it, what is found, and how it changes. */
import { getContext, setContext } from "svelte";
import type { Text2 } from "../../core/types";
import type { Finding } from "../types";
import type { PhaseType } from "./blocks";
import type { Changed, Master, Where } from "./change";

export interface Choices {
  materials: { code: string; name: Text2; unit: string }[];
  equipment: { code: string; name: Text2; class: string; room: string | null }[];
  rooms: string[];
}

export interface Editing {
  readonly content: Master;
  /** The pointer of what is chosen; "" is the recipe itself, "materials" its bill and formula. */
  readonly selected: string;
  readonly findings: Finding[];
  readonly choices: Choices;
  /** The phase that was taken up by hand, to be put elsewhere. */
  readonly held: string | null;
  select(pointer: string): void;
  /** One value at a pointer; what is typed at one place is one change. */
  set(pointer: string, value: unknown): void;
  change(next: Changed): void;
  /** A new phase seen from another, or from what is chosen. */
  add(type: PhaseType, where: Where, other?: string): void;
  remove(pointer: string): void;
  copy(pointer: string): void;
  step(pointer: string, by: 1 | -1): void;
  take(id: string | null): void;
}

const KEY = Symbol("editing");
export const provideEditing = (one: Editing): Editing => setContext(KEY, one);
export const editing = (): Editing => getContext<Editing>(KEY);

/** Marks that say what a phase is before its name is read. */
export const MARKS: Record<PhaseType, string> = { line_clearance: "☑", weighing: "⚖", dispensing: "⚱", parameters: "⚙", in_process: "◔", instruction: "☞", yield: "=", packaging: "▤" };

/** What is found at a place, or below it. */
export function foundAt(findings: Finding[], pointer: string): Finding[] {
  return findings.filter(({ path }) => path === pointer || path.startsWith(`${pointer}/`));
}
