/** The words of purchase orders come with their screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { purchasingEn } from "../i18n/purchasing.en";
import { purchasingZh } from "../i18n/purchasing.zh";

export function pt(): typeof purchasingEn {
  return language.current === "zh" ? purchasingZh : purchasingEn;
}
