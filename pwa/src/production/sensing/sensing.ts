/** What a machine says now of a parameter that the recipe binds to it; the rules are server/production/sensing/rules.py. */
import type { LocalEntry, Parameter, Phase, Quantity, Sample } from "../../core/types";
import { KIND } from "../progress";

/** A sample is of now for so long: presses write one every ten seconds, and stop with the punches. */
const FRESH_MS = 60_000;

/** `value`: in the unit of the parameter; `state`: whether it may be taken. Null while no machine has said anything. */
export interface Sensed { state: "fresh" | "old" | "unit"; sample: Sample; value: Quantity }

/** The pieces that may speak for a phase: what it is done with, else every one that it may be done with. */
export function speaking(phase: Phase, fit: string[], entries: LocalEntry[]): string[] {
  const about = entries.filter(({ kind, payload, place }) => kind === KIND.identified && payload.phase === phase.id && place !== "quarantined");
  const corrected = new Set(about.map(({ corrects }) => corrects));
  const named = about.filter(({ id }) => !corrected.has(id)).map(({ payload }) => String(payload.equipment));
  const own = named.filter((one) => fit.includes(one));
  return own.length > 0 ? own : fit;
}

/** The last that any of these pieces has said; `now` is by the server's clock. */
export function sensed(parameter: Parameter, pieces: string[], samples: Record<string, Sample>, now: number): Sensed | null {
  const signal = parameter.binding?.signal;
  const heard = pieces.map((one) => samples[one]).filter((one) => one?.values.some(({ name }) => name === signal)) as Sample[];
  const sample = heard.sort((a, b) => Date.parse(b.captured_at) - Date.parse(a.captured_at))[0];
  const figure = sample?.values.find(({ name }) => name === signal);
  if (!sample || !figure) return null;
  const value = { value: figure.value, unit: figure.unit ?? parameter.unit };
  const state = value.unit !== parameter.unit ? "unit" : now - Date.parse(sample.captured_at) > FRESH_MS ? "old" : "fresh";
  return { state, sample, value };
}

/** As an entry names it. */
export function named({ id, device, equipment, serial, model, device_time, raw }: Sample, signal: string): Record<string, string> {
  return { id, device, equipment, serial, model, signal, device_time, raw };
}
