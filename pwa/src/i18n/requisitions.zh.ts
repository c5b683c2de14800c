/** Chinese words for requisitions: fetched with their screens, not with the first one. */
import type { requisitionsEn } from "./requisitions.en";

export const requisitionsZh: typeof requisitionsEn = {
  title: "采购申请", hint: "仓库和计划提出的采购需求。", search: "编号、理由或物料", empty: "尚无采购申请。", create: "新建申请", state: "状态", lines: (n: number) => `${n} 种物料`,
  states: { open: "审批中", approved: "已批准", rejected: "已拒绝" },
  material: "物料", quantity: "数量", neededBy: "需用日期", note: "备注", reason: "申请理由", lineN: (n: number) => `物料 ${n}`, add: "添加物料", remove: "移除", raise: "提出申请", raisedBy: (name: string, at: string) => `${name} 于 ${at} 提出`, decidedBy: (name: string, at: string) => `${name} 于 ${at} 决定`,
  notQuantity: "须为大于零的数，小数用点，不用逗号，如 1250.5。",
  unknown: "物料目录中没有此物料。", asked: "申请内容", decision: "结论", orders: "采购订单", wanted: "尚未全部下单。", order: "去下单",
};
