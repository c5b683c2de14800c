/** Chinese words for balances and their checks: fetched with their screens, not with the first one. */
import type { checksEn } from "./checks.en";

export const checksZh: typeof checksEn = {
  title: "天平", hint: "每台天平的使用限度及最近一次砝码核查。", empty: "台账中没有天平。", open: "此天平的核查",
  states: { free: "未要求核查", passed: "已核查", missing: "尚未核查", expired: "核查到期", failed: "核查不合格" },
  until: (at: string) => `有效至 ${at}`, capacity: "最大秤量", minimum: "最小称量值（USP <41>）", holds: "核查有效期", hours: (n: number) => `${n} 小时`, weights: "砝码", weight: "砝码", nominal: "标称质量", tolerance: "允差 ±", last: "最近核查", none: "无", history: "核查记录", shown: "显示值", verdict: "判定", by: "核查人", at: "时间", noChecks: "尚无核查记录。", location: "位置", calibration: "校准到期", serial: "序列号",
  battery: (percent: number) => `电量 ${percent} %`, batteryLow: (percent: number) => `电量低：${percent} %`, batteryHint: (at: string) => `${at} 上报。请在下一批之前充电或更换电池：电池耗尽时天平会在称量中断开，已保存的重量不受影响。`,
  bridge: "设备桥", linked: (at: string) => `自 ${at} 已连接`, unlinked: (at: string) => `自 ${at} 已断开`, noBridge: "尚无设备桥上报", lastRead: "最近重量", now: "当前显示", silent: "无", qualities: { stable: "稳定", dynamic: "变化中", overload: "过载", underload: "欠载", unknown: "未标明稳定性" },
  verdicts: { passed: "合格", failed: "不合格" },
  set: "设定限度", setTitle: "此天平的使用限度", setHint: "超出限度的称量在平板上被阻止；如仍发生，则记为异常。", unit: "单位", holdsHours: "核查有效小时数（留空：不要求核查）", addWeight: "添加砝码", removeWeight: "移除", reason: "依据",
  check: "用砝码核查", checkTitle: (balance: string) => `核查 ${balance}`, checkHint: "请清洁、调平天平并置零，然后放上砝码，等待读数稳定。", place: "秤盘上的砝码", shows: "天平显示", record: "记录核查", waiting: "等待稳定", lost: "未连接",
  passedNow: (weight: string) => `${weight} 合格。`, failedNow: (weight: string) => `${weight} 超出允差：此天平不得用于称量。`, failedNext: "请取下砝码，检查天平和砝码是否清洁，置零后重新核查。再次不合格时，请停用天平并通知工程师。", done: "完成", noWeights: "此天平未设定砝码。",
};
