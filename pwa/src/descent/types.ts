/** What the server says of what a batch came of and what came of it. */
import type { BatchLine } from "../api/types";
import type { Text2 } from "../core/types";
import { sum } from "../warehouse/filling";

export interface Edge { batch: string; parent: string; how: string }
export interface Descent { batch: BatchLine; parents: BatchLine[]; children: BatchLine[]; edges: Edge[]; next: string | null; ways: ("same" | "other")[]; phases: { id: string; name: Text2; ended: boolean }[] }

/** Exact sum of decimals as they are typed; null where one is none. */
export function summed(values: readonly string[]): string | null {
  const typed = values.map((one) => one.trim());
  return typed.every((one) => /^(0|[1-9]\d{0,14})(\.\d{1,12})?$/.test(one)) ? sum(typed) : null;
}

/** Whether two decimals are the same number. */
export function equal(one: string, other: string): boolean {
  const bare = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  return bare(one) === bare(other);
}
