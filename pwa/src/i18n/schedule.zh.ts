/** Chinese words for the schedule of lines: fetched with its screen, not with the first one. */
import type { scheduleEn } from "./schedule.en";
export const scheduleZh: typeof scheduleEn = {
  title: "排程", hint: "将批拖到生产线和时间；或点按后填写时间。方向键移动，回车键确认。",
  days: "日", weeks: "周", before: "更早", after: "更晚", today: "今天", span: "显示范围",
  line: "生产线", lines: "生产线", newLine: "新建生产线", noLines: "尚无生产线。", waiting: "未排生产线", nothingWaits: "所有批均已排程。",
  closed: "非工作时间", free: "此时段内无排程。", starts: "开始", ends: "结束", propose: "建议结束时间", none: "无生产线",
  schedule: "排程", takeOff: "移出生产线", reason: "原因（如有）",
  outside: "不在工作时间内", overlaps: (list) => `与 ${list} 重叠`, conflict: (list) => `此时段生产线上的批：${list}`, short: (list) => `缺 ${list}`,
  bar: (batch, product, from, to) => `${batch} ${product}，${from} 至 ${to}`,
  ghost: (batch, line, from) => `${batch}：${line}，自 ${from}。回车键确认，Esc 键放弃。`,
  planned: (day) => `计划于 ${day}`, lasts: (minutes) => `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分`, noDuration: "工艺规程未给出时长",
  code: "生产线编码", nameZh: "中文名称", nameEn: "英文名称", equipment: "设备类别（如有）", rooms: "房间，以逗号分隔", calendar: "工作日历", zone: "时区",
  shift: (n) => `第 ${n} 班`, from: "自", to: "至", addShift: "添加班次", dropShift: "删除班次", saveLine: "设定生产线", site: "全厂日历",
  clock: (zone) => `时间按本设备时钟显示（${zone}）。`, plan: "物料计划",
};
