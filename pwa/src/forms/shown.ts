/** Values of a form in words. */
import type { Field, Value } from "../engines/forms/types";
import { tx } from "../i18n/index.svelte";
import { clock, day } from "../ui/format";
import type { Around } from "./filling";
import { named } from "./files";
import { isEmpty } from "./filling";
import { ft } from "./words";

export function shown(field: Field | undefined, value: Value | undefined, around: Around): string {
  if (isEmpty(value)) return "—";
  if (typeof value === "boolean") return value ? ft().yes : ft().no;
  if (field?.type === "choice") return (Array.isArray(value) ? value : [value as string]).map((code) => tx(field.options.find((one) => one.code === code)?.label) || code).join(", ");
  if (field?.type === "person") return around.people?.find(({ id }) => id === value)?.name ?? String(value);
  if (field?.type === "time" && typeof value === "string") return `${day(value)} ${clock(value)}`;
  if (Array.isArray(value)) return field?.type === "file" ? value.map((one, i) => named(one).name || ft().file(i + 1)).join(", ") : value.map((_, i) => ft().photo(i + 1)).join(", ");
  if (typeof value === "object" && value !== null) {
    if ("signed_by" in value) return ft().signedBy(around.people?.find(({ id }) => id === value.signed_by)?.name ?? value.signed_by);
    return `${value.value} ${value.unit}`.trim();
  }
  return String(value);
}
