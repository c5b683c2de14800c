/** What a drawing declares: the variables that whoever starts the flow must give, and what its elements are called. */
import type { Text2 } from "../core/types";
import type { Asked, Given } from "./types";

const OURS = "urn:pestle:flow:1";

/** The variables that are given at the start, in the order in which the drawing has them. */
export function atStart(xml: string): Asked[] {
  const tree = new DOMParser().parseFromString(xml, "application/xml");
  return [...tree.getElementsByTagNameNS(OURS, "variable")]
    .filter((one) => one.getAttribute("start") === "true")
    .map((one) => ({ name: one.getAttribute("name") ?? "", type: one.getAttribute("type") ?? "text", zh: one.getAttribute("zh") ?? "", en: one.getAttribute("en") ?? "", required: true }));
}

/** What each element of a drawing is called, by its id. */
export function namesOf(xml: string): Map<string, Text2> {
  const tree = new DOMParser().parseFromString(xml, "application/xml");
  const named = [...tree.querySelectorAll("[id][name]")];
  return new Map(named.map((one) => [one.id, { zh: one.getAttribute("name") ?? "", en: one.getAttributeNS(OURS, "nameEn") ?? one.getAttribute("name") ?? "" }]));
}

/** A drawing with its English names in the place of the Chinese ones, to look at. */
export function inEnglish(xml: string): string {
  const tree = new DOMParser().parseFromString(xml, "application/xml");
  for (const one of tree.querySelectorAll("[name]")) {
    const name = one.getAttributeNS(OURS, "nameEn");
    if (name) one.setAttribute("name", name);
  }
  return new XMLSerializer().serializeToString(tree);
}

/** A text in which elements stand by their names where they have any. */
export function spoken(text: string, names: ReadonlyMap<string, Text2>, english: boolean): string {
  const found = [...names].filter(([id]) => text.includes(id)).sort(([one], [other]) => other.length - one.length);
  return found.reduce((said, [id, name]) => said.replaceAll(id, `“${(english ? name.en : name.zh) || id}”`), text);
}

/** Values as an entry says them: a list of texts for each, none where it is missing. */
export function said(asked: readonly Asked[], values: Readonly<Record<string, unknown>>): Given[] {
  return asked.map((one) => ({ variable: one.name, value: texts(values[one.name]) }));
}

/** Whether something that must be given is missing. */
export function lacking(asked: readonly Asked[], values: Readonly<Record<string, unknown>>): boolean {
  return asked.some((one) => one.required && texts(values[one.name]).length === 0);
}

/** What nobody has touched is missing: a question without an answer is not answered with no. */
function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return value === undefined || value === null || value === "" ? [] : [String(value)];
}
