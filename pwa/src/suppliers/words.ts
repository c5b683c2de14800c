/** The words of suppliers come with their screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { suppliersEn } from "../i18n/suppliers.en";
import { suppliersZh } from "../i18n/suppliers.zh";

export function vt(): typeof suppliersEn {
  return language.current === "zh" ? suppliersZh : suppliersEn;
}
