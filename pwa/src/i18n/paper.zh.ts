/** Chinese words for the empty record on paper: fetched with the screens that show it. */
import type { paperEn } from "./paper.en";

export const paperZh: typeof paperEn = {
  open: "空白纸质记录…",
  title: "空白纸质批记录",
  hint: "用于系统全部停用之时。每份副本只发放一次，编号并记入日志；恢复后据以录入。",
  none: "尚未发放副本。",
  copy: (n: number) => `副本 ${n}`,
  zh: "中文",
  en: "英文",
  issue: "发放副本",
  again: "再发放一份",
  reason: "需要另一份的理由",
};
