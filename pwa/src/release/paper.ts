/** The words of the empty record come with the screen of a batch: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { paperEn } from "../i18n/paper.en";
import { paperZh } from "../i18n/paper.zh";

export function pt(): typeof paperEn {
  return language.current === "zh" ? paperZh : paperEn;
}
