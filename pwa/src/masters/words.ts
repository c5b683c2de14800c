/** The words of the material master come with its screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { mastersEn } from "../i18n/masters.en";
import { mastersZh } from "../i18n/masters.zh";

export function mt(): typeof mastersEn {
  return language.current === "zh" ? mastersZh : mastersEn;
}
