/** What a recipe is built of: a new phase of each type, and blocks out of recipes in force, with all that they say. */
import type { Text2 } from "../../core/types";
import { ancestors, type Operation, predecessors } from "../structure";
import type { BomLine, Content, RecipePhase } from "../types";
import { append, at, type Changed, EMPTY, freeId, freeName, type Master, operationOf, phaseAt, pointerOf, sorted, sourcesOf } from "./change";

export const TYPES = ["line_clearance", "weighing", "dispensing", "parameters", "in_process", "instruction", "yield", "packaging"] as const;
export type PhaseType = (typeof TYPES)[number];
const NUMBERS = { unit: "", low: null, high: null, target: null, decimals: 0 };

/** One row of each list that a phase or a recipe has, before anybody has said anything of it. */
export const ROWS: Record<string, (taken: string[]) => Record<string, unknown>> = {
  items: (taken) => ({ id: freeName(taken, "item"), text: EMPTY }),
  parameters: (taken) => ({ id: freeName(taken, "parameter"), name: EMPTY, ...NUMBERS, tally: false }),
  checks: (taken) => ({ id: freeName(taken, "check"), name: EMPTY, ...NUMBERS, samples: 1, chart: false }),
  lines: (taken) => ({ id: freeName(taken, "line"), material: "", material_name: EMPTY, role: "plain", target: "", low: "", high: "", unit: "kg", decimals: 3, rounding: "gbt8170", quantity: null, potency: null, compensates: [] }),
  inputs: (taken) => ({ id: freeName(taken, "value"), name: EMPTY, unit: "kg", decimals: 3, from: null }),
  printed: (taken) => ({ id: freeName(taken, "item"), material: "", material_name: EMPTY, unit: "pcs", counted: 0, per: "1", pack_unit: "pcs", sources: { issued: null, packs: null, destroyed: null, specimens: null, returned: null }, decimals: 2, rounding: "gbt8170", low: null, high: null, specimen: true }),
  sampling: (taken) => ({ id: freeName(taken, "sample"), name: EMPTY, amount: null }),
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
  packaging: () => ({ printed: [ROWS["printed"]?.([])] }),
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

/** The same phase once more, after the one that it is a copy of; what it says of other phases it still says. */
export function duplicate(content: Master, pointer: string): Changed {
  const phase = phaseAt(content, pointer);
  return phase ? copyPhases(content, [phase], [], phase.id, content.phases, new Set(content.phases.map((one) => one.id))) : { content, pointer };
}

/** Phases of another recipe after one of this: in their own order among each other, with the materials that they weigh.
 * What came after that one comes after all that they end with. `among`: all phases of where they come from, since one may
 * come after another by way of one that is not copied; `known`: of these, those that are meant here by the same number. */
export function copyPhases(content: Master, phases: RecipePhase[], bill: BomLine[], after: string | null, among = phases, known: ReadonlySet<string> = new Set()): Changed {
  const start = after ?? content.phases.at(-1)?.id ?? null;
  const first = Number(freeId(content));
  const names = new Map(phases.map((one, index) => [one.id, String(first + 10 * index)]));
  const before = nearest(among, names);
  const named = (id: string): string | null => names.get(id) ?? (known.has(id) ? id : null);
  const fresh = [...names.values()];
  const dropped: string[] = [];
  let made = content;
  for (const [index, phase] of phases.entries()) {
    const id = fresh[index] ?? "";
    const inside = (before.get(phase.id) ?? []).flatMap((one) => names.get(one) ?? []);
    const { copy, gone } = within(phase, named);
    dropped.push(...gone.map((place) => `${id} ← ${place}`));
    made = append(made, { ...copy, id, after: inside.length > 0 || start === null ? inside : [start] }, fresh[index - 1] ?? start);
  }
  const ends = fresh.filter((id) => !made.phases.some((one) => fresh.includes(one.id) && one.after?.includes(id)));
  const follows = made.phases.map((one) => (start !== null && !fresh.includes(one.id) && one.after?.includes(start) ? { ...one, after: [...new Set(one.after.flatMap((each) => (each === start ? ends : [each])))] } : one));
  return { content: withMaterials({ ...made, phases: follows }, phases, bill), pointer: pointerOf(made, fresh[0] ?? ""), dropped };
}

/** Of each phase those of some that it comes after, however far, and that none other of them comes after before it. */
function nearest(among: RecipePhase[], some: ReadonlyMap<string, string>): Map<string, string[]> {
  const above = ancestors(among);
  return new Map([...predecessors(among)].map(([id, direct]) => {
    const reached = [...(above.get(id) ?? [])].filter((one) => one !== id && some.has(one));
    return [id, reached.filter((one) => direct.includes(one) || !reached.some((other) => above.get(other)?.has(one)))];
  }));
}

/** An operation of another recipe, as an operation of its own at the end of a unit procedure. */
export function copyOperation(content: Master, from: Master, pointer: string, after: string | null): Changed {
  const operation = at(from, pointer) as Operation<Text2>;
  const phases = operation.phases.flatMap((id) => from.phases.find((one) => one.id === id) ?? []);
  const unit = Number(((after && operationOf(content, after)) ?? "procedure/0").split("/")[1]);
  const taken = content.procedure.flatMap((one) => [one.id, ...one.operations.map((each) => each.id)]);
  const known = new Set(content.phases.map((one) => one.id));
  const { content: copied, dropped } = copyPhases(content, phases, from.materials, after, from.phases);
  const fresh = copied.phases.filter((one) => !known.has(one.id)).map((one) => one.id);
  const without = copied.procedure.map((one) => ({ ...one, operations: one.operations.map((each) => ({ ...each, phases: each.phases.filter((id) => known.has(id)) })) }));
  const host = without[unit];
  if (!host) return { content: copied, pointer: "", dropped };
  // After the operation of the phase that it comes after.
  const here = after === null ? host.operations.length : Number((operationOf(content, after) ?? `x/x/x/${host.operations.length - 1}`).split("/")[3]) + 1;
  const one = { id: freeName(taken, operation.id), name: operation.name, phases: fresh };
  const next = { ...host, operations: [...host.operations.slice(0, here), one, ...host.operations.slice(here)] };
  const procedure = without.map((each, u) => (u === unit ? next : each));
  return { content: sorted({ ...copied, procedure }), pointer: `procedure/${unit}/operations/${here}`, dropped };
}

/** What a copied phase says of phases that it may name follows them; what it says of others goes, and is told: they are
 * not here. A sum of which one value is gone would be another: it is typed. */
function within(phase: RecipePhase, named: (id: string) => string | null): { copy: RecipePhase; gone: string[] } {
  const gone: string[] = [];
  const times = (phase.times ?? []).flatMap((one) => {
    const since = named(one.since);
    if (since === null) gone.push(one.since);
    return since === null ? [] : [{ ...one, since }];
  });
  const moved = (from: string[]): string[] | null => {
    const slots = from.map((slot) => {
      const [id = "", ...rest] = slot.split("/");
      const here = named(id);
      if (here === null) gone.push(slot);
      return here === null ? null : [here, ...rest].join("/");
    });
    return slots.length > 0 && !slots.includes(null) ? (slots as string[]) : null;
  };
  const inputs = phase.inputs?.map((one) => ({ ...one, from: moved(one.from ?? []) }));
  const printed = phase.printed?.map((one) => ({ ...one, sources: sourcesOf(one, moved) }));
  return { copy: { ...phase, times, ...(inputs ? { inputs } : {}), ...(printed ? { printed } : {}) }, gone };
}

function withMaterials(content: Master, phases: RecipePhase[], bill: BomLine[]): Master {
  const listed = new Set(content.materials.map((one) => one.material));
  const weighed = phases.flatMap((one) => [one.material, ...(one.lines ?? []).map((line) => line.material), ...(one.printed ?? []).map((each) => each.material)]);
  const lines = bill.filter((one) => weighed.includes(one.material) && !listed.has(one.material));
  return lines.length > 0 ? { ...content, materials: [...content.materials, ...lines] } : content;
}
