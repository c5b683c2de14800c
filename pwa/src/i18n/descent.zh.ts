/** 批次拆分、合并与返工的中文词：随页面载入。 */
import type { descentEn } from "./descent.en";

export const descentZh: typeof descentEn = {
  title: "批次来源与去向", open: "来源与去向…", parents: "来源批次", children: "产生的批次", none: "本批由批指令下达，尚未产生其他批次。", left: "尚余步骤", nothingLeft: "各步骤均已结束。", whole: "本批已全部转入其他批次，不再生产，也不单独放行。",
  how: { split: "拆分", merge: "合并", rework: "返工" },
  split: "拆分…", splitTitle: (batch) => `拆分 ${batch}`, splitHint: "整批拆分为下列批次，按规则编号；各批按其批量承接尚余步骤。", part: (n) => `第 ${n} 份`, more: "增加一份", fewer: "减少一份", sums: (sum, whole) => `${sum} / ${whole}`, splitNow: "拆分",
  merge: "合并…", mergeTitle: (batch) => `合并 ${batch}`, mergeHint: "同一工艺规程、尚余步骤相同的批次合并为一批。", with: "与之合并", noOthers: "没有可合并的同一工艺规程批次。", mergeNow: "合并",
  rework: "返工…", reworkTitle: (batch) => `返工 ${batch}`, reworkHint: "整批转入新批次，按经批准的工艺规程返工。质量部门评估风险并签名（GMP 2010 第 134、135 条）。", way: "工艺", ways: { same: "返工（相同工艺）", other: "重新加工（不同工艺）" }, stage: "从哪一步骤返回", recipe: "返工工艺规程", risk: "风险评估", into: "新批号", goOn: "下一步：签名", sign: "签名并下达", meaning: "已评估风险，批准返工", version: (n) => `第 ${n} 版`,
  reason: "理由", quantity: "数量", lots: "所用批次", phases: "步骤", sameOnly: "制剂产品不得进行重新加工（GMP 2010 第 134 条）。",
};
