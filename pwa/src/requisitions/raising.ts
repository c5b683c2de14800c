/** A requisition while it is typed, and what becomes of that when it is sent. */
import { isQuantity, plain } from "../core/amount";
import type { Material } from "./types";

export interface LineDraft { key: number; material: string; quantity: string; needed_by: string; note: string }

let keys = 0;
export const fresh = (): LineDraft => ({ key: ++keys, material: "", quantity: "", needed_by: "", note: "" });

export const found = (materials: readonly Material[], code: string): Material | undefined => materials.find((one) => one.code === code.trim());

export function complete(lines: readonly LineDraft[], materials: readonly Material[], reason: string): boolean {
  return reason.trim() !== "" && lines.length > 0 && lines.every((one) => found(materials, one.material) !== undefined && isQuantity(one.quantity) && one.needed_by !== "");
}

export function asked(lines: readonly LineDraft[], materials: readonly Material[]): { material: string; quantity: { value: string; unit: string }; needed_by: string; note: string | null }[] {
  return lines.map((one) => ({ material: one.material.trim(), quantity: { value: plain(one.quantity), unit: found(materials, one.material)?.unit ?? "" }, needed_by: one.needed_by, note: one.note.trim() || null }));
}
