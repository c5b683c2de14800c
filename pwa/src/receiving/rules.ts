/** What is wrong with a delivery, as in server/materials/receiving/rules.py, for whoever receives without a connection. */
import { Decimal } from "decimal.js";
import { converted } from "../core/measures";
import type { Quantity } from "../core/types";
import { doubts } from "../warehouse/moving";
import type { Came, Delivery, Material, OpenLine, OpenOrder, Register } from "./types";

/** The materials that are bought: a receipt of these says from whom. */
const BOUGHT = ["raw", "packaging", "printed"];
/** What nobody can go on with, whatever the reason. */
export const BARS: readonly string[] = ["material_unknown", "unit_mismatch"];

/** The flags of a receipt in the order in which the server gives them. */
export function findings(given: Delivery, containers: readonly Came[], register: Register): string[] {
  const material = register.materials.find((one) => one.code === given.material);
  if (!material) return ["material_unknown"];
  const found = isStopped(given, material, register) ? ["supplier_not_approved"] : [];
  found.push(...ofOrder(given, containers, material, register), ...ofDates(given, material, register));
  if (containers.length > 0 && sum(containers, material, material.unit) === null) found.push("unit_mismatch");
  return [...found, ...ofPlaces(containers, material, register)];
}

/** What comes stands in quarantine. */
function ofPlaces(containers: readonly Came[], material: Material, register: Register): string[] {
  const places = register.locations.filter((place) => containers.some((one) => one.location === place.location));
  return [...new Set(places.flatMap((place) => doubts({ status: "quarantine" }, material, place)))];
}

export function isStopped(given: Delivery, material: Material, register: Register): boolean {
  if (register.suppliers.length === 0) return false;
  const named = given.supplier ?? given.supplier_name;
  const supplier = register.suppliers.find((one) => named !== null && [one.supplier, one.name.zh, one.name.en].includes(named));
  const fit = (code: string): boolean => (register.suppliers.find((one) => one.supplier === code)?.qualified_until ?? "") >= register.day;
  const pairs = supplier && fit(supplier.supplier) ? register.supplies.filter((one) => one.material === material.code && one.supplier === supplier.supplier) : [];
  const approved = pairs.some((one) => (given.manufacturer === null || given.manufacturer === one.manufacturer) && fit(one.manufacturer));
  return (named !== null || BOUGHT.includes(material.type)) && !approved;
}

/** The open line that a delivery is for. */
export function lineOf(given: { order: string | null; line: number | null }, register: Register): { order: OpenOrder; line: OpenLine } | null {
  const order = register.orders.find((one) => one.order === given.order);
  const line = order?.lines.find((one) => one.line === given.line);
  return order && line ? { order, line } : null;
}

function ofOrder(given: Delivery, containers: readonly Came[], material: Material, register: Register): string[] {
  if (given.order === null) return [];
  const expected = lineOf(given, register);
  // A line that is no more among the open ones was closed, or never was: only the site can tell.
  if (!expected || expected.line.material !== given.material) return ["order_unknown"];
  const found = given.supplier !== null && given.supplier !== expected.order.supplier ? ["order_supplier_other"] : [];
  const came = sum(containers, material, expected.line.unit);
  const most = new Decimal(expected.line.quantity).times(100 + register.rule.over).div(100);
  if (came !== null && new Decimal(expected.line.received).plus(came).gt(most)) found.push("over_delivered");
  return found;
}

function ofDates(given: Delivery, material: Material, register: Register): string[] {
  if (given.expiry === null) return material.shelf_life === null ? [] : ["expiry_missing"];
  if (given.expiry < register.day) return ["receipt_expired"];
  return material.shelf_life !== null && isShort(register.day, given.expiry, material.shelf_life, register.rule.remaining) ? ["shelf_life_short"] : [];
}

/** What came together, in a unit; null where nothing leads there. */
export function sum(containers: readonly { quantity: Quantity }[], material: Material, unit: string): string | null {
  const parts = containers.map((one) => converted(one.quantity, unit, material.conversions)?.value ?? null);
  if (parts.includes(null)) return null;
  const places = Math.max(0, ...parts.map((one) => one?.split(".")[1]?.length ?? 0));
  return parts.reduce((so_far, one) => so_far.plus(one ?? 0), new Decimal(0)).toFixed(places);
}

const days = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

/** Whether less is left on a day than this percent of a shelf life, in months, that would begin on it. */
export function isShort(day: string, expiry: string, shelfLife: number, remaining: number): boolean {
  return days(day, expiry) * 100 < days(day, monthsAfter(day, shelfLife)) * remaining;
}

/** The same day so many months on, or the last of a month that has none. */
export function monthsAfter(day: string, months: number): string {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const at = year * 12 + month - 1 + months;
  const last = new Date(Date.UTC(Math.floor(at / 12), (at % 12) + 1, 0)).getUTCDate();
  return [String(Math.floor(at / 12)).padStart(4, "0"), String((at % 12) + 1).padStart(2, "0"), String(Math.min(date, last)).padStart(2, "0")].join("-");
}

/** When a lot that came on a day is to be tested again; never after it has expired. */
export function retestOf(day: string, retest: number | null, expiry: string | null): string | null {
  if (retest === null) return null;
  const found = monthsAfter(day, retest);
  return expiry !== null && expiry < found ? expiry : found;
}
