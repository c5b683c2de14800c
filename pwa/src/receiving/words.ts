/** The words of receiving come with its screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { receivingEn } from "../i18n/receiving.en";
import { receivingZh } from "../i18n/receiving.zh";

export function rw(): typeof receivingEn {
  return language.current === "zh" ? receivingZh : receivingEn;
}
