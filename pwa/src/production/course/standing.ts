/** What keeps a piece of equipment from being used for a batch, by what the batch took along: as
 * server/equipment/status/model.py asks it again where it is identified. */
import type { Equipment, EquipmentAlarm, LocalEntry, Phase } from "../../core/types";
import { KIND } from "../progress";

export const CLEANED = "production.equipment_cleaned.v1", CLEANING_CHECKED = "production.cleaning_checked.v1";
export const ALARMED = "production.alarm_raised.v1";
/** With one of these a check is none (server/equipment/status/model.py). */
const WORTHLESS: ReadonlySet<string> = new Set(["cleaning_unknown", "verifier_is_performer", "person_not_permitted"]);

export type Doubt = "maintenance" | "out_of_service" | "no_record" | "expired" | "unchecked" | "minor_only" | "in_use" | "to_be_cleaned";

/** What a batch is of, as far as machines are concerned (server/production/model.py: made_of). */
export const madeOf = ({ code, strength }: { code: string; strength: string }): string => `${code} ${strength}`;

const another = (products: string[] | undefined, product: string): boolean => (products ?? []).some((one) => one !== product);

export function doubtOf({ state }: Equipment, batch: string, product: string, now: number): Doubt | null {
  if (!state?.kept) return null;
  const { status, until } = state;
  if (status === "maintenance" || status === "out_of_service") return status;
  if (status === null) return "no_record";
  if (status === "clean") return until !== null && now > Date.parse(until) ? "expired" : state.checked === false ? "unchecked" : another(state.products, product) ? "minor_only" : null;
  return state.batch === batch ? null : status === "in_use" ? "in_use" : "to_be_cleaned";
}

export interface Cleaning { entry: LocalEntry; check: LocalEntry | null }

/** How a piece was cleaned last in this batch since it was last said to be used in it, and who else looked at that. */
export function cleaningOf(equipment: string, entries: readonly LocalEntry[]): Cleaning | null {
  const about = entries.filter(({ kind, payload, place }) => place !== "quarantined" && payload.equipment === equipment && [CLEANED, CLEANING_CHECKED, KIND.identified as string].includes(kind));
  const corrected = new Set(about.map((one) => one.corrects));
  const latest = (kind: string): LocalEntry | undefined => about.filter((one) => one.kind === kind && !corrected.has(one.id)).sort((a, b) => a.capturedAt.localeCompare(b.capturedAt)).at(-1);
  const entry = latest(CLEANED), used = latest(KIND.identified);
  if (!entry || (used && used.capturedAt > entry.capturedAt)) return null;
  return { entry, check: checkOf(entry, about) };
}

function checkOf(entry: LocalEntry, about: readonly LocalEntry[]): LocalEntry | null {
  return about.find((one) => one.kind === CLEANING_CHECKED && one.payload.cleaning === entry.id && one.actor !== entry.actor && !one.flags.some((flag) => WORTHLESS.has(flag))) ?? null;
}

/** Whether a piece was cleaned thoroughly in this batch, and somebody else has looked at that. */
function isThorough(equipment: string, entries: readonly LocalEntry[]): boolean {
  const about = entries.filter(({ payload, place }) => place !== "quarantined" && payload.equipment === equipment);
  const corrected = new Set(about.map((one) => one.corrects));
  return about.some((one) => one.kind === CLEANED && one.payload.kind === "major" && !corrected.has(one.id) && checkOf(one, about) !== null);
}

/** The pieces that a phase was done with. */
export const usedIn = (phase: Phase, entries: readonly LocalEntry[]): string[] => [...new Set(entries.filter((one) => one.kind === KIND.identified && one.payload.phase === phase.id && one.place !== "quarantined").map((one) => String(one.payload.equipment)))];

/** The same as `doubtOf`, with what was cleaned and checked in this batch since it was taken along. A piece that is barred
 * stays so. */
export function doubtNow(piece: Equipment, batch: string, product: string, entries: readonly LocalEntry[], now: number): Doubt | null {
  const doubt = doubtOf(piece, batch, product, now), cleaning = cleaningOf(piece.equipment, entries);
  if (!cleaning || doubt === "maintenance" || doubt === "out_of_service") return doubt;
  if (!cleaning.check) return "unchecked";
  return another(piece.state?.products, product) && !isThorough(piece.equipment, entries) ? "minor_only" : null;
}

/** The alarms that stand, by their piece, as the server told them at `at`. */
export interface AlarmsTold { at: string; standing: Record<string, EquipmentAlarm[]> }

/** The alarms that a piece is in, as far as is known here: those that stood when the server told of them last, else when the
 * batch was taken along at `issued`, and those that were raised in the batch since. */
export function alarmsOf(piece: Equipment, entries: readonly LocalEntry[], issued: string, told: AlarmsTold | null = null): EquipmentAlarm[] {
  const later = told !== null && told.at > issued ? told : null;
  const known = later ? (later.standing[piece.equipment] ?? []) : (piece.state?.alarms ?? []), asOf = later?.at ?? issued;
  const since = entries.filter(({ id, kind, payload, place, recordedAt }) => kind === ALARMED && payload.equipment === piece.equipment && place !== "quarantined" && (recordedAt === null || recordedAt > asOf) && !known.some((one) => one.id === id));
  return [...known, ...since.map(({ id, payload, capturedAt }) => ({ id, what: String(payload.what), severity: String(payload.severity), source: "manual", at: capturedAt }))];
}
