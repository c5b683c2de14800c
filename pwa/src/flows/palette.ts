/** What can be drawn: the elements that our engine runs. Everything else bpmn-js offers is left out of its menus. */
import ContextPadProvider from "bpmn-js/lib/features/context-pad/ContextPadProvider";
import ReplaceMenuProvider from "bpmn-js/lib/features/popup-menu/ReplaceMenuProvider";

type Shape = { type: string; [attribute: string]: unknown };
type Entry = { group: string; className?: string; title?: string; separator?: boolean; action?: Record<string, (event: Event, element: unknown) => void> };
type Entries = Record<string, Entry>;
interface Create { start(event: Event, shape: unknown): void }
interface Factory { createShape(shape: Shape): unknown; createParticipantShape?(shape: Shape): unknown }
interface Tool { activateHand?(event: Event): void; activateSelection?(event: Event): void; start?(event: Event): void }
type Translate = (text: string) => string;

/** Group, icon and shape, in the order of the palette; the key is what bpmn-js translates as its title. */
const SHAPES: Record<string, [group: string, icon: string, shape: Shape]> = {
  "Create start event": ["event", "bpmn-icon-start-event-none", { type: "bpmn:StartEvent" }],
  "Create intermediate timer": ["event", "bpmn-icon-intermediate-event-catch-timer", { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:TimerEventDefinition" }],
  "Create intermediate message": ["event", "bpmn-icon-intermediate-event-catch-message", { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:MessageEventDefinition" }],
  "Create end event": ["event", "bpmn-icon-end-event-none", { type: "bpmn:EndEvent" }],
  "Create gateway": ["gateway", "bpmn-icon-gateway-xor", { type: "bpmn:ExclusiveGateway" }],
  "Create parallel gateway": ["gateway", "bpmn-icon-gateway-parallel", { type: "bpmn:ParallelGateway" }],
  "Create inclusive gateway": ["gateway", "bpmn-icon-gateway-or", { type: "bpmn:InclusiveGateway" }],
  "Create user task": ["activity", "bpmn-icon-user-task", { type: "bpmn:UserTask" }],
  "Create call activity": ["activity", "bpmn-icon-call-activity", { type: "bpmn:CallActivity" }],
  "Create expanded sub-process": ["activity", "bpmn-icon-subprocess-expanded", { type: "bpmn:SubProcess", isExpanded: true }],
};

/** The palette at the left of the canvas. */
class Palette {
  static $inject = ["palette", "create", "elementFactory", "handTool", "lassoTool", "globalConnect", "translate"];
  constructor(
    palette: { registerProvider(provider: unknown): void }, private readonly create: Create, private readonly factory: Factory,
    private readonly hand: Tool, private readonly lasso: Tool, private readonly connect: Tool, private readonly translate: Translate,
  ) {
    palette.registerProvider(this);
  }

  getPaletteEntries(): Entries {
    const tools: Entries = {
      "hand-tool": this.tool("bpmn-icon-hand-tool", "Activate hand tool", (event) => this.hand.activateHand?.(event)),
      "lasso-tool": this.tool("bpmn-icon-lasso-tool", "Activate lasso tool", (event) => this.lasso.activateSelection?.(event)),
      "global-connect-tool": this.tool("bpmn-icon-connection-multi", "Activate global connect tool", (event) => this.connect.start?.(event)),
      "tool-separator": { group: "tools", separator: true },
    };
    const shapes = Object.entries(SHAPES).map(([title, [group, className, shape]]) => {
      const start = (event: Event): void => this.create.start(event, this.factory.createShape(shape));
      return [title, { group, className, title: this.translate(title), action: { dragstart: start, click: start } }] as const;
    });
    return { ...tools, ...Object.fromEntries(shapes) };
  }

  private tool(className: string, title: string, run: (event: Event) => void): Entry {
    return { group: "tools", className, title: this.translate(title), action: { click: run } };
  }
}

const AROUND = new Set(["append.end-event", "append.gateway", "append.append-task", "append.text-annotation", "replace", "connect", "delete"]);

/** What stands around a chosen element: what comes next is a user task, not a task that nobody does. */
class Around extends ContextPadProvider {
  override getContextPadEntries(element: never): never {
    const entries = super.getContextPadEntries(element) as unknown as Entries;
    const kept = Object.entries(entries).filter(([name]) => AROUND.has(name));
    const own = this as unknown as { _create: Create; _elementFactory: Factory; _autoPlace?: { append(from: unknown, shape: unknown): void }; _translate: Translate };
    const shape = (): unknown => own._elementFactory.createShape({ type: "bpmn:UserTask" });
    const append: Entry = {
      group: "model", className: "bpmn-icon-user-task", title: own._translate("Append user task"),
      action: {
        dragstart: (event) => own._create.start(event, shape()),
        click: (event, from) => (own._autoPlace ? own._autoPlace.append(from, shape()) : own._create.start(event, shape())),
      },
    };
    return Object.fromEntries(kept.map(([name, entry]) => [name, name === "append.append-task" ? append : entry])) as never;
  }
}

const INTO = new Set([
  "replace-with-none-start", "replace-with-none-end", "replace-with-error-end", "replace-with-terminate-end", "replace-with-message-end",
  "replace-with-none-intermediate-throw", "replace-with-message-intermediate-catch", "replace-with-message-intermediate-throw", "replace-with-timer-intermediate-catch",
  "replace-with-timer-boundary", "replace-with-non-interrupting-timer-boundary", "replace-with-error-boundary", "replace-with-message-boundary", "replace-with-non-interrupting-message-boundary",
  "replace-with-exclusive-gateway", "replace-with-parallel-gateway", "replace-with-inclusive-gateway",
  "replace-with-user-task", "replace-with-call-activity", "replace-with-expanded-subprocess",
  "replace-with-sequence-flow", "replace-with-default-flow", "replace-with-conditional-flow",
  "toggle-parallel-mi", "toggle-sequential-mi",
]);

/** What an element can be turned into. */
class Into extends ReplaceMenuProvider {
  override getPopupMenuEntries(target: never): never {
    return only(super.getPopupMenuEntries(target)) as never;
  }

  override getPopupMenuHeaderEntries(target: never): never {
    return only(super.getPopupMenuHeaderEntries(target)) as never;
  }
}

function only(entries: object): Entries {
  return Object.fromEntries(Object.entries(entries as Entries).filter(([name]) => INTO.has(name)));
}

export const palette = { paletteProvider: ["type", Palette], contextPadProvider: ["type", Around], replaceMenuProvider: ["type", Into] };
