/** The words of checks on a schedule, charts and yields come with their screens: the first screen does without them. */
import { language } from "../../i18n/index.svelte";
import { processEn } from "../../i18n/process.en";
import { processZh } from "../../i18n/process.zh";

export function pt(): typeof processEn {
  return language.current === "zh" ? processZh : processEn;
}
