/** Chinese words for planning: fetched with its screens, not with the first one. */
import type { planningEn } from "./planning.en";
export const planningZh: typeof planningEn = {
  title: "计划", hint: "由需求、物料清单、库存和在途量得出：何时需要什么。", search: "编码或名称", empty: "没有需求，也没有短缺。", demand: "新建需求", demands: "需求", noDemands: "没有需求。", items: "物料与产品",
  number: "需求编号", item: "项目", quantity: "数量", due: "需求日期", source: "来源", save: "设定需求", noAmount: "请填写不小于零的数，例如 250000 或 12.5。", drop: "不再需要", unknown: "物料目录和已批准工艺规程中均无此项目。",
  tableAct: "从表格导入…", table: "从表格导入需求", tableHint: "CSV 或 Excel，首行为列名。需求以编号识别：同一行再次导入不会改变任何内容。", tableColumns: "需求编号, 项目, 数量, 单位, 需求日期, 来源", choose: "选择文件", tableOther: "表格的列不符，未查看其内容。", tableWould: (rows, added, changed, same) => `共 ${rows} 行：新增 ${added}，变更 ${changed}，不变 ${same}`, tableWrong: (lines) => `${lines} 行有误：未设定任何需求。`, tableLine: (line) => `第 ${line} 行`, tableTake: "设定这些需求",
  tableWhat: { new: "新增", changed: "变更", same: "不变", repeated: "重复", wrong: "有误" }, tableNames: { demand: "需求编号", item: "项目", quantity: "数量", unit: "单位", due: "需求日期", source: "来源" },
  tableFindings: { column_missing: "缺少此列", column_unknown: "不认识此列", column_twice: "此列出现两次", cell_missing: "未填写", cell_wrong: "格式不对", cell_beyond: "不属于任何一列：含逗号的数量须加引号", twice: "另有一行使用此编号而内容不同", item_unknown: "物料目录和已批准工艺规程中均无此项目", item_changed: "此编号的需求属于另一项目", unit_wrong: "该项目不以此单位计量", unit_missing: "该项目有多个单位，请注明", nothing_wanted: "数量为零，而此前并无此需求" },
  required: "需求量", there: "库存及在途", proposed: "建议量", short: "短缺", shortFrom: (day) => `${day} 起短缺`, release: (day) => `应于 ${day} 下达`, enough: "已满足", proposal: "建议", level: (n) => `第 ${n} 层`,
  requirements: "需求明细", day: "日期", covered: "由何满足", supplies: "库存及在途", until: (day) => `使用至 ${day}`, proposals: "建议", leftOut: (list) => `无法换算为该项目的计量单位，未计入：${list}`,
  causes: { demand: "需求", order: "批", proposal: "建议批" },
  kinds: { stock: "物料批", purchase: "采购订单", requisition: "采购申请", order: "批", proposal: "建议" },
  perUnit: (per, of) => `每单位 ${of} 用 ${per}`, from: (list) => `用于 ${list}`, comesLate: (amount) => `${amount} 将迟到`,
  made: (net, safety, extra) => `未满足 ${net} + 安全库存 ${safety} + 批量 ${extra}`, dates: (release, available) => `${release} 下达，${available} 可用`,
  requisition: "提出采购申请", reason: "物料需求计划", plan: "编制批指令", back: "全部项目",
  schedule: "生产线排程",
  dropTitle: (demand) => `不再需要 ${demand}`, why: "原因", parameters: "计划参数", setParameters: "设定计划参数",
  lead: "提前期（工作日）", policy: "批量规则", policies: { exact: "按需", fixed: "固定批量的整数倍", minimum: "最小量，再按倍数", period: "合并一段时期的需求" },
  size: "批量", minimum: "最小量", multiple: "倍数", period: "时期（天）", safety: "安全库存", yields: "收率（%）", step: "最小单位", shelf: "效期（天，空为不限）",
  calendar: "工作日历", calendarCode: "日历", setCalendar: "设定日历", weekdays: "工作日", weekday: ["周一", "周二", "周三", "周四", "周五", "周六", "周日"], closedDays: "休息日", closeDay: "设为休息日", openDay: (day) => `恢复 ${day}`, planOne: "据此编制批指令",
};
