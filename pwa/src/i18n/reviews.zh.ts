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
  reason: { not_reviewed: "尚未审核", came_after: "签名后又有记录" },
};
