/** What the fields of a form ask of whoever shows them, and the paths under which their values stand. */
import { getContext, setContext } from "svelte";
import type { Field, FieldState, Limits, Range, Section, Value } from "../engines/forms/types";
import type { StatedZone } from "../core/days";
import type { LiveWeight, Reading } from "../core/types";

/** Where a value came from: `device` is what was read, `entry` the reading in the log. */
export interface Source { type: "typed" | "device" | "scan" | "calculated" | "chosen"; device: string | null; entry: string | null }
export const TYPED: Source = { type: "typed", device: null, entry: null };
export const CHOSEN: Source = { type: "chosen", device: null, entry: null };
export const SCANNED: Source = { type: "scan", device: null, entry: null };
export const CALCULATED: Source = { type: "calculated", device: null, entry: null };

/** What an entry says stands at a path. */
export interface Recorded { entry: string; value: Value; who: string; at: string; comment: string | null; reason: string | null; source: string }

/** What is known of a field besides its value: what was recorded there (several are a conflict), and what others type. */
export interface Facts { recorded: Recorded[]; drafts: { who: string; text: string }[] }
export const NO_FACTS: Facts = { recorded: [], drafts: [] };

export interface Choosable { id: string; name: string }
export interface Machine { equipment: string; class: string; name: { zh: string; en: string }; calibration_due?: string | null }

/** What surrounds the form; whoever only shows one leaves out what it does not have. */
export interface Around {
  people?: Choosable[];
  equipment?: Machine[];
  /** Who has a permission, and the lots of materials, where the form names one: what is not here is not known. */
  permitted?: Record<string, string[]>;
  lots?: Record<string, { lot: string; status: string; expiry: string | null }[]>;
  /** The plant's calendar: by it a lot has ended, or a calibration. */
  zones?: readonly StatedZone[] | undefined;
  live?: Record<string, LiveWeight>;
  readings?: Record<string, Reading>;
  /** Keep bytes until the server has them; their SHA-256 in hex. */
  keep?: (file: File, photo: boolean) => Promise<string>;
}

export interface Filling {
  readonly readonly: boolean;
  readonly around: Around;
  /** The field that has the number pad. */
  active: string | null;
  value(path: string): Value;
  at(path: string): FieldState | undefined;
  facts(path: string): Facts;
  rows(path: string): number;
  /** Whether a row, by its own path, is struck out. */
  struck(row: string): boolean;
  /** What a row that is not wanted comes to: `drop` where nothing of it was recorded, `strike` with a reason where something
   * was; null where neither can be. */
  removal(row: string): Removal;
  remove?: (row: string) => void;
  /** Let a row that was struck out count again. */
  restore?: (row: string) => void;
  /** How it stands there is not recorded yet. */
  set(path: string, value: Value, source: Source): void;
  typing(path: string, text: string): void;
  correct?: (path: string) => void;
  history?: (path: string) => void;
  sign?: (path: string) => void;
}

export type Removal = "drop" | "strike" | null;

const KEY = Symbol("filling");
export const provide = (filling: Filling): Filling => setContext(KEY, filling);
export const filling = (): Filling => getContext<Filling>(KEY);

/** The path of a field: in which repetition of its section, in which row of its table. */
export function pathOf(section: Section, repetition: number, field: string, row?: { table: string; n: number }): string {
  const inner = row ? `${row.table}/${row.n}/${field}` : field;
  return section.repeat ? `${section.id}/${repetition}/${inner}` : inner;
}

/** The field of a path in a form; undefined where it has none. */
export function fieldAt(sections: Section[], path: string): Field | undefined {
  const parts = path.split("/");
  for (const section of sections) {
    const rest = section.repeat ? (parts[0] === section.id ? parts.slice(2) : null) : parts;
    const found = rest && section.fields.find(({ id }) => id === rest[0]);
    if (!found) continue;
    return found.type === "table" ? found.columns.find(({ id }) => id === rest[2]) : rest.length === 1 ? found : undefined;
  }
  return undefined;
}

/** The narrowest limits, which the bar shows. */
export function shownLimits(limits: Limits): Range {
  return limits.alert ?? limits.action ?? limits.specification ?? { low: null, high: null };
}

/** Whether a value says nothing. */
export const isEmpty = (value: Value | undefined): boolean => value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
