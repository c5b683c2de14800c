/** Labels of dispensed containers that wait to be printed: what this device has dispensed, until it was printed here. */
import type { LocalEntry, Phase } from "../../core/types";
import { RESTED } from "../containers";
import { KIND, type Standing } from "../progress";

export const printedAt = (phase: string): string => `${phase}/printed`;

/** `ready`: in the log, so that the server can say what stands on them; `later`: still on their way. */
export function waiting(phase: Phase, all: Map<string, Standing>, printed: string[]): { ready: string[]; later: string[] } {
  const claims = [...all].filter(([subject]) => subject.startsWith(`${phase.id}/`)).flatMap(([, { history, claims }]) => (history.some(({ own }) => own) ? claims.slice(0, 1) : []));
  const open = claims.filter((one) => one.kind === KIND.dispensed && !printed.includes(labelOf(one)));
  const logged = (one: LocalEntry): boolean => one.index !== null;
  return { ready: open.filter(logged).map(labelOf), later: open.filter((one) => !logged(one)).map(labelOf) };
}

/** A container of which what is left was weighed here; its label says what it held before. */
export interface Relabel { entry: string; container: string }

export function restLabels(phase: Phase, entries: LocalEntry[], printed: string[]): { ready: Relabel[]; later: Relabel[] } {
  const newest = new Map<string, LocalEntry>();
  for (const one of entries) {
    if (one.kind !== RESTED || !one.own || one.payload.phase !== phase.id || one.place === "quarantined") continue;
    const container = String(one.payload.container), before = newest.get(container);
    if (!before || before.capturedAt < one.capturedAt) newest.set(container, one);
  }
  const open = [...newest].filter(([, one]) => !printed.includes(one.id));
  const of = (logged: boolean): Relabel[] => open.filter(([, one]) => (one.index !== null) === logged).map(([container, one]) => ({ entry: one.id, container }));
  return { ready: of(true), later: of(false) };
}

const labelOf = ({ payload }: LocalEntry): string => String(payload.into);
