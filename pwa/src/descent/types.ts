/** What the server says of what a batch came of and what came of it. */
import type { BatchLine } from "../api/types";
import type { Text2 } from "../core/types";

export interface Edge { batch: string; parent: string; how: string }
export interface Descent { batch: BatchLine; parents: BatchLine[]; children: BatchLine[]; edges: Edge[]; next: string | null; phases: { id: string; name: Text2; ended: boolean }[] }

/** Exact sum of decimals as they are typed; null where one is none. */
export function summed(values: readonly string[]): string | null {
  if (!values.every((one) => /^(0|[1-9]\d{0,14})(\.\d{1,12})?$/.test(one.trim()))) return null;
  const places = Math.max(0, ...values.map((one) => one.trim().split(".")[1]?.length ?? 0));
  const whole = values.map((one) => { const [left = "0", right = ""] = one.trim().split("."); return BigInt(left + right.padEnd(places, "0")); }).reduce((sum, one) => sum + one, 0n);
  const digits = whole.toString().padStart(places + 1, "0");
  return places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
}

/** Whether two decimals are the same number. */
export function equal(one: string, other: string): boolean {
  const bare = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  return bare(one) === bare(other);
}
