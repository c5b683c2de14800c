/** A draft of a recipe as an order that a tablet holds: nobody has planned it, and its lots and containers are made up. */
import type { Equipment, Lease, LeasedLot, Order, Person, Phase } from "../../core/types";
import type { Choices } from "./editing";
import type { Master } from "./change";

export const LOT = "TRY-1";
export const containerOf = (material: string): string => `TRY-${material}`;
/** Enough of everything, of exactly the content that is on its label. */
const PLENTY = "1000000";
const FULL: Record<string, string> = { assay: "100.0", water: "0.0" };

export function trialOf(content: Master, choices: Choices, person: Person, batch: string, now: Date): Lease {
  const weighed = new Map(content.phases.flatMap((phase) => [...(phase.type === "weighing" ? [{ code: phase.material ?? "", name: phase.material_name ?? phase.name, unit: phase.unit ?? "kg" }] : []), ...(phase.lines ?? []).map((line) => ({ code: line.material, name: line.material_name, unit: line.unit }))]).map((one) => [one.code, one]));
  const lots = [...weighed.values()].map((one): LeasedLot => ({ material: one.code, name: one.name, lot: LOT, status: "released", expiry: null, containers: 1, registered: true, results: resultsOf(content, one.code), unchecked: [] }));
  const order: Order = {
    batch, product: content.product, recipe: content.recipe, version: content.version, recipe_hash: "", size: content.size,
    lots: lots.map(({ material, lot }) => ({ material, lot })), phases: content.phases as Phase[],
  };
  return {
    lease: batch, v: 1, device: "", person: person.id, issued_at: now.toISOString(), expires_at: new Date(now.getTime() + 86_400_000).toISOString(),
    people: [person], equipment: choices.equipment.map(pieceOf), devices: [], document: "", site: { name: { zh: "", en: "" }, server_key: "", vkey: "" },
    batch, order, recipe_hash: "", lots,
    containers: [...weighed.values()].map((one) => ({ container: containerOf(one.code), material: one.code, lot: LOT, quantity: { value: PLENTY, unit: one.unit } })),
  };
}

function pieceOf(one: Choices["equipment"][number]): Equipment {
  return { equipment: one.code, class: one.class, name: one.name, serial: null, model: null, location: one.room, calibration_due: null };
}

function resultsOf(content: Master, material: string): { test: string; value: string; entry: string }[] {
  const tests = content.phases.flatMap((phase) => phase.lines ?? []).filter((line) => line.material === material).flatMap((line) => Object.entries(line.potency ?? {}));
  return tests.flatMap(([name, test]) => (test === null ? [] : [{ test, value: FULL[name] ?? "0", entry: "" }]));
}
