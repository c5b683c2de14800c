/** How long something may take, as a number and a unit on the screen and ISO 8601 in the definition. */
export const TYPES = ["text", "decimal", "yes_no", "date", "time", "person", "list(text)", "list(person)"] as const;
const FORMS: Record<string, (count: string) => string> = { minutes: (n) => `PT${n}M`, hours: (n) => `PT${n}H`, days: (n) => `P${n}D` };

/** `P5D` is five days; what is no such text, or none, is an empty number of days. */
export function lasting(text: string): { count: string; unit: string } {
  for (const unit of Object.keys(FORMS)) {
    const count = /\d+/.exec(text)?.[0] ?? "";
    if (count !== "" && FORMS[unit]?.(count) === text) return { count, unit };
  }
  return { count: "", unit: "days" };
}

/** The text of a whole positive number of a unit, empty for anything else. */
export function inText(count: string, unit: string): string {
  return /^[1-9]\d{0,4}$/.test(count) ? (FORMS[unit]?.(count) ?? "") : "";
}
