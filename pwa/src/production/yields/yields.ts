/** What a yield is calculated from, whether it still is, and whether the batch may go on after it: the mirror of
 *  server/production/yields/rules.py, held to it by tests/vectors/yields.json. */
import { converted } from "../../core/measures";
import type { LocalEntry, Person, Phase, Quantity, YieldInput } from "../../core/types";
import { compile, Decimal, exact, ExpressionError, ExpressionProblem, rounded, type Types, written } from "../../engines/expressions";
import { ratio, sum, text } from "../../engines/statistics/numbers";
import { ancestors } from "../../recipes/structure";
import { isOut } from "../numbers";
import { planAt, plans } from "../packaging/printed";
import { KIND, slot, type Standing } from "../progress";

/** A value of a slot; `inputs` are the entries that a yield was calculated from, by its inputs. */
export interface Claim { entry: string; slot: string; value: string; unit: string; standing: boolean; inputs: Record<string, string[]> | null }
/** What names the values that it was calculated from. */
const CALCULATED: string[] = [KIND.yielded, KIND.balanced];
type Standings = ReadonlyMap<string, Standing>;

export const covers = (place: string, at: string): boolean => at === place || at.startsWith(`${place}/`);

/** Of every value of a batch, superseded ones too. */
export function claims(standings: Standings): Claim[] {
  return [...standings.values()].flatMap(({ history, claims: here }) => history.flatMap((entry) => {
    const value = valueOf(entry);
    return value ? [{ entry: entry.id, slot: entry.subject, value: value.value, unit: value.unit, standing: here.some(({ id }) => id === entry.id), inputs: inputsOf(entry) }] : [];
  }));
}

function valueOf({ kind, payload }: LocalEntry): Quantity | null {
  if (kind === KIND.weighed || kind === KIND.dispensed) return payload.net as Quantity;
  if (kind === KIND.parameter || kind === KIND.bound) return payload.value as Quantity;
  if (kind === KIND.checked) return { value: payload.mean as string, unit: payload.unit as string };
  return CALCULATED.includes(kind) ? { value: payload.value as string, unit: payload.unit as string } : null;
}

function inputsOf({ kind, payload }: LocalEntry): Record<string, string[]> | null {
  if (!CALCULATED.includes(kind)) return null;
  return Object.fromEntries((payload.inputs as { id: string; entries: string[] }[]).map(({ id, entries }) => [id, entries]));
}

/** The sum in a unit; null where a value is in a unit that does not lead there. */
export function total(all: readonly Pick<Claim, "value" | "unit">[], unit: string): string | null {
  const values = all.map((one) => converted(one, unit)?.value ?? null);
  return values.some((one) => one === null) ? null : text(sum(values.map((one) => ratio(one ?? "0"))));
}

export type Gathered = { entries: string[]; value: string } | { missing: "open" | "conflict" | "unit"; slots: string[] };

/** What an input that is not typed comes to by what stands now. */
export function gather(input: YieldInput, all: readonly Claim[]): Gathered {
  const here = all.filter((one) => one.standing && (input.from ?? []).some((place) => covers(place, one.slot)));
  const open = (input.from ?? []).filter((place) => !here.some((one) => covers(place, one.slot)));
  if (open.length) return { missing: "open", slots: open };
  const twice = here.filter((one, at) => here.findIndex((other) => other.slot === one.slot) !== at).map((one) => one.slot);
  if (twice.length) return { missing: "conflict", slots: twice };
  const value = total(here, input.unit);
  return value === null ? { missing: "unit", slots: here.map((one) => one.slot) } : { entries: here.map((one) => one.entry), value };
}

