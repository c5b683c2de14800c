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

it("PRD-03: tells what changed in the procedure, the order, the times and the bill of materials", () => {
  const held = { since: "10", from: "end", to: "start", min: null, max: 60 } as const;
  const bill = { material: "api-1", name: words("API"), kind: "raw", quantity: { value: "12.640", unit: "kg" }, low: null, high: null, per_unit: null };
  const unit = (...phases: string[]) => [{ id: "A", name: words("Make"), operations: [{ id: "A1", name: words("Mix"), phases }] }];
  const before: Content = { ...content(1, { ...clean, after: [] }, { ...mix, after: ["10"], times: [held], minutes: 20 }), materials: [bill], procedure: unit("10", "20") };
  const after: Content = { ...content(2, { ...clean, after: [] }, { ...mix, after: [], times: [{ ...held, max: 30 }], minutes: null }), materials: [{ ...bill, quantity: { value: "12.65", unit: "kg" } }], procedure: unit("20", "10") };
  expect(differences(before, after)).toEqual([
    { where: "phases 20 · times end 10 → start · max", what: "changed", before: "60", after: "30" },
    { where: "materials api-1 · quantity", what: "changed", before: "12.640 kg", after: "12.65 kg" },
    { where: "procedure A · operations A1 · phases", what: "changed", before: "10, 20", after: "20, 10" },
    { where: "phases 20 · after", what: "removed", before: "10", after: null },
    { where: "phases 20 · minutes", what: "removed", before: "20", after: null },
  ]);
});
