/** The words of production's review of a batch record. */
import { language } from "../i18n/index.svelte";
import { reviewsEn } from "../i18n/reviews.en";
import { reviewsZh } from "../i18n/reviews.zh";

export function rt(): typeof reviewsEn {
  return language.current === "zh" ? reviewsZh : reviewsEn;
}
