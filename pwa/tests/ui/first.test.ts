/** The first screen asks only for words that come with it: sign-in, frame, home, and what those fetch later. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { firstEn } from "../../src/i18n/first.en";

const SRC = join(import.meta.dirname, "../../src");

function found(from: string, named: string): string | undefined {
  const base = join(dirname(from), named);
  return named.startsWith(".") ? [base, `${base}.ts`, `${base}.svelte.ts`].find((path) => /\.(ts|svelte)$/.test(path) && existsSync(path)) : undefined;
}

/** Every file that the first screen consists of or may fetch; the other screens and the dictionaries are none of it. */
function reached(file: string, all = new Set<string>()): Set<string> {
  const name = relative(SRC, file);
  if (all.has(file) || name === "ui/screens.ts" || /^i18n\/.*\.(en|zh)\.ts$|^i18n\/(en|zh)\.ts$/.test(name)) return all;
  all.add(file);
  for (const match of readFileSync(file, "utf8").matchAll(/^\s*import (?!type)[^;]*?from "([^"]+)"|^\s*import "([^"]+)"|import\("([^"]+)"\)/gm)) {
    const next = found(file, match[1] ?? match[2] ?? match[3]!);
    if (next) reached(next, all);
  }
  return all;
}

describe("the first screen", () => {
  const files = [...reached(join(SRC, "main.ts"))];
  it("OPS-06 is found with all that belongs to it", () => {
    const names = files.map((file) => relative(SRC, file));
    expect(names).toEqual(expect.arrayContaining(["home/Home.svelte", "session/Gate.svelte", "ui/ProblemCard.svelte", "devices/EnrolForm.svelte", "core/engine.ts"]));
    expect(names.some((name) => name.startsWith("log/Audit"))).toBe(false);
  });

  it.each(files.filter((file) => /\bt\(\)/.test(readFileSync(file, "utf8"))).map((file) => relative(SRC, file)))("OPS-06 has every word that it says: %s", (name) => {
    const asked = [...readFileSync(join(SRC, name), "utf8").matchAll(/\bt\(\)\.(\w+)/g)].map((match) => match[1]!);
    expect(asked.filter((section) => !(section in firstEn))).toEqual([]);
  });
});
