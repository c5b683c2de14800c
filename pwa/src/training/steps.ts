/** What a step of work is called: phases and actions in words, equipment by its code. */
import { t, word } from "../i18n/index.svelte";
import { tt } from "./words";

export function nameOf(on: string, name: string): string {
  if (on === "phase") return word(t().phaseTypes, name);
  if (on === "action" && name.startsWith("form:")) return tt().fillForm(name.slice("form:".length));
  return on === "action" ? word(tt().actions, name) : name;
}

export function stepName(step: string): string {
  const [on = "", name = ""] = step.split(/:(.*)/s);
  return nameOf(on, name);
}
