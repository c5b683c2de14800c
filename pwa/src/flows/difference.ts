/** What differs between two drawings of a flow: elements by id, and what each of them says. */
import type { Marks } from "./marks";

const BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/** Elements that stand on the canvas; what lies inside of them belongs to them. */
const DRAWN = new Set(["startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "userTask", "callActivity", "subProcess", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "sequenceFlow", "process"]);

export interface Difference { element: string; what: "added" | "removed" | "changed"; name: string; before: string[]; after: string[] }

/** What an element says, a line each, without what is drawn inside of it. */
function said(element: Element, inside = ""): string[] {
  const own = [...element.attributes].filter((one) => one.prefix !== "xmlns" && one.name !== "xmlns" && one.name !== "id").map((one) => `${inside}${one.name} = ${one.value}`);
  const nested = [...element.children].filter((one) => one.namespaceURI !== BPMN || !DRAWN.has(one.localName)).filter((one) => one.localName !== "incoming" && one.localName !== "outgoing");
  const text = element.children.length === 0 ? (element.textContent ?? "").trim() : "";
  return [...own, ...(text ? [`${inside}${text}`] : []), ...nested.flatMap((one) => said(one, `${inside}${one.localName}: `))].sort();
}

function elements(xml: string): Map<string, Element> {
  const tree = new DOMParser().parseFromString(xml, "application/xml");
  const all = [...tree.getElementsByTagNameNS(BPMN, "*")].filter((one) => DRAWN.has(one.localName) && one.id);
  return new Map(all.map((one) => [one.id, one]));
}

/** Every element that one drawing has and the other has not, or that says something else. Places on the canvas do not count. */
export function differences(before: string, after: string): Difference[] {
  const [old, fresh] = [elements(before), elements(after)];
  const ids = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return ids.flatMap((id): Difference[] => {
    const [one, other] = [old.get(id), fresh.get(id)];
    const [was, is] = [one ? said(one) : [], other ? said(other) : []];
    const name = (other ?? one)?.getAttribute("name") ?? id;
    if (!one) return [{ element: id, what: "added", name, before: [], after: is }];
    if (!other) return [{ element: id, what: "removed", name, before: was, after: [] }];
    const same = one.localName === other.localName && JSON.stringify(was) === JSON.stringify(is);
    return same ? [] : [{ element: id, what: "changed", name, before: was.filter((line) => !is.includes(line)), after: is.filter((line) => !was.includes(line)) }];
  });
}

/** The marks for the older and for the newer drawing. */
export function marksOf(all: readonly Difference[]): { before: Marks; after: Marks } {
  const ids = (what: string): string[] => all.filter((one) => one.what === what).map((one) => one.element);
  return { before: { removed: ids("removed"), changed: ids("changed") }, after: { added: ids("added"), changed: ids("changed") } };
}
