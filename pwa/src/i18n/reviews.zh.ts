/** Chinese words of production's review of a batch record. */
import type { reviewsEn } from "./reviews.en";

export const reviewsZh: typeof reviewsEn = {
  production: "生产部门审核",
  sign: "生产审核签名",
  signTitle: "生产部门审核批记录",
  again: "重新进行生产审核签名",
  meaning: "生产部门已审核批生产记录",
  stamp: "已审核",
  stale: "签名后又有生产记录，须由生产部门重新审核。",
  waits: "生产部门尚未审核本批，审核后质量部门方可放行。",
  ended: "须先结束各阶段。",
  timeTitle: "审核用时",
  timeHint: "仅在本页打开、可见且您正在操作时计时，随签名一并记录。仅供计划参考，不作为控制：不影响任何判定，也不用于考核。",
  timeNow: (time) => `您目前用时：${time}`,
  timeBy: { "release.production_reviewed.v1": "生产部门", "release.batch_released.v3": "质量部门，放行", "release.batch_rejected.v3": "质量部门，拒绝" },
  median: (time, n) => `审核用时中位数：${time}（${n} 批）。仅供计划参考，不作为控制。`,
  column: "审核用时",
  minutes: (n) => `${n} 分钟`, hours: (h, m) => `${h} 小时 ${m} 分钟`, below: "不足 1 分钟",
  reason: { not_reviewed: "尚未审核", came_after: "签名后又有记录" },
};
