/** A specification while it is written: every field a text, and what becomes of that when it is sent. */
import type { Definition, Finding, Option, Quantity, Sampling, Test, Version } from "./types";

export interface TestDraft { key: number; code: string; zh: string; en: string; method: string; kind: Test["kind"]; unit: string; decimals: string; rounding: "gbt8170" | "half_up"; low: string; high: string; options: Option[] }
export interface SamplingDraft { rule: string; number: string; level: string; aql: string; severity: string; identity: "drawn" | "every"; quantity: string; retained: string; unit: string; instruction: string }
export interface Draft { code: string; material: string; stage: string; zh: string; en: string; effective_from: string; tests: TestDraft[]; sampling: SamplingDraft }

let keys = 0;
/** A key of its own for each test on the screen, so that fields stay with their test when it is moved. */
const key = (): number => ++keys;

export const fresh = (): TestDraft => ({ key: key(), code: "", zh: "", en: "", method: "", kind: "numeric", unit: "%", decimals: "1", rounding: "gbt8170", low: "", high: "", options: [] });

export function drafted(code: string, today: string, from: Version | null): Draft {
  if (from === null) return { code, material: "", stage: "incoming", zh: "", en: "", effective_from: today, tests: [fresh()], sampling: sampled(null) };
  const tests = from.tests.map((one) => ({ key: key(), code: one.code, zh: one.name.zh, en: one.name.en, method: one.method, kind: one.kind, unit: one.unit ?? "", decimals: one.decimals === null ? "" : String(one.decimals), rounding: one.rounding ?? ("gbt8170" as const), low: one.low ?? "", high: one.high ?? "", options: one.options.map((option) => ({ ...option })) }));
  return { code, material: from.material, stage: from.stage, zh: from.name.zh, en: from.name.en, effective_from: today, tests, sampling: sampled(from.sampling) };
}

function sampled(from: Sampling | null): SamplingDraft {
  const given = { rule: from?.rule ?? "sqrt_cn", identity: from?.identity ?? ("drawn" as const), instruction: from?.instruction ?? "" };
  const iso = { level: from?.level ?? "II", aql: from?.aql ?? "0.65", severity: from?.severity ?? "normal" };
  return { ...given, ...iso, number: String(from?.number ?? 3), quantity: from?.quantity?.value ?? "", retained: from?.retained?.value ?? "", unit: from?.quantity?.unit ?? from?.retained?.unit ?? "kg" };
}

/** The plan with what its rule needs and nothing else: the server takes no other. */
function planned(one: SamplingDraft): Sampling {
  const iso = one.rule === "iso2859";
  const amount = (value: string): Quantity | null => (value.trim() === "" ? null : { value: value.trim(), unit: one.unit.trim() });
  const rule = { rule: one.rule, number: one.rule === "fixed" ? Number(one.number) : null, level: iso ? one.level : null, aql: iso ? one.aql : null, severity: iso ? one.severity : null };
  return { ...rule, identity: one.identity, quantity: amount(one.quantity), retained: amount(one.retained), instruction: one.instruction.trim() || null };
}

function tested(one: TestDraft): Test {
  const numeric = one.kind === "numeric";
  const text = (value: string): string | null => (numeric && value.trim() !== "" ? value.trim() : null);
  const options = one.kind === "choice" ? one.options.map((option) => ({ ...option, code: option.code.trim(), zh: option.zh.trim(), en: option.en.trim() })) : [];
  return { code: one.code.trim(), name: { zh: one.zh.trim(), en: one.en.trim() }, method: one.method.trim(), kind: one.kind, unit: text(one.unit), decimals: numeric && /^[0-9]+$/.test(one.decimals) ? Number(one.decimals) : null, rounding: numeric ? one.rounding : null, low: text(one.low), high: text(one.high), options };
}

export function defined(draft: Draft): Definition {
  return { material: draft.material.trim(), stage: draft.stage, name: { zh: draft.zh.trim(), en: draft.en.trim() }, tests: draft.tests.map(tested), sampling: draft.stage === "incoming" ? planned(draft.sampling) : null, effective_from: draft.effective_from };
}

const DECIMAL = /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$/;

/** Whether everything is filled in; whether it is right the server says. */
export function complete(draft: Draft): boolean {
  const given = defined(draft);
  const whole = [draft.code, given.material, given.name.zh, given.name.en, given.effective_from].every((text) => text.trim() !== "");
  return whole && given.tests.length > 0 && given.tests.every(completeTest) && completePlan(given.sampling);
}

function completePlan(one: Sampling | null): boolean {
  const number = one?.rule !== "fixed" || (Number.isInteger(one.number) && one.number !== null && one.number > 0);
  return number && [one?.quantity, one?.retained].every((amount) => !amount || (DECIMAL.test(amount.value) && amount.unit !== ""));
}

function completeTest(one: Test): boolean {
  const limits = [one.low, one.high].every((limit) => limit === null || DECIMAL.test(limit));
  const options = one.options.every((option) => option.code !== "" && option.zh !== "" && option.en !== "");
  const number = one.kind !== "numeric" || (one.unit !== null && one.decimals !== null);
  return [one.code, one.name.zh, one.name.en, one.method].every((text) => text !== "") && limits && options && number;
}

export function moved<T>(list: readonly T[], at: number, by: number): T[] {
  const next = [...list];
  const [one] = next.splice(at, 1);
  if (one !== undefined) next.splice(at + by, 0, one);
  return next;
}

/** Findings of one test; of the whole where `at` is null. */
export function findingsOf(found: readonly Finding[], at: number | null): Finding[] {
  return found.filter((one) => (at === null ? !/^tests\/\d/.test(one.path) : one.path.startsWith(`tests/${at}/`)));
}
