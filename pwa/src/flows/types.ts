/** What the server says of flows, of their instances and of the work that waits in them. */
import type { Person, Text2 } from "../core/types";

export interface FlowLine { flow: string; title: Text2; version: number | null; open: number; stuck: number; draft: { by: Person; at: string } | null }
export interface FlowVersion { version: number; sha256: string; state: string; by: Person; at: string | null; comment: string | null; decided: { by: Person; at: string; reason: string | null } | null }
/** `enabled`: whether the product starts it by itself; null where it knows nothing of it. */
export interface FlowView { flow: string; title: Text2; versions: FlowVersion[]; enabled: boolean | null; draft: { revision: number; xml: string; by: Person; at: string } | null }
export interface Finding { code: string; element: string | null; what: Text2 }
/** `meaning` of the signature where it is another than the task's; a walk says none. */
export interface Outcome { code: string; zh: string; en: string; meaning?: string | null }
export interface Asked { name: string; type: string; zh: string; en: string; required: boolean }
export interface Walk {
  tasks: { id: string; node: string; name: Text2; roles: string[]; outcomes: Outcome[]; sets: Asked[] }[];
  timers: { id: string; node: string }[]; visited: Record<string, number>; ended: string | null; variables: Record<string, unknown>;
}
/** A value of a variable as an entry says it. */
export interface Given { variable: string; value: string[] }
export type WalkStep = { complete: string; outcome: string | null; values: Given[] } | { fire: string };
export interface Change { code: string; element: string | null; what: Text2 }
export interface Converted { xml: string | null; changes: Change[]; refused: Change[] }

export interface WorkLine { instance: string; task: string; flow: string; title: Text2; name: Text2; subject: string; due_at: string | null; overdue: boolean; claimed_by: Person | null; since: string;
  /** Whoever has it cannot do it any more: who manages flows gives it to another. */
  stranded: boolean }
export interface WorkPage { items: WorkLine[]; total: number }
export interface TaskView {
  id: string; node: string; name: Text2; roles: string[]; person: Person | null; due_at: string | null; overdue: boolean; outcomes: Outcome[]; sets: Asked[]; form: string | null; meaning: string | null; claimed_by: Person | null;
  /** The form that is filled in for it, and what the task takes from it. */
  record: { record: string; complete: boolean; values: Given[] } | null;
  /** Whether the person who looks may complete it, and why not. */
  mine: boolean; why: Text2 | null;
}
/** One thing that happened, by the entry that says so. */
export interface Happened {
  index: number; place: number; node: string | null; name: Text2 | null; event: string; by: Person | null; at: string; outcome: Text2 | null; comment: string | null; attachments: Attachment[];
  /** What a room of the product noted, in both languages. */
  noted: Text2 | null;
}
/** A file of a comment: kept by its digest, to download. */
export interface Attachment { sha256: string; name: string; size: number; type: string }
export interface InstanceView {
  instance: string; flow: string; version: number; sha256: string; xml: string; title: Text2; subject: string; started: { by: Person; at: string }; ended: { result: string | null; at: string } | null; stuck: string | null;
  variables: { name: string; zh: string; en: string; value: unknown }[]; live: string[]; history: Happened[]; tasks: TaskView[]; newest: number | null;
  /** The newest entry that this shows: what whoever signs says that they have seen. */
  seen: number;
}
