/** What the parts of the designer share: the form as it stands, what is chosen in it, what is found, and how it changes. */
import { getContext, setContext } from "svelte";
import type { Definition, Field, FieldType, Finding, Section } from "../../engines/forms/types";

export interface Designing {
  readonly definition: Definition;
  /** The pointer of what is chosen; "" is the form itself. */
  readonly selected: string;
  readonly findings: Finding[];
  /** What expressions are tried with, by name or by name, row and column. */
  readonly examples: Record<string, string>;
  select(pointer: string): void;
  change(definition: Definition, selected?: string): void;
  /** One value at a pointer; what is typed at one place is one change. */
  set(pointer: string, value: unknown): void;
  move(pointer: string, list: string, index: number): void;
  step(pointer: string, by: 1 | -1): void;
  copy(pointer: string): void;
  remove(pointer: string): void;
  add(type: FieldType | "section", list?: string, index?: number): void;
}

const KEY = Symbol("designing");
export const provideDesigning = (one: Designing): Designing => setContext(KEY, one);
export const designing = (): Designing => getContext<Designing>(KEY);

/** Marks that say what a field is before its name is read. */
export const MARKS: Record<FieldType | "section", string> = {
  text: "¶", number: "#", reading: "⚖", calculation: "=", choice: "☰", yes_no: "◐", date: "▦", time: "◷", person: "☺", scan: "▥", equipment: "⚙", lot: "▤", photo: "▣", file: "▨", table: "⊞", signature: "✎", second_signature: "✐", instruction: "☞", section: "▭",
};
export const GROUPS: { id: string; types: (FieldType | "section")[] }[] = [
  { id: "write", types: ["text", "yes_no", "choice", "date", "time"] },
  { id: "measure", types: ["number", "reading", "calculation"] },
  { id: "choose", types: ["scan", "lot", "equipment", "person"] },
  { id: "prove", types: ["signature", "second_signature", "photo", "file"] },
  { id: "build", types: ["section", "table", "instruction"] },
];

export function isSection(one: Field | Section): one is Section {
  return "fields" in one;
}
