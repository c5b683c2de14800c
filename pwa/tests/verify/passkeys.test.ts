/** People's signatures by passkey: the golden vectors that Python made, judged by the second implementation. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fromUtf8, utf8 } from "../../src/core/bytes";
import type { Signature } from "../../src/core/entry";
import type { Fields } from "../../src/verify/lines";
import { ADDED, Passkeys, WITHDRAWN } from "../../src/verify/passkeys";
import { VECTORS, file } from "./support";

interface Vector { header: string; added: Fields[]; withdrawn: Fields[]; cases: { name: string; signatures: Signature[]; flags: string[] }[] }
const VECTOR = JSON.parse(fromUtf8(file(join(VECTORS, "passkey-v1.json")))) as Vector;

async function known(): Promise<Passkeys> {
  const found = new Passkeys();
  for (const one of VECTOR.added) await found.learn(ADDED, one);
  for (const one of VECTOR.withdrawn) await found.learn(WITHDRAWN, one);
  return found;
}

describe("signatures by passkey (IDN-03)", () => {
  it.each(VECTOR.cases.map((one) => [one.name, one] as const))("IDN-03 PLT-04 %s", async (_, { signatures, flags }) => {
    expect(await (await known()).flags(utf8(VECTOR.header), signatures)).toEqual(flags);
  });

  it("IDN-03 refuses a log that teaches nonsense", async () => {
    const [first] = VECTOR.added;
    for (const [kind, body] of [
      [ADDED, { person: "P-1" }], [ADDED, first!], [ADDED, { ...first, credential: "new", public_key: "!" }],
      [ADDED, { ...first, credential: "new", public_key: "AAAA" }], [WITHDRAWN, { person: "P-1", credential: "unknown" }],
      [WITHDRAWN, { ...first, person: "P-0004" }],
    ] as const) {
      await expect((await known()).learn(kind, body)).rejects.toThrow();
    }
  });
});
