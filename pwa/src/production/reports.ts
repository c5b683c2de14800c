/** How grave somebody finds what they report, and the words of it: fetched with the screens of work and review. */
import { language } from "../i18n/index.svelte";
import { reportsEn } from "../i18n/reports.en";
import { reportsZh } from "../i18n/reports.zh";

export const SEVERITIES = ["minor", "major", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export function rt(): typeof reportsEn {
  return language.current === "zh" ? reportsZh : reportsEn;
}
