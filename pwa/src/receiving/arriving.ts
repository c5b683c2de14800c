/** What a scan adds to a delivery that is being counted: the supplier's lot and its days, one container more, where it is put; or why it adds nothing. */
import { converted } from "../core/measures";
import type { Code } from "../core/reading";
import { type Problem, saidOf } from "../scan/meaning";
import type { Material, Register } from "./types";
import { rw } from "./words";

/** A container on the screen. `serial`: what its code calls it, so that none is counted twice; `content`: as typed, "" for as much as each of the others. */
export interface Counted { serial: string | null; content: string; damage: { text: string; photos: string[] } | null }
export interface Draft { supplier_lot: string; expiry: string; made: string; each: string; location: string; counted: Counted[] }
/** What a scan changes; `note`: what a person should know although nothing is wrong. */
export interface Step { draft: Partial<Draft>; note: string | null }

/** A scan while a delivery of this material is counted. */
export function arriving(code: Code, draft: Draft, material: Material, register: Register): Step | Problem {
  const expected = rw().scanExpected(draft.supplier_lot);
  if (code.what === "plain") return plain(code.name, draft, register, expected);
  if (code.what === "location" && isPlace(code.name, register)) return { draft: { location: code.name }, note: null };
  if (code.what !== "gs1") return { expected, came: saidOf(code) };
  if (code.material !== "" && code.material !== material.code) return { expected: rw().material(material.code), came: rw().material(code.material) };
  if (draft.supplier_lot !== "" && code.lot !== "" && code.lot !== draft.supplier_lot) return { expected: rw().lot(draft.supplier_lot), came: rw().lot(code.lot) };
  if (draft.expiry !== "" && code.expiry !== null && code.expiry !== draft.expiry) return { expected: rw().expires(draft.expiry), came: rw().expires(code.expiry) };
  const serial = code.labels[0] ?? null;
  if (serial !== null && draft.counted.some((one) => one.serial === serial)) return { expected: rw().newOne, came: rw().twice(serial) };
  const made = code.elements.find((one) => one.ai === "11")?.date?.slice(0, 10) ?? "";
  const one: Counted = { serial, content: massIn(code, material) ?? "", damage: null };
  const step: Partial<Draft> = { counted: [...draft.counted, one] };
  if (draft.supplier_lot === "" && code.lot !== "") step.supplier_lot = code.lot;
  // A code that says no expiry erases none.
  if (code.expiry !== null) step.expiry = code.expiry;
  if (draft.made === "" && made !== "") step.made = made;
  return { draft: step, note: code.expiry === null && draft.expiry === "" ? rw().noExpiry : null };
}

const isPlace = (name: string, register: Register): boolean => register.locations.some((one) => one.location === name);

/** A plain code is a location, or the supplier's lot, which stands on each container. */
function plain(text: string, draft: Draft, register: Register, expected: string): Step | Problem {
  if (isPlace(text, register)) return { draft: { location: text }, note: null };
  if (draft.supplier_lot !== "" && text !== draft.supplier_lot) return { expected, came: rw().lot(text) };
  const one: Counted = { serial: null, content: "", damage: null };
  return { draft: { supplier_lot: text, counted: [...draft.counted, one] }, note: draft.expiry === "" ? rw().noExpiry : null };
}

/** Net mass in kilograms (310n) in the material's unit; of a code that counts several (37) it is that of all of them. */
function massIn(code: Code, material: Material): string | null {
  if (code.what !== "gs1" || code.elements.some((one) => one.ai === "37")) return null;
  const value = code.elements.find((one) => /^310\d$/.test(one.ai))?.decimal ?? null;
  return value === null ? null : (converted({ value, unit: "kg" }, material.unit, material.conversions)?.value ?? null);
}

/** Which open lines a scan may mean before one is chosen: of the order that it names, or of the material. */
export function meant(code: Code, register: Register): { order: string; line: number }[] {
  if (code.what !== "plain" && code.what !== "gs1") return [];
  const order = code.what === "plain" ? code.name : (code.elements.find((one) => one.ai === "400")?.value ?? "");
  const material = code.what === "plain" ? code.name : code.material;
  return register.orders.flatMap((one) => one.lines.filter((line) => one.order === order || (material !== "" && line.material === material)).map((line) => ({ order: one.order, line: line.line })));
}
