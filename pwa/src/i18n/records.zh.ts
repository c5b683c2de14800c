/** 表单记录的中文词汇：随其界面加载，不随首屏。 */
import type { recordsEn } from "./records.en";

export const recordsZh: typeof recordsEn = {
  title: "记录", mine: "我的", open: "填写中", complete: "已完成", all: "全部", empty: "暂无记录。", held: "在本机", heldHint: "断网时也可填写。",
  begin: "打开记录", beginTitle: "打开记录", beginHint: "以现行表单打开一份新记录；其他人员和平板可共同填写。", form: "表单", noForms: "今日没有现行有效的表单。", subject: "记录对象（批号、设备、指令）", version: (n) => `第 ${n} 版`,
  take: "带走", taking: "正在带走…", fill: "填写", look: "查看", handBack: "交还", handBackHint: "此后本机不再填写该记录；已记录的内容仍会送达。", taken: "已带走",
  record: (n) => `记录 ${n} 个值`, wrong: (n) => `${n} 个值格式不正确`, finish: "完成记录", missing: (n) => `尚缺 ${n} 个字段`, done: "记录已完成。", doneHint: "记录已入日志，不再填写。",
  outTitle: (field) => `${field}：超出限度`, outHint: "该值按原样保留。请说明情况；审核人员可同时看到两者。", outComment: "情况说明", outAction: "记录",
  correctTitle: "更正", correctHint: "原值连同更正理由保留在历史中。", old: "原记录", fresh: "正确值", reason: "更正理由", correct: "签署更正",
  strikeTitle: (row: string) => `作废：${row}`, restoreTitle: (row: string) => `恢复计入：${row}`, strikeHint: "内容仍可查看（划线显示），附上您的理由；不再参与任何计算。", restoreHint: "按原记录恢复计入，相关结果将重新计算。", strikeReason: "理由", strikeAction: "作废", restoreAction: "恢复计入", historyTitle: "此字段的历史", corrected: "已更正", stands: "有效", because: (reason) => `理由：${reason}`, nothing: "此处尚无记录。", onDevice: "在本机", inLog: "已入账",
  signTitle: "签名", secondTitle: "第二人", signHint: "您所签为表单中此前的全部内容，以当前状态为准。", again: "重新签名的理由", noSigners: "可在此签名的人员在本机均无 PIN 或通行密钥。", waiting: "请先记录已输入的内容。",
  print: "打印（PDF）", meaning: "含义", signs: "签名人", items: "待查看事项", settledItems: "已处理事项", settled: "已处理", settle: "处理", settleTitle: "处理", settleReason: "评估", settleAction: "关闭", choose: "以哪个值为准", settledBy: (name) => `由 ${name} 处理`, commentMissing: "未作说明", by: "打开人",
  unsigned: (n) => `本机有 ${n} 条记录尚未入账。`, items_open: (n) => `${n} 项待查看`,
};
