/** The words of the warehouse come with its screens: the first screen does without them. */
import { language } from "../i18n/index.svelte";
import { warehouseEn } from "../i18n/warehouse.en";
import { warehouseZh } from "../i18n/warehouse.zh";

export function wt(): typeof warehouseEn {
  return language.current === "zh" ? warehouseZh : warehouseEn;
}
