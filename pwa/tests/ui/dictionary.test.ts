/** No word of the dictionaries is asked for in vain or kept for nobody, and no component speaks past them (OPS-06). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "svelte/compiler";
import { describe, expect, it } from "vitest";
import { en } from "../../src/i18n/en";
import { asked } from "./said";

const ROOT = join(import.meta.dirname, "../..");
type Tree = Record<string, unknown>;

function sources(folder: string): { name: string; text: string }[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(svelte|ts)$/.test(name) && !name.startsWith("i18n/"))
    .map((name) => ({ name: `${folder}/${name}`, text: readFileSync(join(ROOT, folder, name), "utf8") }));
}
const SOURCES = [...sources("src"), ...sources("verifier")];
const ALL = SOURCES.map(({ text }) => text).join("\n");

/** Paths to all texts. */
function leaves(tree: Tree, path = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    value !== null && typeof value === "object" && !Array.isArray(value) ? leaves(value as Tree, `${path}${key}.`) : [`${path}${key}`],
  );
}

const ASKED = new Set(SOURCES.flatMap(({ text }) => asked(text)));

describe("the dictionaries", () => {
  it("OPS-06 hold no word that no screen asks for", () => {
    const used = (leaf: string): boolean => leaf.split(".").some((_, i, parts) => ASKED.has(parts.slice(0, i + 1).join(".")));
    expect(leaves(en as unknown as Tree).filter((leaf) => !used(leaf))).toEqual([]);
  });

  it("OPS-06 answer every word that a screen asks for by name", () => {
    const paths = [...ALL.matchAll(/\bt\(\)((?:\.[a-zA-Z]\w*)+)/g)].map((match) => match[1]!.slice(1).split("."));
    expect(paths.length).toBeGreaterThan(500);
    const missing = paths.filter((path) => {
      let at: unknown = en;
      for (const name of path) {
        if (typeof at !== "object" || at === null) return false;
        if (!(name in at)) return true;
        at = (at as Tree)[name];
      }
      return false;
    });
    expect(missing.map((path) => path.join("."))).toEqual([]);
  });
});

/** Attributes that people read or hear. */
const SPOKEN = new Set(["aria-label", "aria-description", "title", "placeholder", "alt", "label", "hint", "sub"]);
/** Signs, digits, units and names of things that are the same in every language. */
const SAME = /^[^\p{L}]*$|^(kg|v|ID|PIN|English|中文)$/u;

interface Node { type: string; name?: string; data?: string; value?: unknown; start?: number; [more: string]: unknown }

function literals(source: string): string[] {
  const found: string[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (node === null || typeof node !== "object") return;
    const here = node as Node;
    if (here.type === "Attribute") {
      if (SPOKEN.has(here.name ?? "") && Array.isArray(here.value)) for (const part of here.value as Node[]) if (part.type === "Text") found.push(`${here.name}="${part.data}"`.trim());
      return;
    }
    if (here.type === "Text") found.push((here.data ?? "").trim());
    // A string among the markup: {ready ? "Ready" : …}; strings in calls and comparisons are codes.
    if (here.type === "ExpressionTag") spoken(here.expression as Node);
    if (here.type === "Script" || here.type === "StyleSheet") return;
    for (const [key, value] of Object.entries(here)) if (key !== "expression" && key !== "parent") walk(value);
  };
  const spoken = (node: Node): void => {
    if (node.type === "Literal" && typeof node.value === "string") found.push(node.value.trim());
    if (node.type === "ConditionalExpression") [node.consequent, node.alternate].forEach((part) => spoken(part as Node));
    if (node.type === "LogicalExpression") spoken(node.right as Node);
    if (node.type === "TemplateLiteral") for (const part of node.quasis as { value: { cooked: string } }[]) found.push(part.value.cooked.trim());
  };
  walk(parse(source, { modern: true }).fragment);
  return found.filter((text) => !SAME.test(text.replace(/^[\w-]+="|"$/g, "")));
}

describe("components", () => {
  it("OPS-06 hide no text that somebody writes into the markup, wherever it stands", () => {
    const source = '<p>Hello</p><b title="There" class="no">{ok ? "Yes" : word}</b>{#if a}<i>· {x} kg</i>{:else}无{/if}<Card hint="So" code="no" />{code === "no" ? `at ${x}` : ""}';
    expect(literals(source)).toEqual(["Hello", 'title="There"', "Yes", "无", 'hint="So"', "at"]);
  });

  const files = SOURCES.filter(({ name }) => name.endsWith(".svelte"));
  it.each(files)("OPS-06 speak from the dictionary alone: $name", ({ text }) => {
    expect(literals(text)).toEqual([]);
  });
});
