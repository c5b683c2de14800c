/** What the server says of recipes and of orders. */
import type { DispensingLine, Person, Printed, Text2 } from "../core/types";
import type { Quantity } from "../ui/format";
import type { TimeLimit, UnitProcedure } from "./structure";

export interface Product { code: string; name: Text2; strength: string }
export interface Ranged { id: string; name: Text2; unit: string; low: string | null; high: string | null; target: string | null; decimals: number; tally?: boolean; binding?: { signal: string } | null; samples?: number; chart?: boolean }
/** `from`: what stands in these places is summed; null: it is typed. */
export interface YieldInput { id: string; name: Text2; unit: string; decimals: number; from: string[] | null }
/** What only phases of the third form say stands from `after` on. */
export interface RecipePhase {
  id: string; type: string; name: Text2; instruction: Text2; room: string | null; equipment: string | null;
  items?: { id: string; text: Text2 }[]; material?: string; material_name?: Text2; unit?: string; low?: string | null; high?: string | null; target?: string | null; decimals?: number;
  lines?: DispensingLine[]; second?: "portion" | "line" | null; parameters?: Ranged[]; rounds?: number; checks?: Ranged[];
  after?: string[]; minutes?: number | null; times?: TimeLimit[]; candidates?: string[]; needs?: string[]; sampling?: { id: string; name: Text2; amount: { value: string; unit: string } | null }[];
  schedule?: { every: number; grace: number } | null; inputs?: YieldInput[]; expression?: string; rounding?: "half_up" | "gbt8170"; printed?: Printed[];
}
/** A line of the bill of materials; recipes of before name no more than the material. */
export interface BomLine { material: string; name: Text2; kind?: string; quantity?: Quantity | null; low?: string | null; high?: string | null; per_unit?: Quantity | null }
export interface Formula { count: Quantity | null; total_per_unit: Quantity | null; total: Quantity | null }
export interface Content { recipe: string; version: number; product: Product; size: Quantity; phases: RecipePhase[]; materials: BomLine[]; formula?: Formula; procedure?: UnitProcedure<Text2>[] }
/** `version`: the one in force; `coming`: those that are approved and whose day has not come, the first first. */
export interface RecipeLine { recipe: string; product: Product; newest: number; state: string; version: number | null; coming: { version: number; effective_from: string }[] }
export interface RecipeVersion {
  recipe: string; version: number; sha256: string; state: string; by: Person | null; at: string | null; comment: string | null;
  decided_by: Person | null; decided_at: string | null; reason: string | null; instance: string | null; effective_from: string | null; superseded_on: string | null;
}
export interface RecipeView { recipe: string; product: Product; versions: RecipeVersion[] }
export interface Finding { code: string; path: string; what: Text2 }
/** `next`: the number that a version of this recipe must have now. */
export interface Checked { findings: Finding[]; sha256: string | null; next: number | null }

/** Where a material or a piece of equipment is used; `how`: weighed, named, candidate, room, class. */
export interface Use { recipe: string; version: number; state: string; product: Product; quantity: Quantity | null; places: { phase: string; name: Text2; how: string; quantity: Quantity | null }[] }

export interface OrderView {
  batch: string; recipe: string; version: number; product: Product | null; size: Quantity; lots: { material: string; lot: string }[]; planned_start: string;
  state: string; by: Person; at: string; decided_by: Person | null; decided_at: string | null; reason: string | null; instance: string | null;
  number: { pattern: string | null; period: string | null; seq: number | null; reason: string | null } | null; materials: { material: string; name: Text2; quantity?: Quantity | null }[];
}
/** What an order needs of an item of its bill: amounts in its unit. */
export interface Needed { item: string; unit: string; needed: string; stock: string; coming: string; proposed: string; late: string }
export interface BatchRule { product: string | null; pattern: string; reason: string | null; set_at: string | null }
export interface OrderPage { items: OrderView[]; total: number; by_flow: boolean }