/** The yield with the decimals of its phase; null where its expression gives none. */
export function calculated(phase: Phase, values: Readonly<Record<string, string>>): string | null {
  try {
    const types: Types = Object.fromEntries((phase.inputs ?? []).map(({ id }) => [id, "decimal"]));
    const found = compile(phase.expression ?? "", types, "decimal").run(Object.fromEntries(Object.entries(values).map(([id, value]) => [id, exact(value)])));
    return Decimal.isDecimal(found) ? written(rounded(found, phase.decimals ?? 0, phase.rounding ?? "half_up"), phase.decimals ?? 0) : null;
  } catch (error) {
    if (error instanceof ExpressionError || error instanceof ExpressionProblem) return null;
    throw error;
  }
}

/** Whether a yield stands, and all that it was calculated from, and was calculated from in turn. */
export function isCurrent(entry: string, phases: readonly Phase[], all: readonly Claim[], above: readonly string[] = []): boolean {
  const one = all.find((claim) => claim.entry === entry);
  if (!one?.standing || above.includes(entry)) return false;
  const phase = planAt(phases.find(({ id }) => id === one.slot.split("/")[0]), one.slot);
  if (!one.inputs || !phase) return true;
  const named = one.inputs;
  return isFresh(phase, named, all) && Object.values(named).flat().every((each) => isCurrent(each, phases, all, [...above, entry]));
}

function isFresh(phase: Phase, named: Record<string, string[]>, all: readonly Claim[]): boolean {
  // What is typed, or no input of the recipe, names none.
  const asked = (phase.inputs ?? []).flatMap(({ id, from }) => from === null ? [] : [{ id, from }]);
  if (Object.entries(named).some(([name, entries]) => entries.length > 0 && !asked.some(({ id }) => id === name))) return false;
  return asked.every(({ id, from }) => {
    const entries = named[id] ?? [], here = all.filter((one) => one.standing && from.some((place) => covers(place, one.slot)));
    const slots = here.filter((one) => entries.includes(one.entry)).map((one) => one.slot);
    const once = slots.length === entries.length && new Set(entries).size === entries.length && new Set(slots).size === slots.length;
    return once && new Set(slots).size === new Set(here.map((one) => one.slot)).size && from.every((place) => slots.some((at) => covers(place, at)));
  });
}

export interface Drawn { phase: Phase; entry: LocalEntry; out: boolean; stale: boolean; explained: LocalEntry | null }

/** The yields and balances that stand in a batch, in the order of its phases. */
export function drawn(phases: readonly Phase[], standings: Standings, entries: readonly LocalEntry[], people: readonly Person[] = []): Drawn[] {
  const yields = phases.flatMap(plans);
  const all = yields.length ? claims(standings) : [];
  return yields.flatMap((phase) => (standings.get(slot.yield(phase))?.claims ?? []).map((entry) => ({
    phase, entry, out: isOut(String(entry.payload.value), { low: phase.low ?? null, high: phase.high ?? null }), stale: !isCurrent(entry.id, phases, all), explained: explanationOf(entry, entries, people),
  })));
}

// With one of these flags it explains nothing (server/production/yields/projection.py); with others it does.
const WORTHLESS: ReadonlySet<string> = new Set(["explanation_unknown", "explanation_unsigned", "person_not_permitted"]);

function explanationOf(entry: LocalEntry, entries: readonly LocalEntry[], people: readonly Person[]): LocalEntry | null {
  const may = (id: unknown): boolean => people.some((one) => one.id === id && explains(one));
  return entries.find(({ kind, payload, place, flags }) => kind === KIND.explained && payload.entry === entry.id && place !== "quarantined" && !flags.some((flag) => WORTHLESS.has(flag)) && may(payload.explained_by)) ?? null;
}

/** Whether somebody may explain a yield that is out of its limits. */
export const explains = ({ explains_in }: Person): boolean => explains_in === null || (explains_in?.length ?? 0) > 0;

/** The yields before a phase that nobody has explained: until then it is not begun. */
export function stopping(phase: Phase, phases: Phase[], yields: readonly Drawn[]): Drawn[] {
  const above = ancestors(phases).get(phase.id);
  return yields.filter((one) => one.out && one.explained === null && above?.has(one.phase.id));
}
