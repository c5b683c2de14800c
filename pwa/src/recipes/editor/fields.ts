/** What each part of a recipe says, field by field, as the inspector asks for it; the shapes are server/recipes/master.py. */
import { COUNTS } from "../../production/packaging/printed";
import type { PhaseType } from "./blocks";

/** From which register a code is chosen. */
export type Known = "materials" | "equipment" | "rooms" | "units";
interface Base { name: string; none?: boolean; hint?: string }
export type Field = Base & (
  | { kind: "words" | "text" | "long" | "mono" | "decimal" | "whole" | "truth" | "amount" | "codes" | "after" | "since" | "number" }
  | { kind: "code"; of: Known }
  | { kind: "choice"; of: readonly string[] }
  | { kind: "group"; of: readonly Field[]; empty: Record<string, unknown> }
  | { kind: "rows"; of: readonly Field[] }
);

const words = (name: string): Field => ({ name, kind: "words" });
const text = (name: string, kind: "text" | "long" | "mono" = "text"): Field => ({ name, kind });
const decimal = (name: string, none = true): Field => ({ name, kind: "decimal", none });
const whole = (name: string, none = false): Field => ({ name, kind: "whole", none });
const truth = (name: string): Field => ({ name, kind: "truth" });
const choice = (name: string, of: readonly string[], none = false): Field => ({ name, kind: "choice", of, none });
const codes = (name: string, none = false): Field => ({ name, kind: "codes", none, hint: name });
const rows = (name: string, ...of: Field[]): Field => ({ name, kind: "rows", of });
const code = (name: string, of: Known, none = false): Field => ({ name, kind: "code", of, none });

const ROUNDINGS = ["gbt8170", "half_up"] as const;
const MOMENTS = ["start", "end"] as const;
const UNIT = code("unit", "units");
const RANGED: Field[] = [text("id"), words("name"), UNIT, decimal("target"), decimal("low"), decimal("high"), whole("decimals")];
const WEIGHED: Field[] = [code("material", "materials"), words("material_name"), UNIT];

const TIMES = rows("times", { name: "since", kind: "since" }, choice("from", MOMENTS), choice("to", MOMENTS), whole("min", true), whole("max", true));
export const COMMON: readonly Field[] = [
  { name: "id", kind: "number" }, words("name"), { name: "instruction", kind: "words", hint: "long" },
  code("room", "rooms", true), code("equipment", "equipment", true), codes("candidates"), whole("minutes", true), { name: "after", kind: "after" }, TIMES, codes("needs"),
  rows("sampling", text("id"), words("name"), { name: "amount", kind: "amount", none: true }),
];

export const BY_TYPE: Record<PhaseType, readonly Field[]> = {
  line_clearance: [rows("items", text("id"), words("text"))],
  weighing: [...WEIGHED, decimal("target"), decimal("low"), decimal("high"), whole("decimals")],
  dispensing: [
    choice("second", ["portion", "line"], true),
    rows("lines", text("id"), ...WEIGHED, decimal("target", false), decimal("low", false), decimal("high", false), whole("decimals"), choice("rounding", ROUNDINGS), choice("role", ["plain", "active", "compensator"]),
      { name: "quantity", kind: "mono", none: true, hint: "quantity" }, { name: "potency", kind: "group", none: true, empty: { assay: null, water: null }, of: [{ name: "assay", kind: "text", none: true }, { name: "water", kind: "text", none: true }] }, codes("compensates")),
  ],
  parameters: [rows("parameters", ...RANGED, truth("tally"), { name: "binding", kind: "group", none: true, empty: { signal: "" }, of: [text("signal")] })],
  in_process: [
    whole("rounds"), { name: "schedule", kind: "group", none: true, empty: { every: 30, grace: 5 }, of: [whole("every"), whole("grace")] },
    rows("checks", ...RANGED, whole("samples"), truth("chart")),
  ],
  instruction: [],
  yield: [
    rows("inputs", text("id"), words("name"), UNIT, whole("decimals"), codes("from", true)),
    { name: "expression", kind: "mono", hint: "expression" }, UNIT, whole("decimals"), choice("rounding", ROUNDINGS), decimal("low"), decimal("high"),
  ],
  packaging: [
    rows("printed", text("id"), ...WEIGHED, whole("counted"), decimal("per", false), code("pack_unit", "units"), { name: "sources", kind: "group", empty: {}, of: COUNTS.map((name) => ({ ...codes(name, true), hint: "from" })) },
      whole("decimals"), choice("rounding", ROUNDINGS), decimal("low"), decimal("high"), truth("specimen")),
  ],
};

export const OF_RECIPE: readonly Field[] = [
  { name: "product", kind: "group", empty: {}, of: [text("code"), words("name"), text("strength")] }, { name: "size", kind: "amount" },
];
export const OF_GROUP: readonly Field[] = [text("id"), words("name")];
export const OF_MATERIALS: readonly Field[] = [
  rows("materials", code("material", "materials"), words("name"), choice("kind", ["raw", "packaging", "printed", "intermediate"]), { name: "quantity", kind: "amount", none: true }, decimal("low"), decimal("high"), { name: "per_unit", kind: "amount", none: true }),
  { name: "formula", kind: "group", empty: {}, of: [{ name: "count", kind: "amount", none: true }, { name: "total_per_unit", kind: "amount", none: true }, { name: "total", kind: "amount", none: true }] },
];

/** What stands at the place where a finding stands, in the editor: the part of the recipe that is then chosen. */
export function partOf(path: string): string {
  const found = /^(phases\/\d+|procedure\/\d+\/operations\/\d+|procedure\/\d+)/.exec(path)?.[0];
  return found ?? (/^(materials|formula)/.test(path) ? "materials" : "");
}
