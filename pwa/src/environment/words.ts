/** The words of rooms come with their screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { roomsEn } from "../i18n/rooms.en";
import { roomsZh } from "../i18n/rooms.zh";

export function et(): typeof roomsEn {
  return language.current === "zh" ? roomsZh : roomsEn;
}
