/** 产线大屏的用语：随大屏加载。 */
import type { wallEn } from "./wall.en";

export const wallZh: typeof wallEn = {
  title: "产线大屏",
  all: "全厂",
  nothing: "此处没有在制批次。",
  phases: (done, total) => `步骤 ${done} / ${total}`,
  min: (n) => `${n} 分`,
  of: (n) => `计划 ${n} 分`,
  over: (n) => `超 ${n} 分`,
  held: "已暂停",
  next: "下一步",
  idle: "无进行中的步骤",
  until: "最迟",
  out: "已超时限",
  still: (at) => `自 ${at} 起停滞`,
  items: (n) => `${n} 项待裁定`,
  requests: (n) => `${n} 个取样申请待处理`,
  questions: (n) => `${n} 个提问`,
  alarms: "报警中，不得使用",
  away: "携带批次但离线",
  seen: (at) => `最近出现 ${at}`,
  more: (n) => `另有 ${n} 批`,
  old: (at) => `自 ${at} 起无新数据`,
  back: "看板",
};
