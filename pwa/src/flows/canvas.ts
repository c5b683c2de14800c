/** Opens bpmn-js, for drawing or for looking only, with what our engine runs and nothing else; fetched when it is needed. */
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn.css";
import "./marks.css";
import Modeler from "bpmn-js/lib/Modeler";
import Viewer from "bpmn-js/lib/NavigatedViewer";
import { chinese } from "./drawing.zh";
import { moddle } from "./moddle";
import { palette } from "./palette";

export type Drawing = InstanceType<typeof Modeler>;
export type Picture = InstanceType<typeof Viewer>;

/** bpmn-js asks for each of its words here; `{name}` stands for what it fills in. */
function words(language: string): Record<string, unknown> {
  const translate = (text: string, given: Record<string, string> = {}): string => {
    const said = language === "zh" ? (chinese[text] ?? text) : text;
    return said.replace(/\{([^}]+)\}/g, (whole, name: string) => given[name] ?? whole);
  };
  return { translate: ["value", translate] };
}

/** A canvas to draw on, in this language. */
export function drawing(container: HTMLElement, language: string): Drawing {
  return new Modeler({ container, moddleExtensions: { pestle: moddle }, additionalModules: [words(language), palette] });
}

/** A picture to look at and move about in. */
export function picture(container: HTMLElement, language: string): Picture {
  return new Viewer({ container, moddleExtensions: { pestle: moddle }, additionalModules: [words(language)] });
}
