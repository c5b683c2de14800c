/** What differs between two drawings of a flow: elements by id, and what each of them says. */
import type { Marks } from "./marks";

const BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/** Elements that stand on the canvas; what lies inside of them belongs to them. */
const DRAWN = new Set(["startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "userTask", "callActivity", "subProcess", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "sequenceFlow", "process"]);

/** One thing that an element says: what it is (an attribute's or a part's name in the file), and its text. */
export interface Line { what: string; text: string }
export interface Difference { element: string; what: "added" | "removed" | "changed"; before: Line[]; after: Line[] }

const OURS = "urn:pestle:flow:1";
const told = (one: Attr): string => (one.value === "true" ? one.localName : one.value === "false" ? "" : one.value);

/** What an element says, a line each, without what is drawn inside of it. */
function said(element: Element): Line[] {
  if (element.namespaceURI === OURS) return [{ what: element.localName, text: [...element.attributes].map(told).filter(Boolean).join(" · ") }];
  const own = [...element.attributes].filter((one) => one.prefix !== "xmlns" && one.name !== "xmlns" && one.name !== "id").map((one) => ({ what: one.localName, text: one.value }));
  const nested = [...element.children].filter((one) => one.namespaceURI !== BPMN || !DRAWN.has(one.localName)).filter((one) => one.localName !== "incoming" && one.localName !== "outgoing");
  const text = element.children.length === 0 ? (element.textContent ?? "").trim() : "";
  return [...own.filter((one) => one.what !== "type"), ...(text ? [{ what: element.localName, text }] : []), ...nested.flatMap(held)];
}

/** What lies inside says at least that it is there. */
function held(element: Element): Line[] {
  const lines = said(element);
  return lines.length > 0 ? lines : [{ what: element.localName, text: "" }];
}

function elements(xml: string): Map<string, Element> {
  const tree = new DOMParser().parseFromString(xml, "application/xml");
  const all = [...tree.getElementsByTagNameNS(BPMN, "*")].filter((one) => DRAWN.has(one.localName) && one.id);
  return new Map(all.map((one) => [one.id, one]));
}

const key = (line: Line): string => JSON.stringify([line.what, line.text]);

/** Every element that one drawing has and the other has not, or that says something else. Places on the canvas do not count. */
export function differences(before: string, after: string): Difference[] {
  const [old, fresh] = [elements(before), elements(after)];
  const ids = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return ids.flatMap((id): Difference[] => {
    const [one, other] = [old.get(id), fresh.get(id)];
    const [was, is] = [one ? said(one) : [], other ? said(other) : []];
    const [olds, news] = [was.map(key), is.map(key)];
    if (!one) return [{ element: id, what: "added", before: [], after: is }];
    if (!other) return [{ element: id, what: "removed", before: was, after: [] }];
    const same = one.localName === other.localName && [...olds].sort().join() === [...news].sort().join();
    return same ? [] : [{ element: id, what: "changed", before: was.filter((line) => !news.includes(key(line))), after: is.filter((line) => !olds.includes(key(line))) }];
  });
}

/** The marks for the older and for the newer drawing. */
export function marksOf(all: readonly Difference[]): { before: Marks; after: Marks } {
  const ids = (what: string): string[] => all.filter((one) => one.what === what).map((one) => one.element);
  return { before: { removed: ids("removed"), changed: ids("changed") }, after: { added: ids("added"), changed: ids("changed") } };
}
