/** What a recipe is built of: a new phase of each type, and blocks out of recipes in force, with all that they say. */
import type { Text2 } from "../../core/types";
import type { Operation } from "../structure";
import type { BomLine, Content, RecipePhase } from "../types";
import { append, type Changed, freeId, freeName, type Master, operationOf, phaseAt, pointerOf, at } from "./change";

export const TYPES = ["line_clearance", "weighing", "dispensing", "parameters", "in_process", "instruction", "yield"] as const;
export type PhaseType = (typeof TYPES)[number];
const EMPTY: Text2 = { zh: "", en: "" };
const NUMBERS = { unit: "", low: null, high: null, target: null, decimals: 0 };

/** One row of each list that a phase or a recipe has, before anybody has said anything of it. */
export const ROWS: Record<string, (taken: string[]) => Record<string, unknown>> = {
  items: (taken) => ({ id: freeName(taken, "item"), text: EMPTY }),
  parameters: (taken) => ({ id: freeName(taken, "parameter"), name: EMPTY, ...NUMBERS, tally: false }),
  checks: (taken) => ({ id: freeName(taken, "check"), name: EMPTY, ...NUMBERS, samples: 1, chart: false }),
  lines: (taken) => ({ id: freeName(taken, "line"), material: "", material_name: EMPTY, role: "plain", target: "", low: "", high: "", unit: "kg", decimals: 3, rounding: "gbt8170", quantity: null, potency: null, compensates: [] }),
  inputs: (taken) => ({ id: freeName(taken, "value"), name: EMPTY, unit: "kg", decimals: 3, from: null }),
  times: () => ({ since: "", from: "end", to: "start", min: null, max: null }),
  materials: () => ({ material: "", name: EMPTY, kind: "raw", quantity: null, low: null, high: null, per_unit: null }),
};

const OF_TYPE: Record<PhaseType, () => Record<string, unknown>> = {
  line_clearance: () => ({ items: [ROWS["items"]?.([])] }),
  weighing: () => ({ material: "", material_name: EMPTY, ...NUMBERS, unit: "kg", decimals: 3 }),
  dispensing: () => ({ second: null, lines: [ROWS["lines"]?.([])] }),
  parameters: () => ({ parameters: [ROWS["parameters"]?.([])] }),
  in_process: () => ({ rounds: 1, schedule: null, checks: [ROWS["checks"]?.([])] }),
  instruction: () => ({}),
  yield: () => ({ inputs: [ROWS["inputs"]?.([])], expression: "", unit: "%", decimals: 1, rounding: "gbt8170", low: null, high: null }),
};

export function newPhase(content: Master, type: PhaseType, name: Text2): RecipePhase {
  const common = { id: freeId(content), type, name, instruction: EMPTY, room: null, equipment: null, after: [], minutes: null, times: [], candidates: [], needs: [] };
  return { ...common, ...OF_TYPE[type]() } as RecipePhase;
}

/** A recipe that nobody has written anything of. */
export function blank(recipe: string, product: Content["product"]): Master {
  const group = { id: "OP", name: EMPTY, phases: [] };
  return { recipe, version: 1, product, size: { value: "", unit: "" }, formula: { count: null, total_per_unit: null, total: null }, procedure: [{ id: "UP", name: EMPTY, operations: [group] }], phases: [], materials: [] };
}

/** The same phase once more, after the one that it is a copy of. */
export function duplicate(content: Master, pointer: string): Changed {
  const phase = phaseAt(content, pointer);
  return phase ? copyPhases(content, [phase], [], phase.id) : { content, pointer };
}

/** Phases of another recipe after one of this: in their own order among each other, with the materials that they weigh.
 * What came after that one comes after all that they end with. */
