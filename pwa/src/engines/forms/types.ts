/** The nouns of forms as canonical JSON has them, and what an evaluation answers. */

/** The same words in both languages. */
export interface Words {
  zh: string;
  en: string;
}

export type Rounding = "gbt8170" | "half_up";

/** Decimal strings; a bound that is null bounds nothing. Both bounds belong to the range. */
export interface Range {
  low: string | null;
  high: string | null;
}

export interface Limits {
  alert: Range | null;
  action: Range | null;
  specification: Range | null;
}

/** A condition that a filled field must meet, and what is said where it does not. */
export interface Check {
  expression: string;
  message: Words;
}

interface Common {
  id: string;
  label: Words;
  hint: Words | null;
  required: boolean;
  /** The field is there only while this holds; null: always. */
  when: string | null;
  checks: Check[];
}

interface Measured {
  decimals: number;
  rounding: Rounding;
  limits: Limits;
}

export interface TextField extends Common {
  type: "text";
  max_length: number;
  multiline: boolean;
}
export interface NumberField extends Common, Measured {
  type: "number";
  /** Empty for what has no unit. */
  unit: string;
}
export interface ReadingField extends Common, Measured {
  type: "reading";
  device_class: string;
  unit: string;
}
export interface CalculationField extends Common, Measured {
  type: "calculation";
  expression: string;
  unit: string | null;
}
export interface Option {
  code: string;
  label: Words;
}
export interface ChoiceField extends Common {
  type: "choice";
  options: Option[];
  several: boolean;
}
export interface PlainField extends Common {
  type: "yes_no" | "date" | "time";
}
export interface PersonField extends Common {
  type: "person";
  permission: string | null;
}
export type Scanned = "container" | "lot" | "equipment" | "badge" | "any";
export interface ScanField extends Common {
  type: "scan";
  of: Scanned;
}
export interface EquipmentField extends Common {
  type: "equipment";
  class: string | null;
}
export interface LotField extends Common {
  type: "lot";
  material: string | null;
}
export interface FilesField extends Common {
  type: "photo" | "file";
  most: number;
}
export interface SignatureField extends Common {
  type: "signature";
  meaning: Words;
}
export interface SecondSignatureField extends Common {
  type: "second_signature";
  meaning: Words;
  /** The id of the signature that another person confirms. */
  of: string;
}
export interface InstructionField extends Common {
  type: "instruction";
  text: Words;
  /** SHA-256 of a picture that is kept beside the log. */
  picture: string | null;
}
export interface TableField extends Common {
  type: "table";
  columns: Field[];
  rows: Span;
}

export type Field =
  | TextField
  | NumberField
  | ReadingField
  | CalculationField
  | ChoiceField
  | PlainField
  | PersonField
  | ScanField
  | EquipmentField
  | LotField
  | FilesField
  | SignatureField
  | SecondSignatureField
  | InstructionField
  | TableField;
export type FieldType = Field["type"];

/** How many rows, or how many times a section. */
export interface Span {
  min: number;
  max: number;
}

export interface Section {
  id: string;
  title: Words;
  when: string | null;
  repeat: Span | null;
  fields: Field[];
}

export interface Definition {
  pestle_form: 1;
  code: string;
  title: Words;
  sections: Section[];
}

/** Something that keeps a definition from being used; `path` leads to it: `sections/0/fields/3/label/zh`. */
export interface Finding {
  code: string;
  path: string;
  details: Record<string, string | number>;
}

export interface Quantity {
  value: string;
  unit: string;
}
export interface Signed {
  signed_by: string;
  digest: string;
}
/** What stands at a path; null, "" and [] are no value. A key with null makes its row all the same. */
export type Value = string | boolean | string[] | Quantity | Signed | null;
/** By path: `field`, `section/<n>/field`, `table/<n>/column`, `section/<n>/table/<m>/column`; `true` at the path of a row
 * itself (`table/<n>`, `section/<n>`, `section/<n>/table/<m>`) strikes it out. */
export type Values = Record<string, Value>;

export type Verdict = "none" | "within" | "alert" | "action" | "specification";

/** How one field of a filled form stands. */
export interface FieldState {
  visible: boolean;
  required: boolean;
  /** Codes: `required`, `format`, `unit`, `too_long`, `too_many`, `not_an_option`, `check:<n>` (the n-th of its checks,
   * from 1, does not hold), `stale` (a signature under something that has changed since), `division_by_zero` and the
   * other codes of a calculation that comes to nothing. */
  problems: string[];
  verdict: Verdict;
  /** Whether `value` was calculated here. */
  calculated: boolean;
  /** What holds: given, or calculated; null where there is none, and for what is hidden. */
  value: Value;
}

export interface State {
  /** In the order of the form; each table and each field of each row. */
  paths: Record<string, FieldState>;
  /** How many rows a table (by its path) or a repeated section (by its id) has. */
  rows: Record<string, number>;
  /** The rows among them that are struck out, by their paths. */
  struck: string[];
  /** Paths of values that the form has no place for. */
  unknown: string[];
  /** Nothing that is visible has a problem. */
  complete: boolean;
}
