/** Chinese words for purchase orders: fetched with their screens, not with the first one. */
import type { purchasingEn } from "./purchasing.en";

export const purchasingZh: typeof purchasingEn = {
  title: "采购订单", hint: "向供应商订购的物料及尚未到货的数量。", search: "编号、供应商或物料", empty: "尚无采购订单。", create: "新建订单", lines: (n: number) => `${n} 行`,
  states: { waiting: "待批准", rejected: "已拒绝", open: "未到货", partial: "部分到货", closed: "已关闭" },
  supplier: "供应商", choose: "请选择供应商", nobody: "尚无供应商获批供应任何物料。", wanted: "已批准申请中的待购物料", nothingWanted: "没有已批准的申请需要此供应商的物料。", own: "其他订单行", add: "添加一行", remove: "移除",
  notQuantity: "须为大于零的数，小数用点，不用逗号，如 1250.5。",
  line: "行", material: "物料", quantity: "数量", received: "已到货", open: "未到货", wantedBy: "需用日期", requisition: "采购申请", note: "给批准人的说明", take: "下单", check: "核对并签名", placeTitle: "提交采购订单", place: "签名并提交", prepared: "起草", order: "订单",
  placedBy: (name: string, at: string) => `${name} 于 ${at} 提交`, decidedBy: (name: string, at: string) => `${name} 于 ${at} 决定`, decision: "结论", receipts: "到货批", close: "关闭此行", closeTitle: (n: number) => `关闭第 ${n} 行`, closeHint: "此行不再等待到货；申请中未到的数量可另行订购。", closedBy: (name: string, at: string) => `${name} 于 ${at} 关闭`, reason: "原因", noteShown: "说明", sha256: "SHA-256",
};
