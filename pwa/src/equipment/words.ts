/** The words of balances' pages come with their screens: the first screen does without them. */
import { checksEn } from "../i18n/checks.en";
import { checksZh } from "../i18n/checks.zh";
import { machinesEn } from "../i18n/machines.en";
import { machinesZh } from "../i18n/machines.zh";
import { language } from "../i18n/index.svelte";

export function ct(): typeof checksEn {
  return language.current === "zh" ? checksZh : checksEn;
}

export function mt(): typeof machinesEn {
  return language.current === "zh" ? machinesZh : machinesEn;
}
