/** Whether a person may do a step of work, by what the lease says: asked before it is done, without the server. */
import { Problem } from "../api/client";
import type { Lease, Person, Phase, Text2 } from "../core/types";
import { trainingEn } from "../i18n/training.en";
import { trainingZh } from "../i18n/training.zh";

export const SECOND_CHECK = ["action:second_check"];

/** The steps by which the plant may ask for qualifications: kind of phase, class of equipment, room, the balance, and
 * what the recipe names besides.
 * The server names the same; both go through tests/vectors/steps.json. */
export function needsOf(phase: Phase, balance: string | null = null): string[] {
  const pieces = [phase.equipment, phase.room, balance].filter((piece): piece is string => Boolean(piece));
  return [`phase:${phase.type}`, ...pieces.map((piece) => `equipment:${piece}`), ...(phase.needs ?? [])];
}

/** Codes that the person lacks now; a lease from before there were requirements asks for nothing. */
export function missing(lease: Pick<Lease, "requirements" | "people"> | undefined, person: string, steps: string[], now: number): string[] {
  const needed = [...new Set(steps.flatMap((step) => lease?.requirements?.[step] ?? []))];
  if (!needed.length) return [];
  const held = lease?.people.find((one: Person) => one.id === person)?.qualifications ?? [];
  const counts = (code: string): boolean => held.some((one) => one.code === code && (one.until === null || Date.parse(one.until) > now));
  return needed.filter((code) => !counts(code));
}

/** The refusal in words, before anything was signed: who lacks what, and how to go on. */
export function stopped(lease: Pick<Lease, "documents"> | undefined, person: { name: string; name_en: string | null } | null, codes: string[]): Problem {
  const named = (lang: "zh" | "en"): string => codes.map((code) => `${code} ${lease?.documents?.[code]?.[lang] ?? ""}`.trim()).join(lang === "zh" ? "、" : ", ");
  const what: Text2 = {
    zh: `${trainingZh.stopped(person?.name ?? "—")}。${trainingZh.stoppedWhat}${named("zh")}`,
    en: `${trainingEn.stopped(person?.name_en ?? person?.name ?? "—")}. ${trainingEn.stoppedWhat} ${named("en")}`,
  };
  const kept: Text2 = { zh: "未签署任何内容；已输入的内容仍在。", en: "Nothing was signed; what was typed is still there." };
  return new Problem("not_qualified", 0, what, kept, { zh: trainingZh.stoppedNext, en: trainingEn.stoppedNext }, { missing: codes });
}
