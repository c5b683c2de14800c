/** The words of issuing come with its screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { issuingEn } from "../i18n/issuing.en";
import { issuingZh } from "../i18n/issuing.zh";

export function it(): typeof issuingEn {
  return language.current === "zh" ? issuingZh : issuingEn;
}
