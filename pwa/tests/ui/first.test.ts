/** The first screen asks only for words that come with it: sign-in, frame, home, and what those fetch without the others. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { firstEn } from "../../src/i18n/first.en";
import { asked } from "./said";

const SRC = join(import.meta.dirname, "../../src");

type Tree = Record<string, unknown>;

function found(from: string, named: string): string | undefined {
  const base = join(dirname(from), named);
  return named.startsWith(".") ? [base, `${base}.ts`, `${base}.svelte.ts`].find((path) => /\.(ts|svelte)$/.test(path) && existsSync(path)) : undefined;
}

/** Every file that the first screen consists of or may fetch; the other screens, what comes with all words, and the
 *  dictionaries are none of it. */
function reached(file: string, all = new Set<string>()): Set<string> {
  const name = relative(SRC, file);
  if (all.has(file) || name === "ui/screens.ts" || /^i18n\/.*\.(en|zh)\.ts$|^i18n\/(en|zh)\.ts$/.test(name)) return all;
  all.add(file);
  const source = readFileSync(file, "utf8").replaceAll(/language\.with\(import\("[^"]+"\)\)/g, "");
  for (const match of source.matchAll(/^\s*import (?!type)[^;]*?from "([^"]+)"|^\s*import "([^"]+)"|import\("([^"]+)"\)/gm)) {
    const next = found(file, match[1] ?? match[2] ?? match[3]!);
    if (next) reached(next, all);
  }
  return all;
}

/** Whether the first screen's dictionary has the word, or the section in which a code is looked up. */
function comes([section = "", word]: string[]): boolean {
  const here = (firstEn as Record<string, Tree>)[section];
  return here !== undefined && (word === undefined || word in here);
}

describe("the first screen", () => {
  const files = [...reached(join(SRC, "main.ts"))];
  it("OPS-06 is found with all that belongs to it", () => {
    const names = files.map((file) => relative(SRC, file));
    expect(names).toEqual(expect.arrayContaining(["home/Home.svelte", "session/Gate.svelte", "ui/ProblemCard.svelte", "session/PasskeySignIn.svelte", "core/engine.ts"]));
    expect(names.filter((name) => ["devices/EnrolForm.svelte", "ui/LogAlarm.svelte"].includes(name))).toEqual([]);
    expect(names.some((name) => name.startsWith("log/Audit"))).toBe(false);
  });

  it.each(files.filter((file) => /\bt\(\)/.test(readFileSync(file, "utf8"))).map((file) => relative(SRC, file)))("OPS-06 has every word that it says: %s", (name) => {
    const missing = asked(readFileSync(join(SRC, name), "utf8")).filter((path) => !comes(path.split(".")));
    expect(missing).toEqual([]);
  });
});
