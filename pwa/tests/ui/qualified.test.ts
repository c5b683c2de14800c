/** Who may do a step is known on the tablet, from the lease alone; it asks for what the server asks for. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Lease, Phase } from "../../src/core/types";
import { trainingEn } from "../../src/i18n/training.en";
import { trainingZh } from "../../src/i18n/training.zh";
import { missing, needsOf, stopped } from "../../src/production/qualified";

interface Row { phase: Phase; balance: string | null; needs: string[] }
const rows = JSON.parse(readFileSync(join(import.meta.dirname, "../../../tests/vectors/steps.json"), "utf8")) as Row[];
const NOW = Date.parse("2026-11-25T10:00:00.000Z");

function lease(qualifications: { code: string; until: string | null }[]): Pick<Lease, "requirements" | "people" | "documents"> {
  const person = { id: "P-1", name: "张敏", name_en: "Zhang Min", roles: ["operator"], key: null, qualifications };
  return { people: [person], requirements: { "phase:weighing": ["SOP-1", "Q-1"], "equipment:BAL-07": ["SOP-1", "Q-7"] }, documents: { "SOP-1": { zh: "称量", en: "Weighing" } } };
}

it.each(rows)("IDN-07 names the steps of $needs as the server does", ({ phase, balance, needs }) => {
  expect(needsOf(phase, balance)).toEqual(needs);
});

describe("what somebody lacks", () => {
  const steps = ["phase:weighing", "equipment:BAL-07", "equipment:none"];
  it("IDN-07 is what a step needs and they do not hold now, each once", () => {
    expect(missing(lease([]), "P-1", steps, NOW)).toEqual(["SOP-1", "Q-1", "Q-7"]);
    const held = [{ code: "SOP-1", until: null }, { code: "Q-1", until: "2026-11-25T10:00:00.001Z" }, { code: "Q-7", until: "2026-11-25T10:00:00.000Z" }];
    expect(missing(lease(held), "P-1", steps, NOW)).toEqual(["Q-7"]);
  });

  it("IDN-07 is everything for a person whom the lease does not name", () => {
    expect(missing(lease([]), "P-2", ["phase:weighing"], NOW)).toEqual(["SOP-1", "Q-1"]);
  });

  it("IDN-07 is nothing where nothing is asked, as in a lease from before", () => {
    expect(missing(lease([]), "P-1", ["phase:parameters"], NOW)).toEqual([]);
    expect(missing({ people: [] }, "P-1", steps, NOW)).toEqual([]);
    expect(missing(undefined, "P-1", steps, NOW)).toEqual([]);
  });

  it("IDN-07 is told with names and titles, in both languages", () => {
    const problem = stopped(lease([]), { name: "张敏", name_en: "Zhang Min" }, ["SOP-1", "Q-1"]);
    expect(problem.what?.en).toContain("Zhang Min may not do this yet");
    expect(problem.what?.en).toContain("SOP-1 Weighing, Q-1");
    expect(problem.what?.zh).toContain("SOP-1 称量、Q-1");
  });
});

it("OPS-06 training has every word in both languages", () => {
  const keys = (tree: object): string[] => Object.entries(tree).flatMap(([key, value]) => (typeof value === "object" ? keys(value as object).map((inner) => `${key}.${inner}`) : [`${key}:${typeof value}`])).sort();
  expect(keys(trainingZh)).toEqual(keys(trainingEn));
});

it("OPS-06 training has no word that no screen asks for", () => {
  const source = join(import.meta.dirname, "../../src");
  const files = [...readdirSync(join(source, "training")).map((name) => `training/${name}`), "production/qualified.ts", "production/NotQualified.svelte"];
  const text = files.map((name) => readFileSync(join(source, name), "utf8")).join("\n");
  const used = new Set([...text.matchAll(/(?:tt\(\)|words|trainingEn)\.(\w+)/g)].map(([, word]) => word));
  expect(Object.keys(trainingEn).filter((word) => !used.has(word))).toEqual([]);
});
