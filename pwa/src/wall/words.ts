/** The words of the wall come with it: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { wallEn } from "../i18n/wall.en";
import { wallZh } from "../i18n/wall.zh";

export function wt(): typeof wallEn {
  return language.current === "zh" ? wallZh : wallEn;
}
