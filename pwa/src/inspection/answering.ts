/** Results while they are typed: what each test of a specification asks for, and what becomes of that when it is sent. */
import type { TestResult } from "../api/types";
import { plain } from "../core/amount";
import type { Text2 } from "../core/types";
import type { Test } from "../specifications/types";

export interface Reagent { kind: "reagent" | "standard"; name: string; lot: string; expiry: string | null }
/** `expiry` is empty while it is typed. */
export interface GivenReagent { kind: "reagent" | "standard"; name: string; lot: string; expiry: string }
export interface Given { value: string; text: string; conforms: "" | "yes" | "no"; instrument: string; reagents: GivenReagent[] }
export interface Answer { test: string; value: string | null; text: string | null; conforms: boolean | null; instrument: string | null; reagents: Reagent[] }
/** With what a result that stands was found. */
export interface Made { entry: string; test: string; sample: string | null; instrument: string | null; reagents: Reagent[] }
/** A sample of the lot that may be tested. */
export interface Testable { sample: string; purpose: "test" | "identity" }
/** An instrument of the register, with the day until which it is calibrated. */
export interface Instrument { equipment: string; name: Text2; calibration_due: string | null }

const NUMBER = /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$/;

/** Empty fields, or those of results that are to be corrected, as they were recorded, with what they were `made`. */
export function begun(tests: readonly Test[], results: readonly TestResult[], made: readonly Made[] = []): Record<string, Given> {
  return Object.fromEntries(tests.map((test) => {
    const result = results.find((one) => one.test === test.code);
    return [test.code, { ...of(test, result), ...withWhat(made.find((one) => one.entry === result?.entry && one.test === test.code)) }];
  }));
}

/** The sample in which results that are to be corrected were found; empty where none was named. */
export const sampleOf = (results: readonly TestResult[], made: readonly Made[]): string =>
  made.find((one) => one.entry === results[0]?.entry)?.sample ?? "";

function withWhat(made: Made | undefined): Pick<Given, "instrument" | "reagents"> {
  return { instrument: made?.instrument ?? "", reagents: (made?.reagents ?? []).map((one) => ({ ...one, expiry: one.expiry ?? "" })) };
}

function of(test: Test, result: TestResult | undefined): Given {
  const none: Given = { value: "", text: "", conforms: "", instrument: "", reagents: [] };
  if (result === undefined) return none;
  if (test.kind === "numeric") return { ...none, value: result.value.value };
  if (test.kind === "choice") return { ...none, text: test.options.find((one) => `${one.zh} / ${one.en}` === result.value.value)?.code ?? "" };
  return { ...none, text: result.value.value, conforms: result.verdict === "pass" ? "yes" : "no" };
}

/** The answers that are whole; a test that was left empty was not tested. */
export function answered(tests: readonly Test[], given: Record<string, Given>): Answer[] {
  return tests.flatMap((test) => {
    const one = given[test.code];
    const answer = one === undefined ? null : answerOf(test, one);
    return one === undefined || answer === null ? [] : [{ test: test.code, ...answer, ...used(one) }];
  });
}

/** With what it was found; a reagent without name or lot is none. */
function used(given: Given): Pick<Answer, "instrument" | "reagents"> {
  const whole = given.reagents.filter((one) => one.name.trim() !== "" && one.lot.trim() !== "");
  const reagents = whole.map((one) => ({ kind: one.kind, name: one.name.trim(), lot: one.lot.trim(), expiry: one.expiry || null }));
  return { instrument: given.instrument || null, reagents };
}

/** Whether something that is to be used is past the day until which it may be. */
export function unfit(given: Given, instruments: readonly Instrument[], today: string): { instrument: boolean; reagents: boolean } {
  const due = instruments.find((one) => one.equipment === given.instrument)?.calibration_due;
  return { instrument: due != null && due < today, reagents: given.reagents.some((one) => one.expiry !== "" && one.expiry < today) };
}

function answerOf(test: Test, given: Given): Pick<Answer, "value" | "text" | "conforms"> | null {
  const value = plain(given.value), text = given.text.trim();
  if (test.kind === "numeric") return NUMBER.test(value) ? { value, text: null, conforms: null } : null;
  if (text === "") return null;
  if (test.kind === "choice") return { value: null, text, conforms: null };
  return given.conforms === "" ? null : { value: null, text, conforms: given.conforms === "yes" };
}
