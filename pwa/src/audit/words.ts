/** The words of audit-trail reviews come with their screens: the first screen does without them. */
import { auditEn } from "../i18n/audit.en";
import { auditZh } from "../i18n/audit.zh";
import { language } from "../i18n/index.svelte";

export function ta(): typeof auditEn {
  return language.current === "zh" ? auditZh : auditEn;
}
