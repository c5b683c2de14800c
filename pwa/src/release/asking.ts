/** What the review asks the floor, as the server tells it, and the words of its screens. */
import type { Named, PhaseName } from "../api/types";
import { language } from "../i18n/index.svelte";
import { questionsEn } from "../i18n/questions.en";
import { questionsZh } from "../i18n/questions.zh";

export interface Question { id: string; phase: PhaseName | null; text: string; by: Named; at: string; answer: { by: Named; at: string; text: string } | null }

export function qt(): typeof questionsEn {
  return language.current === "zh" ? questionsZh : questionsEn;
}
