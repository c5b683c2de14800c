/** The words of planning come with its screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { planningEn } from "../i18n/planning.en";
import { planningZh } from "../i18n/planning.zh";

export function pt(): typeof planningEn {
  return language.current === "zh" ? planningZh : planningEn;
}
