/** Chinese words of how phases go: fetched with their screens. */
import type { courseEn } from "./course.en";

export const courseZh: typeof courseEn = {
  clean: "记录清洁", check: "复核清洁", cleanWaits: "已清洁，待他人复核。",
  cleanedOnly: (by) => `${by} 已清洁，请查看并复核。`, cleanedBy: (by, other) => `${by} 清洁，${other} 复核`,
  alarm: "报告设备报警",
  alarmHint: "按设备显示的内容填写。在台前解除之前不得使用该设备。",
  alarmMachine: "设备",
  alarmWhat: "显示内容",
  alarmHow: "严重程度",
  alarmLevels: { minor: "轻微", major: "较大", critical: "严重" },
  inAlarm: (one, what, at) => `${one} 自 ${at} 起处于报警状态：${what}。`,
  alarmTake: "请换用其他设备。",
  alarmStop: "解除之前请暂停或离开本步骤：继续操作将记为异常。",
  cameInAlarm: (one) => `${one}（报警中）`,
  alarmCleared: "报警须在台前解除；本机联网后即会得知。",
  notIdentified: "尚未确认设备；未确认即开始将记为异常。",
  overdue: (one: string) => `${one}：校准已逾期。请换用其他设备，或先校准。`,
  doubts: { maintenance: "维护中", out_of_service: "已停用", no_record: "无清洁记录", expired: "已超过清洁有效期，须重新清洁", unchecked: "已清洁，尚无他人复核", minor_only: "曾用于其他产品，其后仅作小清洁，须作大清洁", in_use: "正由其他批使用", to_be_cleaned: "须先清洁" }, doubtHint: "此为领取批次时的状态。请换用其他设备或先处理；照此使用将成为异常。",
  beside: "现在也可进行", held: "已暂停", left: { aborted: "已中止", skipped: "已跳过" }, since: (name: string, at: string) => `${name}，自 ${at} 起`, heldHint: "恢复之前不得在本步骤操作。其间的记录将成为异常。", resume: "恢复步骤",
  change: "暂停或离开", title: "暂停或离开步骤",
  hint: "时间和您的姓名一并保存。", reason: "原因", sign: "签署",
  ways: { held: "暂停", aborted: "中止", skipped: "跳过" },
  ask: { held: "稍后继续。时限仍在计时。", aborted: "就此结束。放行前由质量部门评估。", skipped: "不再进行。放行前由质量部门评估。" },
  at_most: (phase: string, moment: string) => `${phase}：最迟${moment}于`, at_least: (phase: string, moment: string) => `${phase}：最早${moment}于`, moments: { start: "开始", end: "结束" }, left_time: "剩余", over: "已超过", overHint: "已超出时限，将成为异常。", to: "前往该步骤",
};
