/** Samples that the floor has asked for, from entries alone: what is open, and what the laboratory has said. */
import type { LocalEntry, Phase } from "../../core/types";
import { language } from "../../i18n/index.svelte";
import { requestsEn } from "../../i18n/requests.en";
import { requestsZh } from "../../i18n/requests.zh";
import { KIND } from "../progress";

/** What the laboratory answers, as the server has written it into the batch's document. */
export const ANSWERED = "quality.request_answered.v1";

export function rq(): typeof requestsEn {
  return language.current === "zh" ? requestsZh : requestsEn;
}

/** `answer` is null while nobody has answered, as far as this device knows. */
export interface Asked { entry: LocalEntry; answer: LocalEntry | null }

/** The samples that the recipe plans in a phase and nobody has asked for, as server/production/asking.py finds them. */
export function unasked(phase: Phase, entries: LocalEntry[]): NonNullable<Phase["sampling"]> {
  const corrected = new Set(entries.map(({ corrects }) => corrects));
  const here = asked(entries).filter(({ entry }) => entry.payload.phase === phase.id && !corrected.has(entry.id));
  return (phase.sampling ?? []).filter(({ id }) => !here.some(({ entry }) => entry.payload.sample === id));
}

export function asked(entries: LocalEntry[]): Asked[] {
  // Only the server says what the laboratory has answered: its signature must fit, and the log must have it.
  const answers = entries.filter((one) => one.kind === ANSWERED && one.device === "server" && one.signature === "right" && one.index !== null);
  return entries
    .filter((one) => one.kind === KIND.requested && one.place !== "quarantined")
    .map((entry) => ({ entry, answer: answers.find((one) => one.payload.request === entry.id) ?? null }));
}
