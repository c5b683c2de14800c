/** Site lot numbers by the plant's pattern, as in server/materials/receiving/numbering.py. */
import type { Block } from "./types";

const TOKEN = /\{(material|yy|yyyy|seq:([1-9]))\}/g;

/** What a label takes at most, as server/core/fields.py: number. */
export const LONGEST = 80;

/** The lot number at a place of the counter; more than the digits of the pattern are written out. */
export function numberOf(pattern: string, material: string, period: string, seq: number): string {
  return pattern.replace(TOKEN, (_, what: string, digits: string | undefined) => (digits ? String(seq).padStart(Number(digits), "0") : what === "material" ? material : what === "yy" ? period.slice(2) : period));
}

/** The label of the nth container of a lot, from 1. */
export function labelOf(lot: string, nth: number): string {
  return `${lot}-${String(nth).padStart(3, "0")}`;
}

/** The first number of the blocks that no lot of `used` {material, lot} has; null where none is left. */
export function nextOf(blocks: readonly Block[], material: string, used: readonly { material: string; lot: string }[]): string | null {
  for (const one of blocks) {
    const taken = new Set(used.flatMap((lot) => seqIn(one, lot)));
    for (let seq = one.first; seq <= one.last; seq++) if (!taken.has(seq)) return numberOf(one.pattern, material, one.period, seq);
  }
  return null;
}

function seqIn(block: Block, used: { material: string; lot: string }): number[] {
  for (let seq = block.first; seq <= block.last; seq++) if (numberOf(block.pattern, used.material, block.period, seq) === used.lot) return [seq];
  return [];
}
