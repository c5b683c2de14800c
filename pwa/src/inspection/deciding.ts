/** The words of the use of lots come with their screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { usageEn } from "../i18n/usage.en";
import { usageZh } from "../i18n/usage.zh";

export function ut(): typeof usageEn {
  return language.current === "zh" ? usageZh : usageEn;
}
