/** The words of records come with their screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { recordsEn } from "../i18n/records.en";
import { recordsZh } from "../i18n/records.zh";

export function rt(): typeof recordsEn {
  return language.current === "zh" ? recordsZh : recordsEn;
}
