import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, day, Decimal, ExpressionError, ExpressionProblem, instant, parseType, plain, type Type, type Types, type Value } from "../../src/engines/expressions";

interface Case { source: string; result?: unknown; names?: string[]; problem?: string; at?: number; error?: string }
const file = JSON.parse(readFileSync(new URL("../../../tests/vectors/expressions.json", import.meta.url), "utf-8")) as { head: { types: Record<string, unknown>; values: Record<string, unknown> }; cases: Case[] };

function decoded(type: Type, value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof type === "object") {
    if ("list" in type) return (value as unknown[]).map((one) => decoded(type.list, one));
    return Object.fromEntries(Object.entries(type.row).map(([name, one]) => [name, decoded(one, (value as Record<string, unknown>)[name])]));
  }
  if (type === "decimal") return new Decimal(value as string);
  if (type === "date") return day(value as string);
  if (type === "time") return instant(value as string);
  if (type === "duration") return compile(`duration("${value as string}")`, {}).run({});
  return value as string | boolean;
}

const types: Types = Object.fromEntries(Object.entries(file.head.types).map(([name, one]) => [name, parseType(one)]));
const values = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, decoded(type, file.head.values[name])]));

/** What an expression gives here, as the file says it. */
function outcome(source: string): Omit<Case, "source"> {
  try {
    const program = compile(source, types);
    return { result: plain(program.run(values)), names: [...program.variables].sort() };
  } catch (error) {
    if (error instanceof ExpressionProblem) return { problem: error.code, at: error.at };
    if (error instanceof ExpressionError) return { error: error.code };
    throw error;
  }
}

describe("PRD-07 ENG-01 expressions are the same on the tablet as on the server", () => {
  it("gives for each of several hundred expressions what the server gives, digit for digit, or the same error", () => {
    expect(file.cases.length).toBeGreaterThan(600);
    const wrong = file.cases.map(({ source, ...said }) => ({ source, said, here: outcome(source) })).filter(({ said, here }) => JSON.stringify(said) !== JSON.stringify(here));
    expect(wrong).toEqual([]);
  });
});
