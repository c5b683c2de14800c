/** Results while they are typed: what each test of a specification asks for, and what becomes of that when it is sent. */
import type { TestResult } from "../api/types";
import type { Test } from "./types";

export interface Given { value: string; text: string; conforms: "" | "yes" | "no" }
export interface Answer { test: string; value: string | null; text: string | null; conforms: boolean | null }

const NUMBER = /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$/;

/** Empty fields, or those of results that are to be corrected, as they were recorded. */
export function begun(tests: readonly Test[], results: readonly TestResult[]): Record<string, Given> {
  return Object.fromEntries(tests.map((test) => [test.code, of(test, results.find((one) => one.test === test.code))]));
}

function of(test: Test, result: TestResult | undefined): Given {
  if (result === undefined) return { value: "", text: "", conforms: "" };
  if (test.kind === "numeric") return { value: result.value.value, text: "", conforms: "" };
  if (test.kind === "choice") return { value: "", text: test.options.find((one) => `${one.zh} / ${one.en}` === result.value.value)?.code ?? "", conforms: "" };
  return { value: "", text: result.value.value, conforms: result.verdict === "pass" ? "yes" : "no" };
}

/** The answers that are whole; a test that was left empty was not tested. */
export function answered(tests: readonly Test[], given: Record<string, Given>): Answer[] {
  return tests.flatMap((test) => {
    const one = given[test.code];
    const answer = one === undefined ? null : answerOf(test, one);
    return answer === null ? [] : [{ test: test.code, ...answer }];
  });
}

function answerOf(test: Test, given: Given): Omit<Answer, "test"> | null {
  const value = given.value.trim(), text = given.text.trim();
  if (test.kind === "numeric") return NUMBER.test(value) ? { value, text: null, conforms: null } : null;
  if (text === "") return null;
  if (test.kind === "choice") return { value: null, text, conforms: null };
  return given.conforms === "" ? null : { value: null, text, conforms: given.conforms === "yes" };
}
