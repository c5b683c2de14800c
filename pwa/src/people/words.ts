/** The words of access come with its screens: the first screen does without them. */
import { accessEn } from "../i18n/access.en";
import { accessZh } from "../i18n/access.zh";
import { language } from "../i18n/index.svelte";

export function at(): typeof accessEn {
  return language.current === "zh" ? accessZh : accessEn;
}
