/** What an entry says, in one line, for lists, corrections and the reviewer: the value as recorded, with its unit. */
import { converted } from "../core/measures";
import type { Limits, Phase, Quantity, Text2 } from "../core/types";
import { quantity } from "../ui/format";
import { t, tx, word } from "../i18n/index.svelte";
import { RESTED } from "./containers";
import { dt } from "./dispensing/words";
import { ALARMED, CLEANED, CLEANING_CHECKED } from "./course/standing";
import { isOut } from "./numbers";
import { SPECIMEN } from "./packaging/printed";
import { DECIDED, KIND, SINGLE } from "./progress";
import { pt } from "../release/paper";
import { rt } from "./reports";

interface Said { kind: string; payload: Record<string, unknown> | null }

interface Line { test: string; name: Text2 | null; value: Quantity; verdict: string }
interface Answer { test: string; value: string | null; text: string | null; conforms: boolean | null }
const REQUEST_ANSWERED = "quality.request_answered.v1";
const RESULTS = "quality.results_recorded.v1";
const ANSWERS = ["quality.results_recorded.v2", "quality.results_recorded.v3"];

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Before the server has judged them, and in quarantine after that, payloads may have any shape: of those nothing is said,
 * and nobody's screen breaks. */
function readable<T>(say: () => T, otherwise: T): T {
  try {
    return say();
  } catch {
    return otherwise;
  }
}

/** The value of an entry; samples with their mean; texts as they are; empty for what has none. */
export const shown = (said: Said): string => readable(() => valueOf(said), "—");

/** What stands beside the value: samples, lot and source, the comment. */
export const beside = (said: Said): string => readable(() => besideOf(said), "");

/** An alarm that was raised elsewhere than in the record of a batch. */
const OF_MACHINE = "equipment.alarm_raised.v1";

/** Whether the entry's own limits say that it is abnormal. */
export const abnormal = (said: Said): boolean => readable(() => isAbnormal(said), false);

function valueOf({ kind, payload }: Said): string {
  if (payload === null) return t().batch.withheld;
  if (kind === KIND.weighed || kind === KIND.dispensed || kind === RESTED) return quantity(payload.net as Quantity);
  if (kind === KIND.parameter || kind === KIND.bound) return quantity(payload.value as Quantity);
  if (kind === KIND.checked) return `${t().check.mean} ${text(payload.mean)} ${text(payload.unit)}`;
  if (kind === KIND.yielded || kind === KIND.balanced) return quantity({ value: text(payload.value), unit: text(payload.unit) });
  if (kind === KIND.explained) return text(payload.explanation);
  if (kind === KIND.cleared) return clearance(payload.items as { ok: boolean }[]);
  if (kind === RESULTS) return (payload.results as Line[]).map((one) => `${tx(one.name) || one.test} ${quantity(one.value)}`).join(" · ");
  if (ANSWERS.includes(kind)) return (payload.results as Answer[]).map((one) => `${one.test} ${one.value ?? one.text ?? ""}`).join(" · ");
  if (kind === KIND.requested) return text(payload.what);
  if (kind === REQUEST_ANSWERED) return text(payload.sample) || text(payload.reason);
  if (kind === KIND.remark) return text(payload.text);
  if (kind === KIND.held || kind === KIND.aborted || kind === KIND.skipped) return text(payload.reason);
  if (kind === ALARMED || kind === OF_MACHINE) return `${text(payload.equipment)} · ${text(payload.what)}`;
  if (kind === KIND.identified || kind === CLEANED || kind === CLEANING_CHECKED) return text(payload.equipment);
  if (kind === DECIDED) return text(payload.reason);
  if (kind === KIND.photo) return text(payload.caption);
  if (kind === KIND.paperBegun) return pt().copy(Number(payload.copy));
  if (kind === KIND.reported) return [word(rt().severities, text(payload.severity)), text(payload.comment)].join(t().common.colon);
  if (kind === SPECIMEN) return [text(payload.number), text(payload.dates)].filter(Boolean).join(" · ");
  if (kind === KIND.exception) return [word(t().exceptions, text(payload.code)), text(payload.comment)].filter(Boolean).join(t().common.colon);
  return "";
}

