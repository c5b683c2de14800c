/** The words of training come with its screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { trainingEn } from "../i18n/training.en";
import { trainingZh } from "../i18n/training.zh";

export function tt(): typeof trainingEn {
  return language.current === "zh" ? trainingZh : trainingEn;
}
