/** The drawing that a flow begins with: where it starts, and nothing else. */
const OURS = "urn:pestle:flow:1";
const BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}

/** A flow with a start and nothing after it. */
export function blank(code: string, zh: string, en: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="${BPMN}" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:pestle="${OURS}" id="definitions" targetNamespace="${OURS}">
  <bpmn:process id="${escaped(code)}" name="${escaped(zh)}" pestle:nameEn="${escaped(en)}" isExecutable="true">
    <bpmn:startEvent id="start" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="${escaped(code)}">
      <bpmndi:BPMNShape id="start_shape" bpmnElement="start"><dc:Bounds x="160" y="160" width="36" height="36" /></bpmndi:BPMNShape>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
`;
}

/** The same drawing as another flow. */
export function renamed(xml: string, code: string, zh: string, en: string): string {
  const tree = new DOMParser().parseFromString(xml, "application/xml");
  const process = [...tree.getElementsByTagNameNS(BPMN, "process")].find((one) => one.getAttribute("isExecutable") === "true");
  const plane = [...tree.querySelectorAll("*")].find((one) => one.localName === "BPMNPlane" && one.getAttribute("bpmnElement") === process?.id);
  process?.setAttribute("id", code);
  process?.setAttribute("name", zh);
  process?.setAttributeNS(OURS, "pestle:nameEn", en);
  plane?.setAttribute("bpmnElement", code);
  return new XMLSerializer().serializeToString(tree);
}
