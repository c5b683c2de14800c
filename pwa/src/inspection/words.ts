/** The words of inspections come with their screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { inspectionsEn } from "../i18n/inspections.en";
import { inspectionsZh } from "../i18n/inspections.zh";

export function nt(): typeof inspectionsEn {
  return language.current === "zh" ? inspectionsZh : inspectionsEn;
}
