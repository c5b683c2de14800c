/** Answers expressions with the app's own engine: bundles it once, then a line of JSON in, a line of JSON out.
 * {types, values, sources} → what each source gives, as tests/expression_cases.py `outcome` says it. {rate: source} with
 * types and values → {run, compile}: how often in a second. */
import { createInterface } from "node:readline";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const folder = mkdtempSync(join(tmpdir(), "pestle-expressions-"));
const built = await rolldown({ input: "src/engines/expressions/index.ts", platform: "node", logLevel: "silent" });
await built.write({ file: join(folder, "expressions.mjs"), format: "esm" });
await built.close();
const { compile, day, Decimal, ExpressionError, ExpressionProblem, instant, parseType, plain } = await import(pathToFileURL(join(folder, "expressions.mjs")).href);
rmSync(folder, { recursive: true });
process.stdout.write("ready\n");

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const types = Object.fromEntries(Object.entries(asked.types).map(([name, one]) => [name, parseType(one)]));
  const values = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, decoded(type, asked.values[name])]));
  const answer = asked.rate ? rates(asked.rate, types, values) : asked.sources.map((source) => outcome(source, types, values));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function outcome(source, types, values) {
  try {
    const program = compile(source, types);
    return { result: plain(program.run(values)), names: [...program.variables].sort() };
  } catch (error) {
    if (error instanceof ExpressionProblem) return { problem: error.code, at: error.at };
    if (error instanceof ExpressionError) return { error: error.code };
    return { broken: String(error) };
  }
}

function decoded(type, value) {
  if (value === null || value === undefined) return null;
  if (type.list) return value.map((one) => decoded(type.list, one));
  if (type.row) return Object.fromEntries(Object.entries(type.row).map(([name, one]) => [name, decoded(one, value[name])]));
  if (type === "decimal") return new Decimal(value);
  if (type === "date") return day(value);
  if (type === "time") return instant(value);
  if (type === "duration") return compile(`duration("${value}")`, {}).run({});
  return value;
}

function rates(source, types, values) {
  const program = compile(source, types);
  return { run: perSecond(() => program.run(values)), compile: perSecond(() => compile(source, types)) };
}

function perSecond(act) {
  let [times, took] = [0, 0];
  const began = performance.now();
  while (took < 1_000) {
    for (let n = 0; n < 100; n += 1) act();
    times += 100;
    took = performance.now() - began;
  }
  return Math.round((times * 1_000) / took);
}
