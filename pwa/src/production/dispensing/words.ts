/** The words of dispensing come with its screens: the first screen does without them. */
import { dispensingEn } from "../../i18n/dispensing.en";
import { dispensingZh } from "../../i18n/dispensing.zh";
import { language } from "../../i18n/index.svelte";

export function dt(): typeof dispensingEn {
  return language.current === "zh" ? dispensingZh : dispensingEn;
}
