/** Answers forms with the app's own engine: bundles it once, then a line of JSON in, a line of JSON out.
 * {definition, steps: [values, …]} → {findings, states: [state, …], digests: [{path: digest}, …]}; the steps of one form
 * are evaluated one after the other, as somebody fills it in. */
import { createInterface } from "node:readline";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const folder = mkdtempSync(join(tmpdir(), "pestle-forms-"));
const built = await rolldown({ input: "src/engines/forms/index.ts", platform: "node", logLevel: "silent" });
await built.write({ file: join(folder, "forms.mjs"), format: "esm" });
await built.close();
const { check, evaluate, look, signedDigest } = await import(pathToFileURL(join(folder, "forms.mjs")).href);
rmSync(folder, { recursive: true });
process.stdout.write("ready\n");

for await (const line of createInterface({ input: process.stdin })) {
  const { definition, steps } = JSON.parse(line);
  const findings = check(definition);
  const states = look(definition).length ? [] : steps.map((values) => evaluate(definition, values));
  const digests = states.map((state, at) => Object.fromEntries(signatures(definition, state).map((path) => [path, signedDigest(definition, steps[at], path)])));
  process.stdout.write(`${JSON.stringify({ findings, states, digests })}\n`);
}

function signatures(definition, state) {
  const fields = definition.sections.flatMap((one) => one.fields).flatMap((one) => [one, ...(one.columns ?? [])]);
  const signs = new Set(fields.filter((one) => one.type.endsWith("signature")).map((one) => one.id));
  return Object.keys(state.paths).filter((path) => signs.has(path.split("/").at(-1)));
}
