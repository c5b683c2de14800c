/** The words of recipes and orders come with their screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { recipesEn } from "../i18n/recipes.en";
import { recipesZh } from "../i18n/recipes.zh";

export function rt(): typeof recipesEn {
  return language.current === "zh" ? recipesZh : recipesEn;
}
