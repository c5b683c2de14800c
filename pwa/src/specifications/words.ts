/** The words of specifications come with their screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { specificationsEn } from "../i18n/specifications.en";
import { specificationsZh } from "../i18n/specifications.zh";

export function st(): typeof specificationsEn {
  return language.current === "zh" ? specificationsZh : specificationsEn;
}
