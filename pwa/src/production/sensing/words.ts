/** The words of values from machines come with their screen: the first screen does without them. */
import { language } from "../../i18n/index.svelte";
import { sensingEn } from "../../i18n/sensing.en";
import { sensingZh } from "../../i18n/sensing.zh";

export function st(): typeof sensingEn {
  return language.current === "zh" ? sensingZh : sensingEn;
}
