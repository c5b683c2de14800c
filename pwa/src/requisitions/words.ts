/** The words of requisitions come with their screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { requisitionsEn } from "../i18n/requisitions.en";
import { requisitionsZh } from "../i18n/requisitions.zh";

export function rt(): typeof requisitionsEn {
  return language.current === "zh" ? requisitionsZh : requisitionsEn;
}
