/** What of a drawing is ours, told to bpmn-js so that it reads, keeps and writes it: `pestle:` attributes and elements. */
const text = (name: string): object => ({ name, type: "String", isAttr: true });
const yes = (name: string): object => ({ name, type: "Boolean", isAttr: true });
const adds = (to: string, ...names: string[]): object => ({ name: `${to.replace("bpmn:", "")}Ours`, extends: [to], properties: names.map(text) });
const holds = (name: string, ...properties: object[]): object => ({ name, superClass: ["Element"], properties });

export const moddle = {
  name: "Pestle", prefix: "pestle", uri: "urn:pestle:flow:1", xml: { tagAlias: "lowerCase" }, associations: [], enumerations: [],
  types: [
    adds("bpmn:Process", "nameEn"),
    adds("bpmn:FlowElement", "nameEn"),
    adds("bpmn:UserTask", "role", "person", "form", "due", "escalate", "meaning", "notBy", "into"),
    adds("bpmn:MultiInstanceLoopCharacteristics", "collection", "element"),
    adds("bpmn:MessageEventDefinition", "key"),
    adds("bpmn:EndEvent", "result"),
    holds("Variable", text("name"), text("type"), text("zh"), text("en"), yes("start")),
    holds("Outcome", text("code"), text("zh"), text("en"), text("meaning")),
    holds("Sets", text("variable"), yes("required")),
    holds("In", text("variable"), text("from")),
    holds("Out", text("variable"), text("from")),
  ],
};
