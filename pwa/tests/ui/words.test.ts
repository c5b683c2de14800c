/** Every word exists in both languages, and every code that the screens name has a word. */
import { describe, expect, it } from "vitest";
import { en } from "../../src/i18n/en";
import { zh } from "../../src/i18n/zh";

type Tree = Record<string, unknown>;

function keys(tree: Tree, path = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value) ? keys(value as Tree, `${path}${key}.`) : [`${path}${key}:${Array.isArray(value) ? value.length : typeof value}`],
  );
}

describe("dictionaries", () => {
  it("OPS-06 have the same keys, down to the codes of records", () => {
    expect(keys(zh).sort()).toEqual(keys(en).sort());
  });

  it("HMI-04 say of every gate that is shut what is missing, at home as at the review", () => {
    for (const words of [zh, en]) expect(Object.keys(words.gates).filter((code) => !(code in words.house.why))).toEqual([]);
  });

  it("OPS-06 leave no text empty, except the spaces that Chinese does without", () => {
    const texts = (tree: Tree): string[] => Object.values(tree).flatMap((value) => (typeof value === "string" ? [value] : value !== null && typeof value === "object" ? texts(value as Tree) : []));
    expect(texts(en).filter((text) => text.trim() === "")).toEqual([]);
    expect(texts(zh).filter((text) => text.trim() === "")).toEqual([]);
  });

  it("OPS-06 speak Chinese in Chinese", () => {
    const same = (a: Tree, b: Tree): string[] => Object.keys(a).flatMap((key) => (typeof a[key] === "string" && a[key] === b[key] ? [key] : typeof a[key] === "object" && !Array.isArray(a[key]) && a[key] !== null ? same(a[key] as Tree, b[key] as Tree) : []));
    // What is the same in both: the seal, abbreviations and names of algorithms.
    expect(same(en, zh).sort()).toEqual(["digest", "pin", "qa", "seal"]);
  });
});
