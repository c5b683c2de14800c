/** 现场申请取样的用语：随其界面加载。 */
import type { requestsEn } from "./requests.en";

export const requestsZh: typeof requestsEn = {
  ask: "申请取样",
  hint: "QC 会立即收到通知；无网络时，待平板联网后通知。申请得到处理前，该批不得放行。",
  planned: "本步骤计划的取样",
  other: "其他样品",
  otherHint: "工艺规程未计划：请说明取什么、为什么。",
  what: "取样内容",
  why: "原因",
  amount: "数量",
  unit: "单位",
  comment: "备注",
  sign: "签名申请",
  title: "取样申请",
  none: "尚无取样申请。",
  waiting: "等待 QC 取样",
  drawn: (number: string) => `样品 ${number}`,
  declined: "未取样",
  by: (name: string, at: string) => `${name} 申请，${at}`,
  answered: (name: string, at: string) => `${name}，${at}`,
  draw: "已取样",
  decline: "不取样",
  declineWhy: "不取样的原因",
  declineSign: "记录原因",
  noResults: "尚无检验结果",
  open: "现场等待的取样",
};
