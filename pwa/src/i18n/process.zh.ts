/** Chinese words of checks on a schedule, control charts and yields: fetched with their screens. */
import type { processEn } from "./process.en";

export const processZh: typeof processEn = {
  comma: "，", due: (round, at) => `第 ${round} 轮应于 ${at} 检查`, dueNow: (round) => `第 ${round} 轮现在应检查`, late: (round) => `第 ${round} 轮已超时`, lateHint: "请立即检查；超时将记为异常。", in: "还有", since: "已过", held: "步骤暂停中：不需检查", allTaken: "各轮均已检查",
  end: "结束步骤", endMissing: (n) => `有 ${n} 项应做的检查未做：现在结束步骤即为漏做。`, go: "去检查",
  chart: "控制图", upper: "UCL", lower: "LCL", centre: "CL", specification: "工艺限度", target: "目标", few: (n) => `再检查 ${n} 轮后给出控制限`, flat: "无控制限：数值无波动，或各轮样本数不同", rounds: (from, to) => (from === to ? `第 ${to} 轮` : `第 ${from}–${to} 轮`),
  rules: {
    1: "一点超出 3σ", 2: "连续九点在中心线同一侧", 3: "连续六点递增或递减", 4: "连续十四点上下交替", 5: "连续三点中有两点在同侧超出 2σ", 6: "连续五点中有四点在同侧超出 1σ", 7: "连续十五点在 1σ 以内", 8: "连续八点在两侧且均超出 1σ",
  },
  rule: (n) => `尼尔森准则 ${n}`, pattern: "并非偶然", patternHint: "即使每个数值都在限度内，过程也已改变。请写明所见与所采取的措施：将记为异常。", patternLabel: "原因与措施",
  inputs: "计算依据", typed: "手工输入", from: (places) => `取自 ${places}`, open: (places) => `尚未记录：${places}`, conflict: (places) => `有冲突：${places}。由 QA 决定取哪个数值。`, unit: "单位无法换算", result: "收率", none: "按这些数值，算式得不出数", sign: "签署收率", nextInput: "下一数值", left: (n) => `还需输入 ${n} 个数值`,
  outTitle: "收率超出限度", outHint: "批次在此停止，待有权限的人员说明后方可继续。请写明所见。", outLabel: "发现的情况",
  stale: "依据的数值已更正：此结果不再有效", staleHint: "请按现行数值重新计算；原结果保留在记录中。", again: "重新计算", againReason: "依据的数值已更正",
  stop: (phase) => `已停止：${phase} 超出限度`, stopHint: "主管或 QA 作出说明后，方可开始下一步骤。", explain: "说明原因", explainTitle: "说明超限原因", explainHint: "结果为何超出限度，批次为何可以继续。说明人以本人 PIN 签名。", explainLabel: "说明", explainedBy: (name, at) => `${name} 已说明，${at}`, nobody: "本平板上没有可作说明且设有 PIN 的人员：请主管领取此批，或由 QA 在桌面处理。",
  balance: "物料平衡",
  fromStore: (value, unit) => `仓库配给 ${value} ${unit}，实际领用不同请更改`,
  balanceSign: "签署物料平衡",
  balanceOut: "物料平衡超出限度",
  difference: (used, difference) => `使用 ${used} · 差额 ${difference}`,
  printed: "印刷包装材料",
  specimen: "样张",
  specimenHint: "拍下印刷内容，并按样张上所印录入批号和日期；请勿照屏幕抄录。",
  specimenOpen: "待留样张",
  specimenKept: "样张已留",
  specimenNone: "不要求样张",
  specimenSign: "签署样张",
  numberOn: "样张上所印批号",
  datesOn: "样张上所印日期（生产日期、有效期至）",
  differs: (printed, batch) => `样张印为 ${printed}，本批为 ${batch}`,
  differsHint: "请停线：印有其他批号的包装材料不得流出。将记为异常。",
  without: "无样张结束步骤",
  withoutHint: "未留样张也可说明理由后结束步骤，将记为异常，由 QA 评估。",
};
