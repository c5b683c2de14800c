/** Chinese words for issuing material to batches: fetched with their screens, not with the first one. */
import type { issuingEn } from "./issuing.en";

export const issuingZh: typeof issuingEn = {
  title: "发料", hint: "按批指令领料：逐个扫描容器，先到期先出。", none: "没有等待用料的批。", search: "批号或产品", batch: (number: string) => `批 ${number}`,
  scan: "扫描要发出的容器", expected: "已分配给本批的容器，或可分配的容器", issuedNow: (label: string) => `${label} 已发料`, already: (label: string) => `${label} 已在本批`, next: "下一个",
  need: "需要", given: "已分配", issued: "已发料", used: "已称量", returned: "已退回", open: "在用剩余", difference: "差额", noNeed: "工艺未写明数量",
  states: { allocated: "已分配", issued: "已发料", returned: "已退回" } as Record<string, string>,
  proposal: "先到期先出", nothing: "没有可用的容器。", until: (day: string) => `有效至 ${day}`, at: (place: string) => `位置 ${place}`, issue: "发料", back: "退料",
  departsTitle: "还有更早到期的容器", departsHint: (first: string, label: string) => `应先用 ${first}。若仍要用 ${label}，请说明理由。`,
  beyondTitle: "已够本批所需", beyondHint: (label: string, need: string) => `本批需要 ${need}，已分配的足够。若仍要发 ${label}，请说明理由。`,
  reason: "理由", goOn: "仍然使用",
  backTitle: (label: string) => `退回 ${label}`, backHint: "请称量容器内剩余量。用尽时填 0。退回后可供其他批使用。", content: "现有内容量", cameWith: (q: string) => `发料时 ${q}`, backReason: "说明（可不填）", backNow: "退回库存",
  unissued: "已称用但未发料",
  scrapped: "销毁或取样", balanced: "包装材料平衡", untold: "单位无法换算，不能计算", explain: "解释并签名…", explainTitle: "物料未平衡", explainHint: "仍在本批的容器在退回之前视为缺失；已称用但未发料的容器，其剩余量同样视为缺失：请补办发料并按实际余量退料，或作出解释。", explainMeaning: "已调查该物料的平衡偏差，解释如下", explainReason: "调查结果及其对该批的影响", explainSign: "签署解释",
  unfit: (label, status) => `${label} 不得使用：${status}`,
  settled: "平", unsettled: "有差额", closed: "本批已结束，不再发料。",
};
