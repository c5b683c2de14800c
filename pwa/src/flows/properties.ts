/** Reads and changes what an element of a drawing says; each change is one step that the drawing can take back. */
import type { Drawing } from "./canvas";

/** A moddle object: `get` and `set` by qualified name, its type, and what it lies in. */
export interface Said { $type: string; $parent?: Said; id: string; get(name: string): unknown; [name: string]: unknown }
/** A shape or connection on the canvas. */
export interface Drawn { id: string; type: string; businessObject: Said; labelTarget?: Drawn; parent?: Drawn }
interface Moddle { create(type: string, attributes?: Record<string, unknown>): Said }
interface Modeling {
  updateProperties(element: Drawn, properties: Record<string, unknown>): void;
  updateModdleProperties(element: Drawn, object: Said, properties: Record<string, unknown>): void;
}
export type Row = Record<string, string | boolean>;

const modeling = (drawing: Drawing): Modeling => drawing.get<Modeling>("modeling");
const moddle = (drawing: Drawing): Moddle => drawing.get<Moddle>("moddle");

/** The text of an attribute, empty where there is none. */
export function text(object: Said | undefined, name: string): string {
  const value = object?.get(name);
  return typeof value === "string" ? value : "";
}

/** Sets attributes of the element itself; an empty text takes the attribute away. */
export function say(drawing: Drawing, element: Drawn, properties: Record<string, string>): void {
  modeling(drawing).updateProperties(element, Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, value || undefined])));
}

/** Sets attributes of something inside of the element, such as its loop or its event. */
export function sayInside(drawing: Drawing, element: Drawn, object: Said, properties: Record<string, unknown>): void {
  modeling(drawing).updateModdleProperties(element, object, properties);
}

/** The `pestle:` elements of this type that an element holds, in order. */
export function rows(object: Said, type: string, names: readonly string[]): Row[] {
  const values = ((object.get("extensionElements") as Said | undefined)?.get("values") ?? []) as Said[];
  return values.filter((one) => one.$type === type).map((one) => Object.fromEntries(names.map((name) => [name, (one.get(name) as string | boolean | undefined) ?? ""])));
}

/** Puts these in the place of the `pestle:` elements of this type, and leaves all others as they are. */
export function sayRows(drawing: Drawing, element: Drawn, type: string, given: readonly Row[]): void {
  const object = element.businessObject;
  const before = object.get("extensionElements") as Said | undefined;
  const others = ((before?.get("values") ?? []) as Said[]).filter((one) => one.$type !== type);
  const made = given.map((row) => moddle(drawing).create(type, Object.fromEntries(Object.entries(row).filter(([, value]) => value !== ""))));
  const extensionElements = moddle(drawing).create("bpmn:ExtensionElements", { values: [...others, ...made] });
  for (const one of [...others, ...made]) one.$parent = extensionElements;
  extensionElements.$parent = object;
  modeling(drawing).updateModdleProperties(element, object, { extensionElements: others.length + made.length > 0 ? extensionElements : undefined });
}

/** The body of an expression that lies inside, such as a condition or a duration. */
export function expression(object: Said | undefined, name: string): string {
  return text(object?.get(name) as Said | undefined, "body");
}

/** Sets it, or takes it away where it is empty. */
export function sayExpression(drawing: Drawing, element: Drawn, object: Said, name: string, body: string): void {
  const made = body ? moddle(drawing).create("bpmn:FormalExpression", { body }) : undefined;
  if (made) made.$parent = object;
  modeling(drawing).updateModdleProperties(element, object, { [name]: made });
}

/** What kind of event it is: its timer, message, error or end, if it has one. */
export function eventOf(object: Said): Said | undefined {
  return ((object.get("eventDefinitions") ?? []) as Said[])[0];
}

/** The loop of an element that is done for each of a list. */
export function loopOf(object: Said): Said | undefined {
  const loop = object.get("loopCharacteristics") as Said | undefined;
  return loop?.$type === "bpmn:MultiInstanceLoopCharacteristics" ? loop : undefined;
}

/** Makes it one that is done for each of a list, at once or one after the other; empty: once. */
export function sayLoop(drawing: Drawing, element: Drawn, how: string): void {
  const loop = loopOf(element.businessObject);
  const isSequential = how === "sequential";
  if (loop && how) return sayInside(drawing, element, loop, { isSequential });
  const made = how ? moddle(drawing).create("bpmn:MultiInstanceLoopCharacteristics", { isSequential }) : undefined;
  if (made) made.$parent = element.businessObject;
  modeling(drawing).updateProperties(element, { loopCharacteristics: made });
}

/** Says which way a gateway takes when no other applies; that way has no condition then. */
export function sayDefault(drawing: Drawing, gateway: Said, way: Said | undefined): void {
  const shape = drawing.get<{ get(id: string): Drawn }>("elementRegistry").get(gateway.id);
  modeling(drawing).updateProperties(shape, { default: way });
}

/** Names a message or an error at the root of the file: an existing one of this name is used again. */
export function sayRoot(drawing: Drawing, element: Drawn, event: Said, what: "message" | "error", name: string): void {
  const type = what === "message" ? "bpmn:Message" : "bpmn:Error";
  const key = what === "message" ? "name" : "errorCode";
  const definitions = (drawing as unknown as { getDefinitions(): Said }).getDefinitions();
  const all = definitions.get("rootElements") as Said[];
  let found = all.find((one) => one.$type === type && one.get(key) === name);
  if (!found && name) {
    found = moddle(drawing).create(type, { id: `${what}_${crypto.randomUUID().slice(0, 8)}`, name, ...(what === "error" ? { errorCode: name } : {}) });
    found.$parent = definitions;
    modeling(drawing).updateModdleProperties(element, definitions, { rootElements: [...all, found] });
  }
  modeling(drawing).updateModdleProperties(element, event, { [`${what}Ref`]: found });
}

/** The process that is drawn, and the shape that stands for it: the canvas itself. */
export function root(drawing: Drawing): Drawn {
  return drawing.get<{ getRootElement(): Drawn }>("canvas").getRootElement();
}
