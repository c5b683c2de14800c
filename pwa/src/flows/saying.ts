/** What an element of a drawing says, as people call it: for comparisons. */
import type { Text2 } from "../core/types";
import type { flowsEn } from "../i18n/flows.en";
import { spoken } from "./asked";
import type { Line } from "./difference";
import { lasting } from "./duration";

type Words = typeof flowsEn;
/** The words that the properties of elements have beside the canvas, by the name in the file. */
const LABELS: Record<string, (words: Words) => string> = {
  name: (w) => w.nameZh, nameEn: (w) => w.nameEn, role: (w) => w.who, person: (w) => w.orPerson, form: (w) => w.form, due: (w) => w.due, escalate: (w) => w.escalate, meaning: (w) => w.meaning, notBy: (w) => w.notBy, into: (w) => w.into,
  outcome: (w) => w.outcomes, sets: (w) => w.sets, variable: (w) => w.variables, in: (w) => w.given, out: (w) => w.taken, calledElement: (w) => w.called, result: (w) => w.result, key: (w) => w.key, sourceRef: (w) => w.comesFrom, targetRef: (w) => w.connectTo, default: (w) => w.isDefault,
  conditionExpression: (w) => w.condition, completionCondition: (w) => w.completion, timeDuration: (w) => w.after, timeDate: (w) => w.at, collection: (w) => w.collection, isSequential: (w) => w.repeats.sequential ?? "", element: (w) => w.each, attachedToRef: (w) => w.addAt, cancelActivity: (w) => w.interrupts, messageRef: (w) => w.message, errorRef: (w) => w.failure,
};

/** A label and a text: roles, meanings and durations in words, elements by their names. */
export function inWords(line: Line, names: ReadonlyMap<string, Text2>, english: boolean, words: Words, roles: Record<string, string>): Line {
  const what = LABELS[line.what]?.(words) ?? line.what;
  if (line.what === "role" || line.what === "escalate") return { what, text: line.text.split(" ").map((one) => roles[one] ?? one).join(" · ") };
  if (line.what === "meaning") return { what, text: words.meanings[line.text] ?? line.text };
  if (line.what === "due" || line.what === "timeDuration") {
    const { count, unit } = lasting(line.text);
    return { what, text: count ? `${count} ${words.units[unit]}` : line.text };
  }
  return { what, text: spoken(line.text, names, english) };
}