function besideOf({ kind, payload }: Said): string {
  if (payload === null) return "";
  const parts: string[] = [];
  if (kind === KIND.checked) parts.push((payload.values as string[]).join(" · "));
  if (kind === KIND.weighed || kind === KIND.dispensed || kind === RESTED) {
    const reading = payload.reading as { balance?: string } | null;
    if (payload.lot) parts.push(`${t().weigh.lot} ${text(payload.lot)}`);
    parts.push(payload.source === "device" ? `${t().weigh.deviceTag} ${reading?.balance ?? ""}`.trim() : t().weigh.manualTag);
    if (payload.container) parts.push(`${t().weigh.container} ${text(payload.container)}`);
    if (payload.tare) parts.push(`${dt().tare} ${quantity(payload.tare as Quantity)}`, `${dt().gross} ${quantity(payload.gross as Quantity)}`);
    if (payload.into) parts.push(`${dt().into} ${text(payload.into)}`);
  }
  if (kind === KIND.requested) {
    if (payload.amount) parts.push(quantity(payload.amount as Quantity));
    if (payload.reason) parts.push(text(payload.reason));
  }
  if (kind === KIND.bound) {
    const sensed = payload.sensed as { equipment: string } | null;
    parts.push(sensed ? `${t().weigh.deviceTag} ${sensed.equipment}` : `${t().weigh.manualTag}${t().common.colon}${text(payload.reason)}`);
  }
  if (kind !== KIND.exception && kind !== KIND.reported && payload.comment) parts.push(text(payload.comment));
  return parts.join(" · ");
}

function clearance(items: { ok: boolean }[]): string {
  const wrong = items.filter((item) => !item.ok).length;
  return wrong === 0 ? t().clearance.allOk : `${t().clearance.notOk} ${wrong} / ${items.length}`;
}

function isAbnormal({ kind, payload }: Said): boolean {
  if (payload === null) return false;
  const limits = (payload.limits ?? { low: null, high: null }) as Limits;
  if (kind === KIND.dispensed) return above(payload.net as Quantity, limits);
  if (kind === KIND.weighed) return isOut((payload.net as Quantity).value, limits);
  if (kind === KIND.parameter || kind === KIND.bound) return isOut((payload.value as Quantity).value, limits);
  if (kind === KIND.checked) return [...(payload.values as string[]), text(payload.mean)].some((value) => isOut(value, limits));
  if (kind === KIND.cleared) return (payload.items as { ok: boolean }[]).some((item) => !item.ok);
  if (kind === RESULTS) return (payload.results as Line[]).some((one) => one.verdict === "fail");
  return kind === KIND.exception || kind === KIND.reported;
}

/** A portion may be less than its line asks for, not more. */
function above(net: Quantity, { high, unit }: Limits): boolean {
  const own = converted(net, unit);
  return own !== null && isOut(own.value, { low: null, high });
}

/** The name of a slot in people's words: parameter, check and round, net weight. */
export function slotName(phase: Phase | undefined, subject: string | null): string {
  const [, id = "", round] = (subject ?? "").split("/");
  if (id === "net") return t().weigh.net;
  if (id === "yield") return t().phaseTypes.yield ?? id;
  if (id === "clearance") return t().phaseTypes.line_clearance ?? id;
  const printed = phase?.printed?.find((one) => one.id === id);
  if (printed) return [tx(printed.material_name), round ? t().kinds[SPECIMEN] : ""].filter(Boolean).join(" · ");
  const line = phase?.lines?.find((one) => one.id === id);
  if (line) return [tx(line.material_name), round ? dt().portion(Number(round)) : ""].filter(Boolean).join(" · ");
  const found: { name: Text2 } | undefined = phase?.parameters?.find((one) => one.id === id) ?? phase?.checks?.find((one) => one.id === id);
  return [found ? tx(found.name) : id, round ? t().check.round(Number(round)) : ""].filter(Boolean).join(" · ");
}

/** What a recorded thing is called: the name of its slot, or its kind of entry. */
export function valueName(phase: Phase | null, { kind, subject }: { kind: string; subject: string | null }): string {
  return SINGLE.includes(kind) ? slotName(phase ?? undefined, subject) : word(t().kinds, kind);
}
