/** The words of production's review of a batch record, and of the time that reviews take. */
import { language } from "../i18n/index.svelte";
import { reviewsEn } from "../i18n/reviews.en";
import { reviewsZh } from "../i18n/reviews.zh";

export function rt(): typeof reviewsEn {
  return language.current === "zh" ? reviewsZh : reviewsEn;
}

/** Whole seconds as people say them. */
export function lasting(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return rt().below;
  return minutes < 60 ? rt().minutes(minutes) : rt().hours(Math.floor(minutes / 60), minutes % 60);
}
