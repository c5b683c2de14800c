/** The words of stock come with its screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { stockEn } from "../i18n/stock.en";
import { stockZh } from "../i18n/stock.zh";

export function kt(): typeof stockEn {
  return language.current === "zh" ? stockZh : stockEn;
}
