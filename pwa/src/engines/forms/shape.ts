/** Whether a definition has the shape of one. The same as server/engines/forms/shape.py, finding by finding. */
import type { FieldType, Finding } from "./types";

export const ROUNDINGS = ["gbt8170", "half_up"] as const;
export const SCANNED = ["container", "lot", "equipment", "badge", "any"] as const;
export const NO_COLUMNS: readonly FieldType[] = ["table", "instruction", "photo", "file"];
export const MEASURED: readonly FieldType[] = ["number", "reading", "calculation"];
export const ID = /^[a-z][a-z0-9_]{0,39}$/;
export const CODE = /^[a-z][a-z0-9-]{0,39}$/;
export const OPTION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
export const SHA256 = /^[0-9a-f]{64}$/;
export const DECIMAL = /^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$/;
export const MAX_EXPRESSION = 2000;

type Look = (value: unknown, path: string) => Finding[];
type Keys = Record<string, Look>;

export function look(given: unknown): Finding[] {
  return definition(given, "");
}

export function letters(text: string): number {
  return [...text].length;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(path: string, wants: string): Finding[] {
  return [{ code: "value_wrong", path, details: { wants } }];
}

function text(least: number, most: number): Look {
  return (value, path) => (typeof value === "string" && letters(value) >= least && letters(value) <= most && !value.includes("\0") ? [] : wrong(path, `text ${least}-${most}`));
}

function match(pattern: RegExp, wants: string): Look {
  return (value, path) => (typeof value === "string" && pattern.test(value) ? [] : wrong(path, wants));
}

function whole(least: number, most: number): Look {
  return (value, path) => (Number.isInteger(value) && (value as number) >= least && (value as number) <= most ? [] : wrong(path, `whole ${least}-${most}`));
}

const truth: Look = (value, path) => (typeof value === "boolean" ? [] : wrong(path, "true or false"));

function oneOf(...values: readonly unknown[]): Look {
  return (value, path) => (values.includes(value) ? [] : wrong(path, values.join(" ")));
}

function orNull(inner: Look): Look {
  return (value, path) => (value === null ? [] : inner(value, path));
}

function list(each: Look, least: number, most: number): Look {
  return (value, path) => (Array.isArray(value) && value.length >= least && value.length <= most ? value.flatMap((one, at) => each(one, `${path}/${at}`)) : wrong(path, `list ${least}-${most}`));
}

function keys(wanted: Keys): Look {
  return (value, path) => {
    if (!isRecord(value)) return wrong(path, "object");
    const at = (name: string): string => (path ? `${path}/${name}` : name);
    const found = Object.entries(wanted).flatMap(([name, inner]) => (Object.hasOwn(value, name) ? inner(value[name], at(name)) : [{ code: "key_missing", path: at(name), details: {} }]));
    const more = Object.keys(value).filter((name) => !Object.hasOwn(wanted, name)).sort();
    return [...found, ...more.map((name) => ({ code: "key_unexpected", path: at([...name].slice(0, 80).join("")), details: {} }))];
  };
}

// What is not yet translated is a finding of its own, so that a draft has a shape before it has all its words.
function words(most: number): Look {
  return keys({ zh: text(0, most), en: text(0, most) });
}

function field(columns: boolean): Look {
  return (value, path) => {
    const type = isRecord(value) ? value["type"] : undefined;
    if (typeof type !== "string" || !Object.hasOwn(TYPES, type) || (columns && NO_COLUMNS.includes(type as FieldType))) return [{ code: "type_unknown", path: `${path}/type`, details: {} }];
    return keys({ ...COMMON, ...TYPES[type as FieldType] })(value, path);
  };
}

const EXPRESSION = text(1, MAX_EXPRESSION), NAME = text(1, 80);
const RANGE = keys({ low: orNull(match(DECIMAL, "decimal")), high: orNull(match(DECIMAL, "decimal")) });
const LIMITS = keys({ alert: orNull(RANGE), action: orNull(RANGE), specification: orNull(RANGE) });
const MEASURE: Keys = { decimals: whole(0, 12), rounding: oneOf(...ROUNDINGS), limits: LIMITS };
const COMMON: Keys = {
  id: match(ID, "id"),
  type: text(1, 40),
  label: words(200),
  hint: orNull(words(500)),
  required: truth,
  when: orNull(EXPRESSION),
  checks: list(keys({ expression: EXPRESSION, message: words(500) }), 0, 20),
};
const TYPES: Record<FieldType, Keys> = {
  text: { max_length: whole(1, 8000), multiline: truth },
  number: { unit: text(0, 20), ...MEASURE },
  choice: { options: list(keys({ code: match(OPTION, "code"), label: words(200) }), 1, 200), several: truth },
  yes_no: {},
  date: {},
  time: {},
  person: { permission: orNull(NAME) },
  scan: { of: oneOf(...SCANNED) },
  equipment: { class: orNull(NAME) },
  lot: { material: orNull(NAME) },
  reading: { device_class: NAME, unit: text(0, 20), ...MEASURE },
  photo: { most: whole(1, 50) },
  file: { most: whole(1, 50) },
  table: { columns: list(field(true), 1, 40), rows: keys({ min: whole(0, 500), max: whole(1, 500) }) },
  calculation: { expression: EXPRESSION, unit: orNull(text(1, 20)), ...MEASURE },
  signature: { meaning: words(200) },
  second_signature: { meaning: words(200), of: match(ID, "id") },
  instruction: { text: words(4000), picture: orNull(match(SHA256, "sha256")) },
};
export const FIELD_TYPES = Object.keys(TYPES) as FieldType[];
const SECTION = keys({
  id: match(ID, "id"),
  title: words(200),
  when: orNull(EXPRESSION),
  repeat: orNull(keys({ min: whole(0, 100), max: whole(1, 100) })),
  fields: list(field(false), 0, 1000),
});
const definition = keys({ pestle_form: oneOf(1), code: match(CODE, "code"), title: words(200), sections: list(SECTION, 1, 100) });
