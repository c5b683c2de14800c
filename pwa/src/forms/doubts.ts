/** What the registers say of what is named in a field, as far as this page knows them: words for who fills in, while the
 * server judges when the entry comes (server/handheld/registered.py). */
import type { Field, Value } from "../engines/forms/types";
import type { Around } from "./filling";

const USABLE = ["released", "restricted"];

/** A code as of an exception; null where nothing is known against it. `day`: YYYY-MM-DD. */
export function doubt(field: Field, value: Value, around: Around, day: string): string | null {
  if (typeof value !== "string" || value === "") return null;
  if (field.type === "person") return field.permission !== null && around.permitted?.[field.permission]?.includes(value) === false ? "person_lacks" : null;
  if (field.type === "equipment") return ofEquipment(field.class, value, around, day);
  return field.type === "lot" && field.material !== null ? ofLot(field.material, value, around, day) : null;
}

function ofEquipment(wanted: string | null, value: string, around: Around, day: string): string | null {
  if (!around.equipment || around.equipment.length === 0) return null;
  const found = around.equipment.find(({ equipment }) => equipment === value);
  if (!found) return "equipment_unknown";
  if (wanted !== null && found.class !== wanted) return "equipment_other_class";
  return found.calibration_due && found.calibration_due < day ? "calibration_overdue" : null;
}

function ofLot(material: string, value: string, around: Around, day: string): string | null {
  const lots = around.lots?.[material];
  if (!lots) return null;
  const found = lots.find(({ lot }) => lot === value || `${material}/${lot}` === value);
  if (!found) return "lot_unknown";
  return USABLE.includes(found.status) && (found.expiry === null || day <= found.expiry) ? null : "lot_not_usable";
}
