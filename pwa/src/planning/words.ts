/** The words of planning come with its screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { planningEn } from "../i18n/planning.en";
import { planningZh } from "../i18n/planning.zh";
import { scheduleEn } from "../i18n/schedule.en";
import { scheduleZh } from "../i18n/schedule.zh";

export function pt(): typeof planningEn {
  return language.current === "zh" ? planningZh : planningEn;
}

export function st(): typeof scheduleEn {
  return language.current === "zh" ? scheduleZh : scheduleEn;
}
