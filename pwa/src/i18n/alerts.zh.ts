/** Chinese words for alerts. */
import type { alertsEn } from "./alerts.en";

export const alertsZh: typeof alertsEn = {
  alerts: {
    none: "没有待您确认的提醒。", noneAll: "您还没有收到过提醒。", gone: "此提醒不是发给您的，或已不存在。",
    show: "显示", open: "待确认", all: "全部", severities: { info: "通知", warning: "警告", critical: "紧急" },
    toThing: "打开", acknowledge: "确认", acknowledgeHint: "表示您已知悉。确认将以您的姓名和时间记入日志；此提醒不再通知其他人。",
    comment: "已采取的措施（可留空）", done: (name, at) => `${name} 已确认，${at}`, over: (at) => `已于 ${at} 解除`, escalated: (n) => `已升级 ${n} 次`, every: "全部提醒",
    reach: "提醒方式", reachHint: "所有提醒都在收件箱中。您可在此选择另外的通知方式。",
    thisBrowser: "推送到本设备", pushOn: "提醒会推送到本设备。", pushOff: "不向本设备推送。", pushNever: "此浏览器无法接收推送。iPhone 和 iPad 请先将 Pestle 添加到主屏幕。", pushDenied: "本站的通知已被阻止，请在浏览器设置中允许。", switchOn: "推送到本设备", switchOff: "停止推送", pushHint: "浏览器的推送服务只知道有新提醒，内容由本站提供。",
    browsers: "接收推送的设备", made: (at) => `自 ${at}`, told: (at) => `最近 ${at}`, paused: "已暂停：您已在该设备退出登录", here: "本机", remove: "移除",
    mail: "电子邮件", mailAddress: "邮箱地址", mailHint: "邮件只写明提醒的种类和链接，不含批次内容。", mailNot: "本站不发送邮件。", quiet: "免打扰时段", quietHint: "此时段内不推送、不发邮件，紧急提醒除外；其余在时段结束后送达。", quietOn: "启用免打扰", from: "从", to: "至", zone: "时区",
    kinds: "提醒种类", fixed: "始终", push: "推送", save: "保存", saved: "已保存。", trial: "给我发送测试提醒", trialSent: "已发送：会出现在收件箱，并通过您启用的各种方式送达。",
    deliveries: "发送情况", deliveriesHint: "本站推送和邮件的发送结果。", states: { waiting: "等待", sent: "已发送", dropped: "不再需要", failed: "已放弃" }, troubles: "出现的问题", noTroubles: "没有问题。", tries: (n) => `已尝试 ${n} 次`,
    channels: { push: "推送", mail: "电子邮件" },
  },
};
