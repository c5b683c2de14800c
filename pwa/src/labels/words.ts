/** The words of labels come with their screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { labelsEn } from "../i18n/labels.en";
import { labelsZh } from "../i18n/labels.zh";

export function lt(): typeof labelsEn {
  return language.current === "zh" ? labelsZh : labelsEn;
}
