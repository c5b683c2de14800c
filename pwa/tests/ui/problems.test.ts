/** No failure of the core is left without words: what happened, what was kept, what to do, in both languages. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { en } from "../../src/i18n/en";
import { zh } from "../../src/i18n/zh";

const CORE = join(import.meta.dirname, "../../src/core");
/** Codes with which the server ends a /sync connection; those of the session have their own words in the state bar. */
const ENDINGS = ["device_revoked", "device_unknown", "signature_wrong", "origin_foreign", "frame_malformed", "frame_too_large", "internal", "password_one_time"];

/** What judges logs and policies: its findings are alarms and results with words of their own, never failures of a deed. */
const JUDGES = ["checkpoint.ts", "merkle.ts", "note.ts", "policy.ts", "signing.ts", "trust.ts"];

function codesOfCore(): string[] {
  const source = readdirSync(CORE).filter((name) => !JUDGES.includes(name)).map((name) => readFileSync(join(CORE, name), "utf8")).join("\n");
  return [...new Set([...source.matchAll(/CoreError\(\s*"([a-z_]+)"/g)].map((match) => match[1]!))].filter((code) => code !== "offline");
}

describe("texts of failures", () => {
  it.each([["en", en], ["zh", zh]] as const)("OPS-06 exist in %s for every code of the core", (_, words) => {
    const codes = codesOfCore();
    expect(codes.length).toBeGreaterThan(10);
    for (const code of [...codes, ...ENDINGS]) {
      const { what, kept, next } = words.problem.core[code] ?? {};
      expect([code, Boolean(what), Boolean(kept), Boolean(next)]).toEqual([code, true, true, true]);
    }
  });
});