export function copyPhases(content: Master, phases: RecipePhase[], bill: BomLine[], after: string | null): Changed {
  const start = after ?? content.phases.at(-1)?.id ?? null;
  const names = new Map<string, string>();
  let made = content;
  for (const phase of phases) {
    const id = freeId(made);
    names.set(phase.id, id);
    const inside = (phase.after ?? []).flatMap((one) => names.get(one) ?? []);
    const copy = { ...within(phase, names), id, after: inside.length > 0 || start === null ? inside : [start] };
    made = append(made, copy, [...names.values()].at(-2) ?? start);
  }
  const fresh = [...names.values()];
  const ends = fresh.filter((id) => !made.phases.some((one) => fresh.includes(one.id) && one.after?.includes(id)));
  const follows = made.phases.map((one) => (start !== null && !fresh.includes(one.id) && one.after?.includes(start) ? { ...one, after: [...new Set(one.after.flatMap((each) => (each === start ? ends : [each])))] } : one));
  return { content: withMaterials({ ...made, phases: follows }, phases, bill), pointer: pointerOf(made, fresh[0] ?? "") };
}

/** An operation of another recipe, as an operation of its own at the end of a unit procedure. */
export function copyOperation(content: Master, from: Master, pointer: string, after: string | null): Changed {
  const operation = at(from, pointer) as Operation<Text2>;
  const phases = operation.phases.flatMap((id) => from.phases.find((one) => one.id === id) ?? []);
  const unit = Number(((after && operationOf(content, after)) ?? "procedure/0").split("/")[1]);
  const taken = content.procedure.flatMap((one) => [one.id, ...one.operations.map((each) => each.id)]);
  const known = new Set(content.phases.map((one) => one.id));
  const copied = copyPhases(content, phases, from.materials, after).content;
  const fresh = copied.phases.filter((one) => !known.has(one.id)).map((one) => one.id);
  const without = copied.procedure.map((one) => ({ ...one, operations: one.operations.map((each) => ({ ...each, phases: each.phases.filter((id) => known.has(id)) })) }));
  const host = without[unit];
  if (!host) return { content: copied, pointer: "" };
  // After the operation of the phase that it comes after.
  const here = after === null ? host.operations.length : Number((operationOf(content, after) ?? `x/x/x/${host.operations.length - 1}`).split("/")[3]) + 1;
  const one = { id: freeName(taken, operation.id), name: operation.name, phases: fresh };
  const next = { ...host, operations: [...host.operations.slice(0, here), one, ...host.operations.slice(here)] };
  const procedure = without.map((each, u) => (u === unit ? next : each));
  const order = procedure.flatMap((each) => each.operations).flatMap((each) => each.phases);
  const sorted = [...copied.phases].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  return { content: { ...copied, procedure, phases: sorted }, pointer: `procedure/${unit}/operations/${here}` };
}

/** What a copied phase says of phases that were copied with it follows them; what it says of others goes: they are not here. */
function within(phase: RecipePhase, names: Map<string, string>): RecipePhase {
  const times = (phase.times ?? []).flatMap((one) => (names.has(one.since) ? [{ ...one, since: names.get(one.since) ?? "" }] : []));
  const slot = (one: string): string[] => {
    const [id = "", ...rest] = one.split("/");
    return names.has(id) ? [[names.get(id), ...rest].join("/")] : [];
  };
  const inputs = phase.inputs?.map((one) => {
    const from = one.from?.flatMap(slot) ?? [];
    return { ...one, from: from.length > 0 ? from : null };
  });
  return { ...phase, times, ...(inputs ? { inputs } : {}) };
}

function withMaterials(content: Master, phases: RecipePhase[], bill: BomLine[]): Master {
  const listed = new Set(content.materials.map((one) => one.material));
  const weighed = phases.flatMap((one) => [one.material, ...(one.lines ?? []).map((line) => line.material)]);
  const lines = bill.filter((one) => weighed.includes(one.material) && !listed.has(one.material));
  return lines.length > 0 ? { ...content, materials: [...content.materials, ...lines] } : content;
}

