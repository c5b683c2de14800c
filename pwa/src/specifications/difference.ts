/** What differs between two versions of a specification, test by test. */
import type { Text2 } from "../core/types";
import type { Sampling, Test, Version } from "./types";

export interface Property { name: keyof Test | keyof Sampling | "effective"; before: string; after: string }
export interface Difference { what: "added" | "removed" | "changed" | "moved"; code: string | null; name: Text2 | null; properties: Property[] }

const COMPARED = ["name", "method", "kind", "unit", "decimals", "rounding", "low", "high", "options"] as const;

const said = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map((one: { code: string; zh: string; en: string; conforms: boolean }) => `${one.conforms ? "✓" : "✕"} ${one.code}: ${one.zh} / ${one.en}`).join("\n");
  if (typeof value === "object") return Object.values(value as Text2).join(" / ");
  return String(value);
};

export function compare(before: Version, after: Version): Difference[] {
  const found: Difference[] = [];
  const whole: Property[] = ([["name", before.name, after.name], ["effective", before.effective_from, after.effective_from]] as const)
    .map(([name, was, is]) => ({ name, before: said(was), after: said(is) })).filter((one) => one.before !== one.after);
  if (whole.length > 0) found.push({ what: "changed", code: null, name: after.name, properties: whole });
  const plans = sampling(before.sampling, after.sampling);
  if (plans.length > 0) found.push({ what: "changed", code: "sampling", name: null, properties: plans });
  const old = new Map(before.tests.map((one) => [one.code, one]));
  const now = new Set(after.tests.map((one) => one.code));
  // Only what is in both has an order to compare.
  const stayed = before.tests.filter((one) => now.has(one.code)).map((one) => one.code);
  const order = after.tests.filter((one) => old.has(one.code)).map((one) => one.code);
  for (const one of after.tests) {
    const was = old.get(one.code);
    if (was === undefined) found.push({ what: "added", code: one.code, name: one.name, properties: properties(null, one) });
    else {
      const changed = properties(was, one);
      if (changed.length > 0) found.push({ what: "changed", code: one.code, name: one.name, properties: changed });
      else if (stayed.indexOf(one.code) !== order.indexOf(one.code)) found.push({ what: "moved", code: one.code, name: one.name, properties: [] });
    }
  }
  for (const one of before.tests) if (!now.has(one.code)) found.push({ what: "removed", code: one.code, name: one.name, properties: [] });
  return found;
}

function sampling(was: Sampling | null, is: Sampling | null): Property[] {
  const names = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])] as (keyof Sampling)[];
  const amount = (value: Sampling[keyof Sampling] | undefined): string => (value !== null && typeof value === "object" ? `${value.value} ${value.unit}` : said(value));
  return names.map((name) => ({ name, before: amount(was?.[name]), after: amount(is?.[name]) })).filter((one) => one.before !== one.after);
}

function properties(was: Test | null, is: Test): Property[] {
  return COMPARED.map((name) => ({ name, before: was === null ? "" : said(was[name]), after: said(is[name]) })).filter((one) => one.before !== one.after);
}
