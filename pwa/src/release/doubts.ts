/** What an exception of dispensing is about, in words: what was recorded, and what follows from the log. */
import type { Item } from "../api/types";
import type { Limits, Phase, Quantity } from "../core/types";
import { doubtsEn } from "../i18n/doubts.en";
import { doubtsZh } from "../i18n/doubts.zh";
import { language, tx } from "../i18n/index.svelte";
import { moment, range } from "../ui/format";

type Details = Record<string, unknown>;
type Result = { value: string } | null;
type Sum = { line: string; sum: string; low: string; high: string; unit: string };
const words = (): typeof doubtsEn => (language.current === "zh" ? doubtsZh : doubtsEn);
const quantity = (one: unknown): string => (one ? `${(one as Quantity).value} ${(one as Quantity).unit}` : words().missing);
const target = (one: unknown): string => quantity({ value: (one as Limits).target ?? "", unit: (one as Limits).unit });

/** Empty for an exception of another kind, or one that says nothing more than its name. */
export function doubtOf({ code, details }: Pick<Item, "code" | "details">, phase: Phase | undefined): string {
  try {
    return SAYS[code]?.(details, (id) => lineOf(phase, id)) ?? "";
  } catch {
    // Details of another shape than this program knows are shown by what they are of alone.
    return "";
  }
}

function lineOf(phase: Phase | undefined, id: unknown): string {
  const line = phase?.lines?.find((one) => one.id === id);
  return line ? tx(line.material_name) : String(id);
}

type Names = (id: unknown) => string;
const all = (ids: unknown, names: Names): string => (ids as string[]).map(names).join(words().and);

const SAYS: Record<string, (details: Details, names: Names) => string> = {
  quantity_differs: ({ line, stated, calculated, basis }, names) => [words().quantity_differs(names(line), target(stated), target(calculated)), basis ? ofBasis(basis as Details) : ""].filter(Boolean).join(" "),
  quantity_unknown: ({ line, error }, names) => words().quantity_unknown(names(line), words().whys[String(error)] ?? String(error)),
  potency_differs: ({ line, stated, standing }, names) => words().potency_differs(names(line), results(stated), results(standing)),
  out_of_limits: ({ line, values, low, high, unit }, names) => (line === undefined ? "" : words().out_of_limits(names(line), `${(values as string[])[0] ?? ""} ${String(unit)}`, range(String(low), String(high), String(unit)))),
  weights_inconsistent: ({ net, gross, tare, balances }) => (balances ? words().two_balances((balances as string[]).join(words().and)) : words().weights_inconsistent(quantity(net), quantity(gross), quantity(tare))),
  rest_differs: ({ container, reckoned, weighed, difference }) => words().rest_differs(String(container), quantity(weighed), quantity(reckoned), quantity(difference)),
  label_reused: ({ label }) => words().label_reused(String(label)),
  hold_long: ({ rounds }) => words().hold_long((rounds as number[]).join(", ")),
  compensator_early: ({ line, open }, names) => words().compensator_early(names(line), all(open, names)),
  compensator_outdated: ({ line, compensators }, names) => words().compensator_outdated(names(line), all(compensators, names)),
  second_check_missing: ({ second }) => words().second_check_missing[String(second)] ?? "",
  not_scanned: ({ of, scanned }) => words().not_scanned(all(of, (name) => words().scans[String(name)] ?? String(name)), Object.entries(scanned as Details).filter(([name, code]) => code !== null && (of as string[]).includes(name)).map(([, code]) => String(code)).join(words().and)),
  room_beyond_action: ({ room, quantities, readings, since, until }) => words().room_beyond_action(String(room), all(quantities, (one) => words().air[String(one)] ?? String(one)), Number(readings), moment(String(since)), moment(String(until))),
  calibration_overdue: ({ balance, due }) => words().calibration_overdue(String(balance), String(due)),
  line_incomplete: ({ lines }, names) => words().line_incomplete((lines as Sum[]).map((one) => words().sum(names(one.line), `${one.sum} ${one.unit}`, range(one.low, one.high, one.unit))).join(words().and)),
};

function ofBasis({ stated, calculated }: Details): string {
  const dispensed = (one: unknown): string => (one as { dispensed: string | null } | null)?.dispensed ?? words().missing;
  return words().basis(dispensed(stated), dispensed(calculated));
}

function results(given: unknown): string {
  const found = Object.entries(given as Record<string, Result>).filter(([, one]) => one !== null);
  return found.map(([name, one]) => `${words().result[name] ?? name} ${one!.value} %`).join(words().and) || words().none;
}
