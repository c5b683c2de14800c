/** Builds a drawing without a mouse: what there is in the order of the flow, and what can be done with each of it. */
import type { Drawing } from "./canvas";
import type { Drawn, Said } from "./properties";

/** A shape on the canvas with what leads away from it, stands at its edge and lies in it. */
export interface Shape extends Drawn { x: number; y: number; width: number; height: number; outgoing: Way[]; attachers?: Shape[]; children?: Drawn[]; host?: Shape | null }
export interface Way extends Drawn { source: Shape; target: Shape }
/** A shape with how deep it lies in parts of the flow. */
export interface Place { shape: Shape; depth: number }
interface Point { x: number; y: number }
export type Kind = { type: string; [attribute: string]: unknown };

interface Services {
  elementRegistry: { getAll(): Drawn[] };
  elementFactory: { createShape(kind: Kind): Shape };
  autoPlace: { append(from: Shape, shape: Shape): Shape };
  modeling: {
    createShape(shape: Shape, at: { x: number; y: number }, parent: Drawn, hints?: { attach: boolean }): Shape;
    connect(source: Shape, target: Shape): Way;
    updateWaypoints(way: Way, points: Point[]): void;
    removeElements(elements: Drawn[]): void;
  };
  rules: { allowed(what: string, about: object): unknown };
  selection: { select(element: Drawn): void };
  canvas: { getRootElement(): Drawn; scrollToElement(element: Drawn): void };
}
const of = <Name extends keyof Services>(drawing: Drawing, name: Name): Services[Name] => drawing.get<Services[Name]>(name);

