/** What differs between two contents of recipes: phases, parameters and materials by their ids, whatever their place. */
import type { Content } from "./types";

/** `where` names it from the outside to the inside: phase, parameter, field. */
export interface Difference { where: string; what: "added" | "removed" | "changed"; before: string | null; after: string | null }

type Tree = { [key: string]: unknown };
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);
const isPair = (value: Tree): boolean => Object.keys(value).sort().join() === "en,zh";
const isQuantity = (value: Tree): boolean => Object.keys(value).sort().join() === "unit,value";
/** The name of one thing in a list: its id, its material, or between which moments a time is. */
const idOf = (value: unknown): string => (isTree(value) ? String(value.id ?? value.material ?? `${String(value.from)} ${String(value.since)} → ${String(value.to)}`) : String(value));

function flat(value: unknown, where: string, into: Map<string, string>): void {
  if (Array.isArray(value)) {
    // In which order they stand says something too.
    if (value.length > 0) into.set(where, value.map(idOf).join(", "));
    for (const one of value) if (isTree(one)) flat(one, `${where} ${idOf(one)}`, into);
  } else if (isTree(value)) {
    if (isPair(value)) into.set(where, `${String(value.zh)} / ${String(value.en)}`);
    else if (isQuantity(value)) into.set(where, `${String(value.value)} ${String(value.unit)}`);
    else for (const [key, inner] of Object.entries(value)) flat(inner, where === "" ? key : `${where} · ${key}`, into);
  } else if (value !== null && value !== undefined) into.set(where, String(value));
}

function texts(content: Content): Map<string, string> {
  const { version: _, ...rest } = content;
  const found = new Map<string, string>();
  flat(rest, "", found);
  return found;
}

/** In the order of the newer version; what is gone comes last. The version's own number does not count. */
export function differences(before: Content, after: Content): Difference[] {
  const [old, fresh] = [texts(before), texts(after)];
  const all = [...fresh.keys(), ...[...old.keys()].filter((one) => !fresh.has(one))];
  return all.flatMap((where): Difference[] => {
    const [was, is] = [old.get(where) ?? null, fresh.get(where) ?? null];
    if (was === is) return [];
    return [{ where, what: was === null ? "added" : is === null ? "removed" : "changed", before: was, after: is }];
  });
}
