/** The words of filling in come with its screens: the first screen does without them. */
import { fillEn } from "../i18n/fill.en";
import { fillZh } from "../i18n/fill.zh";
import { language } from "../i18n/index.svelte";

export function ft(): typeof fillEn {
  return language.current === "zh" ? fillZh : fillEn;
}
