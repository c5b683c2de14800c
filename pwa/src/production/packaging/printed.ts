/** The balance of a printed material as a calculation, and its specimens: the mirror of server/recipes/printed.py, which says
 *  why, and of server/production/packaging/rules.py; tests/vectors/printed.json holds both together. */
import { Decimal } from "decimal.js";
import { converted } from "../../core/measures";
import type { Lease, LocalEntry, Phase, Printed, YieldInput } from "../../core/types";

const Exact = Decimal.clone({ precision: 60 });
export const SPECIMEN = "production.specimen_kept.v1";
export const COUNTS = ["issued", "packs", "destroyed", "specimens", "returned"] as const;
type Count = (typeof COUNTS)[number];
export const NAMES: Record<Count, { zh: string; en: string }> = {
  issued: { zh: "领用", en: "Issued" }, packs: { zh: "合格包装", en: "Good packs" }, destroyed: { zh: "剔除销毁", en: "Rejected, destroyed" },
  specimens: { zh: "留样", en: "Specimens kept" }, returned: { zh: "退库", en: "Returned" },
};

/** What is calculated in a phase, each in the shape of a yield phase; `item` names the printed material. */
export function plans(phase: Phase): Phase[] {
  return phase.type === "yield" ? [phase] : (phase.printed ?? []).map((one) => plan(phase, one));
}

/** The calculation that stands at a slot. */
export const planAt = (phase: Phase | undefined, at: string): Phase | undefined =>
  phase && at.split("/")[0] === phase.id ? plans(phase).find((one) => one.type === phase.type || one.item === at.slice(phase.id.length + 1)) : undefined;

export function plan(phase: Phase, one: Printed): Phase {
  const inputs = COUNTS.map((name) => ({ id: name, name: NAMES[name], unit: name === "packs" ? one.pack_unit : one.unit, decimals: name === "packs" ? 0 : one.counted, from: one.sources[name] }));
  const expression = `(packs * ${one.per} + destroyed + specimens + returned) / issued * 100`;
  return { ...phase, type: "yield", name: one.material_name, item: one.id, inputs, expression, unit: "%", decimals: one.decimals, rounding: one.rounding, low: one.low, high: one.high };
}

/** Whether somebody can have counted this: nothing less than nothing, no part of what is counted whole, and something issued. */
export const countable = (input: YieldInput, text: string): boolean => {
  const count = new Exact(text);
  return !count.isNegative() && !(input.id === "issued" && count.isZero()) && count.decimalPlaces() <= input.decimals;
};

/** {used, difference} of a printed material by its counts, exactly; null where one is missing. */
export function accounted(one: Printed, counts: Readonly<Record<string, string>>): { used: string; difference: string } | null {
  if (!COUNTS.every((name) => counts[name])) return null;
  const of = (name: Count): Decimal => new Exact(counts[name] ?? "0");
  const used = of("packs").times(one.per);
  const difference = used.plus(of("destroyed")).plus(of("specimens")).plus(of("returned")).minus(of("issued"));
  return { used: used.toFixed(), difference: difference.toFixed() };
}

/** How much of a printed material was in the containers that a batch was given, in its unit; empty where there is none, or
 * one is in a unit that does not lead there. */
export function fromStore(lease: Lease | undefined, { material, unit }: Printed): string {
  const held = (lease?.containers ?? []).filter((one) => one.material === material).map((one) => converted(one.quantity, unit, lease?.conversions?.[material]));
  if (held.length === 0 || held.some((one) => one === null)) return "";
  return held.reduce((sum, one) => sum.plus(one?.value ?? "0"), new Exact(0)).toFixed();
}

/** The specimens that were kept of a printed material, and that nothing has corrected. */
export function specimens(phase: Phase, item: string, entries: readonly LocalEntry[]): LocalEntry[] {
  const corrected = new Set(entries.map(({ corrects }) => corrects));
  return entries.filter((one) => one.kind === SPECIMEN && one.place !== "quarantined" && one.payload.phase === phase.id && one.payload.item === item && !corrected.has(one.id));
}

/** The printed materials of which a specimen is asked and none was kept. */
export const unshown = (phase: Phase, entries: readonly LocalEntry[]): Printed[] =>
  (phase.printed ?? []).filter((one) => one.specimen && specimens(phase, one.id, entries).length === 0);
