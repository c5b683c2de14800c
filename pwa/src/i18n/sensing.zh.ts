/** Chinese words of parameters that a machine gives by itself: fetched with their screen. */
import type { sensingEn } from "./sensing.en";

export const sensingZh: typeof sensingEn = {
  from: (machine: string, signal: string) => `取自 ${machine}，${signal}`,
  wanted: (signal: string) => `绑定信号 ${signal}`,
  states: { fresh: "实时", old: "无新数值", unit: "单位不同", none: "未收到" },
  take: "采用此值",
  takeHint: "连同设备的原始数据行和时间一并签名。",
  waiting: "等待设备给出数值。也可人工输入，须说明原因。",
  type: "人工输入",
  fromMachine: "取自设备",
  reason: "人工输入的原因",
  reasonHint: "工艺规程规定此值取自设备：人工输入将记为异常。",
  serial: "序列号",
  time: "设备时间",
};
