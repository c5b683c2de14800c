/** A version of a material while it is written: every field a text, and what becomes of that when it is sent. */
import type { Quantity } from "../core/types";
import type { Definition, Line } from "./types";

export interface ConversionDraft { key: number; value: string; unit: string; equals: string; other: string }
export interface Draft { code: string; zh: string; en: string; type: string; unit: string; conversions: ConversionDraft[]; shelf_life: string; retest: string; storage: string; storage_note: string; hazard: string; pharmacopoeia: string }

let keys = 0;
export const fresh = (): ConversionDraft => ({ key: ++keys, value: "1", unit: "", equals: "", other: "" });

const NOTHING = { shelf_life: "", retest: "", storage: "ambient", storage_note: "", hazard: "", pharmacopoeia: "" };

/** From the newest version, from what the register says of an imported material, or from nothing. */
export function drafted(code: string, known: Pick<Line, "name" | "type" | "unit"> | null, from: Definition | null): Draft {
  const said = from ?? known;
  const head = { code, zh: said?.name.zh ?? "", en: said?.name.en ?? "", type: said?.type ?? "raw", unit: said?.unit ?? "kg" };
  if (from === null) return { ...head, ...NOTHING, conversions: [] };
  const conversions = from.conversions.map(({ given, equals }) => ({ key: ++keys, value: given.value, unit: given.unit, equals: equals.value, other: equals.unit }));
  return { ...head, conversions, shelf_life: String(from.shelf_life ?? ""), retest: String(from.retest ?? ""), storage: from.storage, storage_note: from.storage_note ?? "", hazard: from.hazard ?? "", pharmacopoeia: from.pharmacopoeia ?? "" };
}

const text = (value: string): string | null => value.trim() || null;
const months = (value: string): number | null => (/^[1-9][0-9]{0,2}$/.test(value.trim()) ? Number(value) : null);
const quantity = (value: string, unit: string): Quantity => ({ value: value.trim(), unit: unit.trim() });

export function defined(draft: Draft): Definition {
  return {
    name: { zh: draft.zh.trim(), en: draft.en.trim() }, type: draft.type, unit: draft.unit.trim(),
    conversions: draft.conversions.map((one) => ({ given: quantity(one.value, one.unit), equals: quantity(one.equals, one.other) })),
    shelf_life: months(draft.shelf_life), retest: months(draft.retest), storage: draft.storage, storage_note: text(draft.storage_note), hazard: text(draft.hazard), pharmacopoeia: text(draft.pharmacopoeia),
  };
}

const DECIMAL = /^(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$/;

/** Whether everything that is needed is filled in; whether it is right the server says. */
export function complete(draft: Draft): boolean {
  const given = defined(draft);
  const whole = [draft.code.trim(), given.name.zh, given.name.en, given.unit].every((one) => one !== "");
  const counted = [draft.shelf_life, draft.retest].every((one) => one.trim() === "" || months(one) !== null);
  return whole && counted && given.conversions.every(({ given: one, equals }) => [one, equals].every((side) => DECIMAL.test(side.value) && side.unit !== ""));
}

/** Both versions property by property, as texts, where they differ. */
export function differences(before: Definition, after: Definition): { name: keyof Definition; was: string; is: string }[] {
  const names: (keyof Definition)[] = ["name", "type", "unit", "conversions", "shelf_life", "retest", "storage", "storage_note", "hazard", "pharmacopoeia"];
  return names.map((name) => ({ name, was: said(before, name), is: said(after, name) })).filter((one) => one.was !== one.is);
}

export function said(given: Definition, name: keyof Definition): string {
  if (name === "name") return `${given.name.zh} / ${given.name.en}`;
  if (name === "conversions") return given.conversions.map(({ given: one, equals }) => `${one.value} ${one.unit} = ${equals.value} ${equals.unit}`).join("\n");
  const value = given[name];
  return value === null ? "" : String(value);
}
