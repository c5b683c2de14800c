/** A printing while it is asked for: every part has a name of its own, so that asking again prints nothing twice. */
import { newId } from "../core/entry";
import type { What } from "./types";

/** So many labels at most in one request, as the server takes them. */
export const MOST = 200;
export type Format = "pdf" | "zpl";
export interface Job { request: string; names: string[]; done: boolean }
export interface Asked { request: string; what: What; names: string[]; template: string | null; format: Format; reason: string | null }

export function jobs(names: readonly string[], now: number): Job[] {
  const once = [...new Set(names)];
  return Array.from({ length: Math.ceil(once.length / MOST) }, (_, at) => ({ request: newId(now), names: once.slice(at * MOST, (at + 1) * MOST), done: false }));
}

/** A reason goes with those that have had a label; what has had none needs none. */
export function asked(job: Job, what: What, template: string, format: Format, copies: Readonly<Record<string, number>>, reason: string): Asked {
  const again = job.names.some((one) => (copies[one] ?? 0) > 0);
  return { request: job.request, what, names: job.names, template: template || null, format, reason: again ? reason.trim() || null : null };
}

/** Where the pages of a job are; `dots` a millimetre is for printers that are sent ZPL. */
export function pagesOf(job: Job, format: Format, dots: string): string {
  return `/api/labels/prints/${job.request}${format === "zpl" ? `?dots=${dots}` : ""}`;
}
