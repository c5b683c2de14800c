/** The words of how phases go come with their screens: the first screen does without them. */
import { courseEn } from "../../i18n/course.en";
import { courseZh } from "../../i18n/course.zh";
import { language } from "../../i18n/index.svelte";

export function ct(): typeof courseEn {
  return language.current === "zh" ? courseZh : courseEn;
}
