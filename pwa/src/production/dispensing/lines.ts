/** Where the lines of a dispensing phase stand, read from its entries alone: portions, what they come to, what is next. */
import { type Conversion, type Fraction, inUnit, written } from "../../core/measures";
import type { DispensingLine, Lease, Limits, LocalEntry, Phase, Quantity } from "../../core/types";
import { isNumber } from "../numbers";
import { roundSlots, slots, type Standing } from "../progress";
import { type Basis, less, plus, type Stand, standOf, worth, ZERO } from "./sums";

export interface Portion { number: number; subject: string; standing: Standing }
/** `sum`: what the portions count towards the target, of several claims of one the most. `next`: the number of the next. */
export interface LineStanding { line: DispensingLine; portions: Portion[]; sum: Fraction; stand: Stand; next: number }

type Standings = Map<string, Standing>;

export function lineOf(phase: Phase | null | undefined, subject: string): DispensingLine | undefined {
  const [, id, portion] = subject.split("/");
  return portion === undefined ? undefined : phase?.lines?.find((one) => one.id === id);
}

/** What a material says of its own units, as the batch took it along. */
export const unitsOf = (lease: Lease | undefined, material: unknown): readonly Conversion[] => lease?.conversions?.[String(material)] ?? [];

/** What one claim counts towards its line; null where it says nothing that could be counted. */
function worthOf(line: DispensingLine, { payload }: LocalEntry, lease: Lease | undefined): Fraction | null {
  const net = payload.net as Quantity | null | undefined, of = String((payload.limits as Limits | null | undefined)?.target);
  if (!net || !isNumber(String(net.value))) return null;
  return worth(line, net, isNumber(of) && Number(of) > 0 ? of : line.target, unitsOf(lease, payload.material ?? line.material));
}

function portionsOf(phase: Phase, line: DispensingLine, all: Standings): Portion[] {
  const start = `${phase.id}/${line.id}/`;
  return [...all]
    .filter(([subject]) => subject.startsWith(start))
    .map(([subject, standing]) => ({ number: Number(subject.slice(start.length)), subject, standing }))
    .filter(({ number }) => Number.isInteger(number) && number > 0)
    .sort((a, b) => a.number - b.number);
}

/** Of several claims of one place, the most. */
function most(values: (Fraction | null)[]): Fraction {
  return values.reduce<Fraction>((one, other) => (other !== null && less(one, other) ? other : one), ZERO);
}

export function standingOf(phase: Phase, line: DispensingLine, all: Standings, lease: Lease | undefined, without = ""): LineStanding {
  const portions = portionsOf(phase, line, all);
  const counted = portions.filter(({ subject }) => subject !== without);
  const sum = counted.map(({ standing }) => most(standing.claims.map((claim) => worthOf(line, claim, lease)))).reduce(plus, ZERO);
  return { line, portions, sum, stand: standOf(line, sum), next: Math.max(0, ...portions.map(({ number }) => number)) + 1 };
}

export const standingsOf = (phase: Phase, all: Standings, lease: Lease | undefined): LineStanding[] => (phase.lines ?? []).map((line) => standingOf(phase, line, all, lease));

/** Whether nothing is left to do: other phases have a value in each slot, dispensing has enough of each line. */
export function isFilled(phase: Phase, all: Standings, lease: Lease | undefined): boolean {
  if (phase.type === "dispensing") return standingsOf(phase, all, lease).every(({ stand }) => stand !== "open");
  // Checks on a schedule go on until somebody ends the phase, or there are no more of them.
  const slots = phase.schedule ? roundSlots(phase, phase.rounds ?? 0) : filledSlots(phase, all);
  return slots.every((subject) => all.has(subject));
}

/** The slots of a phase that are shown: of dispensing those in which something stands. */
export function filledSlots(phase: Phase, all: Standings): string[] {
  if (phase.type !== "dispensing") return slots(phase);
  return (phase.lines ?? []).flatMap((line) => portionsOf(phase, line, all).map(({ subject }) => subject));
}

/** Lines that must be done before this one: it makes up for what they came to. */
export function waitsFor(phase: Phase, line: DispensingLine, all: Standings, lease: Lease | undefined): DispensingLine[] {
  const before = (phase.lines ?? []).filter((one) => line.compensates.includes(one.id));
  return before.filter((one) => standingOf(phase, one, all, lease).stand === "open");
}

/** What the expression of a line is over, for one of its lots: its results as the lease has them, or what the lines came to
 * that it makes up for. */
export function basisOf(phase: Phase, line: DispensingLine, lot: string, all: Standings, lease: Lease | undefined): Basis {
  if (line.role === "compensator") return sumsOf(phase, line, all, lease);
  const found = potencyOf(line, lot, lease);
  return { assay: found.assay?.value ?? null, water: found.water?.value ?? null };
}

type Result = { value: string; entry: string } | null;
/** The results of a lot that its line counts with, and the entries that have found them. */
export function potencyOf(line: DispensingLine, lot: string, lease: Lease | undefined): { assay: Result; water: Result } {
  const results = lease?.lots.find((one) => one.material === line.material && one.lot === lot)?.results ?? [];
  const of = (test: string | null | undefined): Result => {
    const found = test ? results.find((one) => one.test === test) : undefined;
    return found ? { value: found.value, entry: found.entry } : null;
  };
  return { assay: of(line.potency?.assay), water: of(line.potency?.water) };
}

/** Which results of a lot that its line counts with have a later one that nobody has checked yet. */
export function uncheckedOf(line: DispensingLine, lot: string, lease: Lease | undefined): ("assay" | "water")[] {
  const waits = lease?.lots.find((one) => one.material === line.material && one.lot === lot)?.unchecked ?? [];
  return (["assay", "water"] as const).filter((one) => waits.includes(line.potency?.[one] ?? ""));
}

/** As `basis` in sums.py: null where a sum is no decimal in the unit of the line, or something in it leads nowhere. */
function sumsOf(phase: Phase, line: DispensingLine, all: Standings, lease: Lease | undefined): { nominal: string | null; dispensed: string | null } {
  const actives = (phase.lines ?? []).filter((one) => line.compensates.includes(one.id));
  const nominal = actives.map((one) => inUnit({ value: one.target, unit: one.unit }, line.unit, unitsOf(lease, one.material)));
  const nets = actives.flatMap((one) => portionsOf(phase, one, all).map(({ standing }) => standing.claims.map((claim) => netOf(claim, one, line.unit, lease))));
  // Of several claims of one place, the most.
  const dispensed = nets.filter((claims) => claims.length > 0).map((claims) => claims.reduce((most, net) => (most === null || net === null || less(most, net) ? net : most)));
  return { nominal: whole(nominal), dispensed: whole(dispensed) };
}

const whole = (parts: (Fraction | null)[]): string | null => (parts.includes(null) ? null : written((parts as Fraction[]).reduce(plus, ZERO)));

function netOf({ payload }: LocalEntry, line: DispensingLine, unit: string, lease: Lease | undefined): Fraction | null {
  const net = payload.net as Quantity | null | undefined;
  return net && isNumber(String(net.value)) ? inUnit(net, unit, unitsOf(lease, payload.material ?? line.material)) : null;
}
