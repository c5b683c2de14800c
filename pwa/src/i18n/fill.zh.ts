/** 填写表单的中文词汇：随其界面加载，不随首屏。 */
import type { fillEn } from "./fill.en";

export const fillZh: typeof fillEn = {
  required: "必填", empty: "未填写", calculated: "自动计算", missing: "尚无法计算", row: (n) => `第 ${n} 行`, repetition: (title, n) => `${title} ${n}`, addRow: "增加一行", addRepetition: (title) => `增加：${title}`,
  struck: "已作废", strike: "作废", dropRow: "移除", restore: "恢复计入", counts: "计入", yes: "是", no: "否", none: "不选", today: "今天", now: "现在", choose: "请选择…", dateHint: "YYYY-MM-DD", timeHint: "YYYY-MM-DD HH:MM", clear: "清除",
  take: "采用稳定读数", waiting: "等待读数稳定", lost: "没有设备读数", typeIt: "改为手工输入", showDevice: "返回设备读数", taken: (device) => `来自 ${device}`,
  addPhoto: "拍照", addFile: "添加文件", photo: (n) => `照片 ${n}`, file: (n) => `文件 ${n}`, drop: "移除", picture: "操作说明图片", pictureOff: "联网后可查看图片。",
  sign: "签名", signSecond: "第二人复核签名", signedBy: (name) => `${name} 已签名`, unsigned: "尚未签名", stale: "签名后内容已更改",
  scanned: { container: "容器", lot: "批号", equipment: "设备", badge: "工牌", any: "条码" },
  problems: { required: "此项必填。", format: "格式不正确。", unit: "单位不符。", too_long: "内容过长。", too_many: "数量过多。", not_an_option: "不在可选项中。", stale: "签名后内容已更改。", division_by_zero: "除数为零。", overflow: "数值过大。", out_of_range: "数值超出范围。", check: "校验不通过。" },
  levels: { alert: "超出警戒限", action: "超出行动限", specification: "超出标准" }, limits: { alert: "警戒限", action: "行动限", specification: "标准" }, within: "在限度内",
  recorded: (name, at) => `${name} · ${at}`, correct: "更正", history: "历史", conflict: "此处有两个记录值：在有人决定之前两者并存。", typing: (name, text) => `${name} 正在输入：${text}`, comment: (text) => `说明：${text}`, draft: "尚未记录",
};
