/** The words of the designer come with its screens: the first screen does without them. */
import { formsEn } from "../../i18n/forms.en";
import { formsZh } from "../../i18n/forms.zh";
import { language } from "../../i18n/index.svelte";

export function dt(): typeof formsEn {
  return language.current === "zh" ? formsZh : formsEn;
}
