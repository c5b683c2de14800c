/** What is said of entries whose payload has not the shape of its kind: any tablet can write them before the server judges. */
import { describe, expect, it, vi } from "vitest";
import { KIND } from "../../src/production/progress";
import { abnormal, beside, shown } from "../../src/production/shown";

// The words themselves need a page; which language is chosen does not matter here.
vi.mock("../../src/i18n/index.svelte", async () => {
  const { en } = await import("../../src/i18n/en");
  return { t: () => en, tx: (text: unknown) => String(text ?? ""), word: (words: Record<string, string>, code: string) => words[code] ?? code };
});

describe("an entry in words", () => {
  const odd: Record<string, unknown>[] = [{}, { net: null, value: null, values: null, items: null }, { net: 5, value: "x", values: {}, items: "abc", limits: 7 }];

  it.each(Object.values(KIND))("PLT-16 HMI-05 breaks no screen whatever a payload of %s holds", (kind) => {
    for (const payload of odd) {
      expect(typeof shown({ kind, payload })).toBe("string");
      expect(typeof beside({ kind, payload })).toBe("string");
      expect(typeof abnormal({ kind, payload })).toBe("boolean");
    }
  });

  it("PRD-06 is the value with its unit", () => {
    const payload = { net: { value: "12.640", unit: "kg" }, limits: { low: "12.700", high: null } };
    expect([shown({ kind: KIND.weighed, payload }), abnormal({ kind: KIND.weighed, payload })]).toEqual(["12.640 kg", true]);
  });
});
