/** What a scan means where containers are received, and where a lot is looked for. */
import { path } from "../api/client";
import type { Scanned } from "../api/types";
import type { Code } from "../core/reading";
import { t } from "../i18n/index.svelte";
import { labelIn, type Problem, saidOf } from "../scan/meaning";
import { type Arrived, spelled } from "./receiving";

/** A container that is scanned while a lot is received: a line for it, or why there is none. `content`: what each holds unless the code says it; `unit`: of the lot. */
export function arriving(code: Code, arrived: Arrived[], known: Set<string>, content: string, unit: string): Arrived | Problem {
  const expected = t().scan.newLabel;
  const label = labelIn(code, []);
  if (label === null) return { expected, came: saidOf(code) };
  if (known.has(label)) return { expected, came: t().scan.knownLabel(label) };
  if (arrived.some((one) => one.label === label)) return { expected, came: t().scan.twiceLabel(label) };
  return { label, content: massIn(code, unit) ?? spelled(content) };
}

/** Net mass in kilograms (310n), if the lot is measured so. */
function massIn(code: Code, unit: string): string | null {
  if (code.what !== "gs1" || unit !== "kg") return null;
  return code.elements.find((one) => /^310\d$/.test(one.ai))?.decimal ?? null;
}

/** What the server says against a container of this lot; null for nothing. A code that says no lot or no expiry says nothing against it. */
export function against(found: Scanned, code: Code, material: string, lot: string): Problem | null {
  if (found.container) return { expected: t().scan.newLabel, came: t().scan.knownLabel(found.container.container) };
  if (code.what !== "gs1" || code.lot === "") return null;
  const named = found.lots.find((one) => one.material === material && one.lot === lot);
  if (!named) return { expected: t().scan.lot(lot), came: t().scan.other(code.lot) };
  if (found.expiry === null || named.expiry === null || found.expiry === named.expiry) return null;
  return { expected: t().scan.expiry(named.expiry), came: t().scan.expiry(found.expiry) };
}

/** Where a scan leads: to its lot, to the list where several bear that number, to the page of a machine, which says whether it
 * is in alarm; null where it leads nowhere. */
export function leads(found: Scanned, code: Code): string | null {
  const [lot, another] = found.lots;
  if (!lot) return found.equipment ? path("equipment", found.equipment.equipment) : null;
  if (another && !found.container) return `/lots?q=${encodeURIComponent(code.what === "gs1" ? code.lot : lot.lot)}`;
  return `${path("lot", lot.material, lot.lot)}${found.container ? "?tab=containers" : ""}`;
}
