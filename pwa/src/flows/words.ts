/** The words of flows come with their screens: the first screen does without them. */
import { flowsEn } from "../i18n/flows.en";
import { flowsZh } from "../i18n/flows.zh";
import { language } from "../i18n/index.svelte";

export function ft(): typeof flowsEn {
  return language.current === "zh" ? flowsZh : flowsEn;
}
