/** Chinese words of what people report as an exception. */
import type { reportsEn } from "./reports.en";

export const reportsZh: typeof reportsEn = {
  severity: "严重程度",
  severities: { minor: "轻微", major: "重要", critical: "严重" },
  means: { minor: "预计不影响产品", major: "可能影响产品或记录", critical: "危及产品或人员" },
  deviation: "同时开立偏差",
  deviationHint: "离线时，本机送达后即开立。",
  opened: (number: string) => `偏差 ${number}`,
  withdrawn: "已撤销",
};
