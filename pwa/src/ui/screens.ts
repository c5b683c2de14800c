/** Which screens there are, by address; only the first screen is in the first script, every other comes when it is opened. */
import type { Component } from "svelte";
import { language } from "../i18n/index.svelte";

type Screen = () => Promise<{ default: Component }>;

// By the first part of the address (home, which has none, is the first screen), or "batch/*/view" for a view of one
// batch. Tests read this table, a line a screen.
const SCREENS: Record<string, Screen> = {
  audit: () => import("../log/Audit.svelte"),
  "audit-review": () => import("../audit/AuditReview.svelte"),
  "audit-reviews": () => import("../audit/AuditReviews.svelte"),
  balances: () => import("../equipment/Balances.svelte"),
  batch: () => import("../batches/Batch.svelte"),
  "batch/*/descent": () => import("../descent/Descent.svelte"),
  "batch/*/questions": () => import("../release/QuestionsOf.svelte"),
  "batch/*/samples": () => import("../quality/SamplesOf.svelte"),
  "batch/*/review": () => import("../release/Review.svelte"),
  "batch/*/run": () => import("../production/Run.svelte"),
  batches: () => import("../batches/Batches.svelte"),
  board: () => import("../batches/Board.svelte"),
  components: () => import("../components/Components.svelte"),
  containers: () => import("../stock/Container.svelte"),
  conflicts: () => import("../conflicts/Conflicts.svelte"),
  counts: () => import("../counts/Counts.svelte"),
  deviation: () => import("../quality/Deviation.svelte"),
  deviations: () => import("../quality/Deviations.svelte"),
  devices: () => import("../devices/Devices.svelte"),
  enrol: () => import("../devices/Enrol.svelte"),
  equipment: () => import("../equipment/Machines.svelte"),
  flows: () => import("../flows/Flows.svelte"),
  forms: () => import("../forms/Forms.svelte"),
  inbox: () => import("../alerts/Inbox.svelte"),
  inspections: () => import("../inspection/Inspections.svelte"),
  instances: () => import("../flows/Instance.svelte"),
  issue: () => import("../issuing/Issuing.svelte"),
  labels: () => import("../labels/Labels.svelte"),
  locations: () => import("../stock/Locations.svelte"),
  lot: () => import("../materials/Lot.svelte"),
  lots: () => import("../materials/Lots.svelte"),
  masters: () => import("../masters/Masters.svelte"),
  "my-work": () => import("../flows/WorkList.svelte"),
  orders: () => import("../orders/Orders.svelte"),
  people: () => import("../people/People.svelte"),
  planning: () => import("../planning/Planning.svelte"),
  purchasing: () => import("../purchasing/Purchasing.svelte"),
  quarantine: () => import("../quarantine/Quarantine.svelte"),
  receive: () => import("../receiving/Receiving.svelte"),
  "recipe-drafts": () => import("../recipes/editor/Drafts.svelte"),
  recipes: () => import("../recipes/Recipes.svelte"),
  records: () => import("../records/Records.svelte"),
  requisitions: () => import("../requisitions/Requisitions.svelte"),
  rooms: () => import("../environment/Rooms.svelte"),
  schedule: () => import("../planning/Schedule.svelte"),
  settings: () => import("../settings/Settings.svelte"),
  specifications: () => import("../specifications/Specifications.svelte"),
  stock: () => import("../stock/Stock.svelte"),
  suppliers: () => import("../suppliers/Suppliers.svelte"),
  training: () => import("../training/Training.svelte"),
  wall: () => import("../wall/Wall.svelte"),
  warehouse: () => import("../warehouse/Warehouse.svelte"),
};
export const HOME = "";
const NOWHERE = "?";

/** The screen's name in the table for an address, in parts. */
export function named(parts: readonly string[]): string {
  const [room = "", , view] = parts;
  const name = room === "batch" && view ? `batch/*/${view}` : room;
  return name === HOME || Object.hasOwn(SCREENS, name) ? name : NOWHERE;
}

/** Its component with the words it says, fetched once; rejects where neither network nor service worker has it. */
export async function open(name: string): Promise<Component> {
  const screen = SCREENS[name] ?? (() => import("./NotFound.svelte"));
  return (await language.with(screen())).default;
}
