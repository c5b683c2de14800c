/** The signed bytes must be the same as Python's: RFC 8785's own vectors, and what the profile refuses. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encode, encodeProfile, parse } from "../../src/core/canonical";
import { fromUtf8, utf8 } from "../../src/core/bytes";

const VECTORS = join(import.meta.dirname, "../../../../shared/vectors/jcs");

describe("canonical JSON (PLT-02)", () => {
  const present = existsSync(VECTORS);
  if (!present) console.warn(`SKIPPED: RFC 8785 vectors are not at ${VECTORS}`);
  it.skipIf(!present)("PLT-02 writes the vectors of RFC 8785 byte for byte", () => {
    const names = readdirSync(join(VECTORS, "input"));
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      const value: unknown = JSON.parse(readFileSync(join(VECTORS, "input", name), "utf8"));
      expect(fromUtf8(encode(value)), name).toBe(readFileSync(join(VECTORS, "output", name), "utf8"));
    }
  });

  it("PLT-02 keeps the trailing zeros of quantities, which are strings", () => {
    expect(fromUtf8(encodeProfile({ net: { value: "12.640", unit: "kg" } }))).toBe('{"net":{"unit":"kg","value":"12.640"}}');
  });

  it.each([
    ["a fraction", { a: 1.5 }], ["beyond 2^53", { a: 2 ** 53 }], ["a key that is not ASCII", { 批: 1 }], ["undefined", { a: undefined }],
    ["NaN", { a: NaN }], ["a lone surrogate", { a: "\ud800" }], ["a date", { a: new Date(0) }], ["bytes", { a: new Uint8Array(2) }],
  ])("PLT-02 refuses %s", (_, value) => {
    expect(() => encodeProfile(value)).toThrow(expect.objectContaining({ code: "not_canonical" }));
  });

  it.each(['{"b":1,"a":2}', '{"a": 1}', '{"a":1.0}', '{"a":"\\u0061"}', '{"a":1,"a":1}', "\ufeff{}"])("PLT-02 does not read another spelling: %s", (text) => {
    expect(() => parse(utf8(text))).toThrow(expect.objectContaining({ code: "not_canonical" }));
  });
});
