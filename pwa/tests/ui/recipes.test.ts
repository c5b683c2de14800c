import { expect, it } from "vitest";
import { differences } from "../../src/recipes/difference";
import type { Content } from "../../src/recipes/types";

const words = (en: string) => ({ zh: `中${en}`, en });
const limits = { unit: "rpm", low: "8", high: "12", target: "10", decimals: 0 };
const phase = { instruction: words("Do it"), room: "2-114", equipment: null };
function content(version: number, ...phases: Content["phases"]): Content {
  return { recipe: "MR", version, product: { code: "P", name: words("Tablets"), strength: "5 mg" }, size: { value: "100", unit: "kg" }, phases, materials: [] };
}
const clean = { ...phase, id: "10", type: "line_clearance", name: words("Clear"), items: [{ id: "a", text: words("Clean") }] };
const mix = { ...phase, id: "20", type: "parameters", name: words("Mix"), parameters: [{ id: "speed", name: words("Speed"), ...limits }] };

it("PRD-03: names what changed between two versions by phase and parameter, whatever their place", () => {
  expect(differences(content(1, clean, mix), content(2, clean, mix))).toEqual([]);
  const faster = { ...mix, parameters: [{ id: "speed", name: words("Speed"), ...limits, high: "14", low: null }] };
  expect(differences(content(1, clean, mix), content(2, clean, faster))).toEqual([
    { where: "phases 20 · parameters speed · high", what: "changed", before: "12", after: "14" },
    { where: "phases 20 · parameters speed · low", what: "removed", before: "8", after: null },
  ]);
});

it("PRD-03: tells phases that came, went or changed their order", () => {
  const [gone] = differences(content(1, clean, mix), content(2, mix));
  expect(gone).toEqual({ where: "phases", what: "changed", before: "10, 20", after: "20" });
  expect(differences(content(1, clean, mix), content(2, mix, clean))).toEqual([{ where: "phases", what: "changed", before: "10, 20", after: "20, 10" }]);
  const came = differences(content(1, clean), content(2, clean, mix)).find((one) => one.where === "phases 20 · name");
  expect(came).toEqual({ where: "phases 20 · name", what: "added", before: null, after: "中Mix / Mix" });
});

it("PRD-03: a size is compared with its unit", () => {
  const other: Content = { ...content(2, clean), size: { value: "100", unit: "g" } };
  expect(differences(content(1, clean), other)).toEqual([{ where: "size", what: "changed", before: "100 kg", after: "100 g" }]);
});
