/** The tokens keep their promises in every theme: contrast of text, of edges and of what is next (WCAG 2.2: 1.4.3, 1.4.6, 1.4.11). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const CSS = readFileSync(join(import.meta.dirname, "../../src/ui/tokens.css"), "utf8");
type Tokens = Record<string, string>;

/** The declarations of colours in the block of a selector. */
function block(selector: string): Tokens {
  const at = CSS.indexOf(`\n${selector} {`);
  expect(at, selector).toBeGreaterThan(-1);
  const body = CSS.slice(at, CSS.indexOf("\n}", at));
  return Object.fromEntries([...body.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6})\b/g)].map(([, name, value]) => [name!, value!]));
}

const light = block(":root");
const dark = { ...light, ...block('[data-theme="dark"]') };
const more = { ...light, ...block('[data-contrast="more"]') };
const darkMore = { ...dark, ...more, ...block('[data-theme="dark"][data-contrast="more"]') };

/** Relative luminance of WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

const TEXTS: [string, string[]][] = [
  ["ink", ["ground", "surface", "sunken", "next-soft", "alert-soft", "action-soft"]], ["ink-2", ["ground", "surface", "sunken"]],
  ["next-ink", ["next", "next-press"]], ["next", ["surface", "next-soft"]], ["alert", ["surface", "alert-soft"]],
  ["action", ["surface", "action-soft", "ground"]], ["seal", ["surface"]],
];
const EDGES: [string, string[]][] = [["edge", ["surface", "ground"]], ["next", ["ground", "surface", "sunken"]]];

describe.each([["light", light, 4.5], ["dark", dark, 4.5], ["high contrast", more, 7], ["dark, high contrast", darkMore, 7]] as const)("HMI-02 the %s theme", (_, tokens: Tokens, least) => {
  it.each(TEXTS)("writes in %s readably on every ground it stands on", (text, grounds) => {
    for (const ground of grounds) expect([ground, contrast(tokens[text]!, tokens[ground]!) >= least], `${text} on ${ground}: ${contrast(tokens[text]!, tokens[ground]!).toFixed(2)}`).toEqual([ground, true]);
  });

  it.each(EDGES)("draws %s so that the shape of a control can be seen", (line, grounds) => {
    for (const ground of grounds) expect(contrast(tokens[line]!, tokens[ground]!), `${line} on ${ground}`).toBeGreaterThanOrEqual(3);
  });
});

/** A badge is a card, printed on white in every theme; scanners want its code so on the glass as well. */
const PRINTED = ["people/BadgeSheet.svelte"];

it("HMI-02 both high contrasts change the same colours, and none is written anywhere but here, so that no theme is forgotten", () => {
  expect(Object.keys(block('[data-contrast="more"]')).sort()).toEqual(Object.keys(block('[data-theme="dark"][data-contrast="more"]')).sort());
  const folder = join(import.meta.dirname, "../../src");
  const styles = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.(svelte|css)$/.test(name) && !/(tokens|shell)\.css$/.test(name) && !PRINTED.includes(name));
  const colours = (name: string): string[] => {
    const text = readFileSync(join(folder, name), "utf8");
    const style = name.endsWith(".css") ? text : (/<style>([^]*)<\/style>/.exec(text)?.[1] ?? "");
    return (style.match(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|: *(?:white|black|red|green)\b/gi) ?? []).map((found) => `${name}: ${found}`);
  };
  expect(styles.length).toBeGreaterThan(50);
  expect(styles.flatMap(colours)).toEqual([]);
});
