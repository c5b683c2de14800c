import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encode } from "../../src/core/canonical";

const vectors = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../../tests/vectors", name), "utf8")) as Record<string, unknown>;

describe("the payload of every kind", () => {
  const digests = vectors("kinds-digests.json");
  for (const [kind, payload] of Object.entries(vectors("kinds.json")))
    it(`CMP-05 PLT-02 is spelled here as the server spells it: ${kind}`, () => {
      const bytes = encode(payload as never);
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(digests[kind]);
    });
});
