/** Our own codes: what their texts name. `server/materials/scanning.py` reads the same. */

/** They read `PESTLE-<WHAT>:1:<name>`; the secret of a badge is part of its name, so a name is never shown for one. */
const OWN = /^PESTLE-(CONTAINER|LOT|LOCATION|EQUIPMENT|DEVICE|ENROL|BADGE):1:(.+)$/s;
export type What = "container" | "lot" | "location" | "equipment" | "device" | "enrol" | "badge";
export interface Named { what: What; name: string }

/** What a code of ours names; null for any other text. */
export function named(text: string): Named | null {
  const [, what, name] = OWN.exec(text) ?? [];
  return what && name ? { what: what.toLowerCase() as What, name } : null;
}

/** The text of a code of ours. */
export function own(what: What, name: string): string {
  return `PESTLE-${what.toUpperCase()}:1:${name}`;
}
