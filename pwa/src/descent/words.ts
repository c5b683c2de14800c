/** The words of descent come with its screens: the first screen does without them. */
import { descentEn } from "../i18n/descent.en";
import { descentZh } from "../i18n/descent.zh";
import { language } from "../i18n/index.svelte";

export function dt(): typeof descentEn {
  return language.current === "zh" ? descentZh : descentEn;
}
