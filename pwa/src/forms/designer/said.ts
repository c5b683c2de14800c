/** What a field of a form says, in words: for who compares two versions, and for who is to approve one. */
import type { Property } from "../../engines/forms/difference";
import type { Field, Range, Words } from "../../engines/forms/types";
import { tx, word } from "../../i18n/index.svelte";
import { dt } from "./words";

/** `limits/alert/low` as a person reads it. */
export function propertyName(name: string): string {
  const names: Record<string, string> = {
    label: dt().label, title: dt().sectionTitle, hint: dt().helpText, required: dt().required, when: dt().when, checks: dt().checks, max_length: dt().maxLength, multiline: dt().multiline, unit: dt().unit, decimals: dt().decimals, rounding: dt().rounding, limits: dt().limits,
    device_class: dt().deviceClass, options: dt().options, several: dt().several, permission: dt().permission, of: dt().secondOf, class: dt().equipmentClass, material: dt().material, most: dt().most, rows: dt().rows, min: dt().least, max: dt().atMost, expression: dt().expression, meaning: dt().meaning, text: dt().instructionText,
    picture: dt().picture, repeat: dt().repeat, place: dt().place, type: dt().type, zh: dt().zh, en: dt().en, low: dt().low, high: dt().high, ...dt().levels,
  };
  return name.split("/").map((part) => names[part] ?? part).join(" · ");
}

/** A value of a property; lists of options and checks one below the other. */
export function propertyValue({ name }: Property, value: unknown): string {
  if (value === null || value === undefined || value === "") return dt().nothing;
  if (typeof value === "boolean") return value ? dt().yes : dt().no;
  if (name === "type") return word(dt().types, String(value));
  if (name === "rounding") return word(dt().roundings, String(value));
  if (Array.isArray(value)) return value.map(listed).join("\n") || dt().nothing;
  return typeof value === "object" ? Object.entries(value).map(([key, one]) => `${propertyName(key)} ${String(one ?? "…")}`).join(", ") : String(value);
}

function listed(one: unknown): string {
  const given = one as { code?: string; label?: Words; expression?: string; message?: Words };
  if (given.code !== undefined) return `${given.code} ${tx(given.label)}`;
  return given.expression === undefined ? JSON.stringify(one) : `${given.expression} → ${tx(given.message)}`;
}

export function rangeText({ low, high }: Range): string {
  if (low === null) return `≤ ${high ?? "…"}`;
  return high === null ? `≥ ${low}` : `${low} – ${high}`;
}

/** Every rule that a field follows, one a line. */
export function rules(field: Field): { name: string; text: string; code: boolean }[] {
  const found: { name: string; text: string; code: boolean }[] = [];
  const add = (name: string, text: string, code = false): void => void found.push({ name, text, code });
  if (field.required) add(dt().required, dt().yes);
  if (field.when !== null) add(dt().when, field.when, true);
  if (field.type === "calculation") add(dt().expression, field.expression, true);
  if ("decimals" in field) {
    add(dt().unit, `${field.unit || dt().nothing} · ${dt().decimals} ${field.decimals} · ${word(dt().roundings, field.rounding)}`);
    for (const level of ["alert", "action", "specification"] as const) {
      const range = field.limits[level];
      if (range) add(word(dt().levels, level), rangeText(range));
    }
  }
  if (field.type === "text") add(dt().maxLength, String(field.max_length));
  if (field.type === "choice") add(field.several ? dt().several : dt().options, field.options.map((one) => `${one.code} ${tx(one.label)}`).join(", "));
  if (field.type === "reading") add(dt().deviceClass, field.device_class);
  if (field.type === "person" && field.permission) add(dt().permission, field.permission, true);
  if (field.type === "equipment" && field.class) add(dt().equipmentClass, field.class);
  if (field.type === "lot" && field.material) add(dt().material, field.material);
  if (field.type === "scan") add(dt().scanOf, word(dt().scans, field.of));
  if (field.type === "table") add(dt().rows, `${field.rows.min}–${field.rows.max}`);
  if (field.type === "photo" || field.type === "file") add(dt().most, String(field.most));
  if (field.type === "signature" || field.type === "second_signature") add(dt().meaning, `${field.meaning.zh} / ${field.meaning.en}`);
  if (field.type === "second_signature") add(dt().secondOf, field.of, true);
  if (field.type === "instruction") add(dt().instructionText, `${field.text.zh}\n${field.text.en}`);
  field.checks.forEach((check, at) => add(dt().check(at + 1), `${check.expression} → ${tx(check.message)}`, true));
  return found;
}