/** What may follow an element. */
export const FOLLOWING: Record<string, Kind> = {
  task: { type: "bpmn:UserTask" },
  exclusive: { type: "bpmn:ExclusiveGateway" },
  parallel: { type: "bpmn:ParallelGateway" },
  inclusive: { type: "bpmn:InclusiveGateway" },
  end: { type: "bpmn:EndEvent" },
  timer: { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:TimerEventDefinition" },
  message: { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:MessageEventDefinition" },
  send: { type: "bpmn:IntermediateThrowEvent", eventDefinitionType: "bpmn:MessageEventDefinition" },
  call: { type: "bpmn:CallActivity" },
  part: { type: "bpmn:SubProcess", isExpanded: true },
  failure: { type: "bpmn:EndEvent", eventDefinitionType: "bpmn:ErrorEventDefinition" },
  stop: { type: "bpmn:EndEvent", eventDefinitionType: "bpmn:TerminateEventDefinition" },
};
/** What may stand at the edge of an activity. */
export const BESIDE: Record<string, Kind> = {
  due: { type: "bpmn:BoundaryEvent", eventDefinitionType: "bpmn:TimerEventDefinition", cancelActivity: false },
  limit: { type: "bpmn:BoundaryEvent", eventDefinitionType: "bpmn:TimerEventDefinition" },
  received: { type: "bpmn:BoundaryEvent", eventDefinitionType: "bpmn:MessageEventDefinition" },
  failed: { type: "bpmn:BoundaryEvent", eventDefinitionType: "bpmn:ErrorEventDefinition" },
};
const ACTIVITIES = new Set(["bpmn:UserTask", "bpmn:CallActivity", "bpmn:SubProcess"]);
export const isActivity = (one: Drawn): boolean => ACTIVITIES.has(one.type);

/** Every shape, each after what leads to it, with what lies in a part right after the part. */
export function outline(drawing: Drawing): Place[] {
  const shapes = of(drawing, "elementRegistry").getAll().filter((one): one is Shape => one.type.startsWith("bpmn:") && !one.labelTarget && !("waypoints" in one) && one.parent != null);
  return within(shapes, of(drawing, "canvas").getRootElement(), 0);
}

function within(shapes: Shape[], parent: Drawn, depth: number): Place[] {
  const inside = shapes.filter((one) => one.parent?.id === parent.id);
  const starts = inside.filter((one) => one.type === "bpmn:StartEvent");
  const seen = new Set<Shape>();
  for (const first of [...starts, ...inside]) {
    const queue = [first];
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(...(next.attachers ?? []), ...waysOf(next).map((way) => way.target));
    }
  }
  return [...seen].filter((one) => inside.includes(one)).flatMap((shape) => [{ shape, depth }, ...within(shapes, shape, depth + 1)]);
}

/** The arrows that lead away from a shape. */
export function waysOf(shape: Shape): Way[] {
  return (shape.outgoing ?? []).filter((one) => one.type === "bpmn:SequenceFlow");
}

/** Where an arrow from this shape may lead, and does not yet. */
export function reachable(drawing: Drawing, from: Shape): Shape[] {
  const known = new Set(waysOf(from).map((way) => way.target.id));
  const allowed = (target: Shape): boolean => (of(drawing, "rules").allowed("connection.create", { source: from, target }) as { type?: string } | false | null | undefined || { type: "" }).type === "bpmn:SequenceFlow";
  return outline(drawing).map((one) => one.shape).filter((one) => !known.has(one.id) && allowed(one));
}

/** Whether something may follow this: an end and a note lead nowhere. */
export function leads(shape: Drawn): shape is Shape {
  return isActivity(shape) || ["bpmn:StartEvent", "bpmn:BoundaryEvent", "bpmn:IntermediateCatchEvent", "bpmn:IntermediateThrowEvent"].includes(shape.type) || shape.type.endsWith("Gateway");
}

function chosen<One extends Drawn>(drawing: Drawing, one: One): One {
  of(drawing, "selection").select(one);
  of(drawing, "canvas").scrollToElement(one);
  return one;
}

/** Puts a new element after this one, with an arrow to it, and chooses it. */
export function follow(drawing: Drawing, from: Shape, kind: Kind): Shape {
  return chosen(drawing, of(drawing, "autoPlace").append(from, of(drawing, "elementFactory").createShape(kind)));
}

/** Puts an event at the lower edge of an activity, beside those that are there, and chooses it. */
export function attach(drawing: Drawing, host: Shape, kind: Kind): Shape {
  const at = { x: host.x + 24 + 44 * (host.attachers ?? []).length, y: host.y + host.height };
  return chosen(drawing, of(drawing, "modeling").createShape(of(drawing, "elementFactory").createShape(kind), at, host, { attach: true }));
}

/** Puts a start in a part of the flow, or in the flow itself, and chooses it. */
export function begin(drawing: Drawing, parent: Drawn): Shape {
  const part = parent as Shape;
  const at = "width" in parent ? { x: part.x + 50, y: part.y + part.height / 2 } : { x: 160, y: 160 };
  return chosen(drawing, of(drawing, "modeling").createShape(of(drawing, "elementFactory").createShape({ type: "bpmn:StartEvent" }), at, parent));
}

/** Draws an arrow and chooses it. One that leads back goes below everything that stands between, not through it. */
export function connect(drawing: Drawing, from: Shape, to: Shape): Way {
  const made = of(drawing, "modeling").connect(from, to);
  if (to.x + to.width < from.x) {
    const between = outline(drawing).map((one) => one.shape).filter((one) => one.parent === from.parent && one.x <= from.x + from.width && one.x + one.width >= to.x);
    const low = Math.max(...between.map((one) => one.y + one.height)) + 40;
    const [start, end] = [from, to].map((one) => ({ x: one.x + one.width / 2, y: one.y + one.height })) as [Point, Point];
    of(drawing, "modeling").updateWaypoints(made, [start, { x: start.x, y: low }, { x: end.x, y: low }, end]);
  }
  return chosen(drawing, made);
}

export function remove(drawing: Drawing, one: Drawn): void {
  of(drawing, "modeling").removeElements([one]);
}

/** What an element is called, or its identifier. */
export function called(one: Drawn, english: boolean): string {
  const object: Said = one.businessObject;
  const name = object.get(english ? "pestle:nameEn" : "name") || object.get("name");
  return typeof name === "string" && name ? name : one.id;
}
