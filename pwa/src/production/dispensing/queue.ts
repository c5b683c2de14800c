/** Labels of dispensed containers that wait to be printed: what this device has dispensed, until it was printed here. */
import type { LocalEntry, Phase } from "../../core/types";
import { KIND, type Standing } from "../progress";

export const printedAt = (phase: string): string => `${phase}/printed`;

/** `ready`: in the log, so that the server can say what stands on them; `later`: still on their way. */
export function waiting(phase: Phase, all: Map<string, Standing>, printed: string[]): { ready: string[]; later: string[] } {
  const claims = [...all].filter(([subject]) => subject.startsWith(`${phase.id}/`)).flatMap(([, { history, claims }]) => (history.some(({ own }) => own) ? claims.slice(0, 1) : []));
  const open = claims.filter((one) => one.kind === KIND.dispensed && !printed.includes(labelOf(one)));
  const logged = (one: LocalEntry): boolean => one.index !== null;
  return { ready: open.filter(logged).map(labelOf), later: open.filter((one) => !logged(one)).map(labelOf) };
}

const labelOf = ({ payload }: LocalEntry): string => String(payload.into);
