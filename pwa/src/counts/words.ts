/** The words of stock counts come with their screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { countsEn } from "../i18n/counts.en";
import { countsZh } from "../i18n/counts.zh";

export function ct(): typeof countsEn {
  return language.current === "zh" ? countsZh : countsEn;
}
