/** Chinese words for what is wrong with something that was dispensed, as a reviewer is told of it. */
import type { doubtsEn } from "./doubts.en";

export const doubtsZh: typeof doubtsEn = {
  quantity_differs: (line, was, right) => `${line}：称量时的应称量为 ${was}，按日志应为 ${right}。`,
  basis: (was, right) => `补偿所依据的已称量为 ${was}，日志中为 ${right}。`,
  quantity_unknown: (line, why) => `${line}：应称量无法由日志算出：${why}。`,
  whys: { missing: "缺少该批的检验结果", division_by_zero: "检验结果为零", out_of_range: "数值超出范围", format_wrong: "算式无法读取", not_positive: "应称量不大于零" },
  potency_differs: (line, was, right) => `${line}：所用为 ${was}，现行为 ${right}。`,
  result: { assay: "含量", water: "水分" }, none: "无结果",
  out_of_limits: (line, sum, range) => `${line}：各份合计 ${sum}，限度 ${range}。`,
  weights_inconsistent: (net, gross, tare) => `净重 ${net} 不等于毛重 ${gross} 减皮重 ${tare}。`,
  two_balances: (balances) => `皮重与毛重不是同一台天平所称：${balances}。`,
  missing: "未记录",
  hold_long: (rounds) => `暂停期间本应逾期的检查轮次：${rounds}。`,
  rest_differs: (container, weighed, reckoned, by) => `容器 ${container} 余量称得 ${weighed}，账面应为 ${reckoned}，相差 ${by}。`,
  label_reused: (label) => `标签 ${label} 还用在别处。`,
  compensator_early: (line, open) => `${open} 完成之前就称量了 ${line}。`,
  compensator_outdated: (line, others) => `${others} 已按其补偿，之后 ${line} 又有变化。`,
  second_check_missing: { portion: "工艺规程要求每一份由第二人复核。", line: "工艺规程要求物料完成时由第二人复核。" },
  not_scanned: (of, other) => (other === "" ? `选择或输入，未扫描：${of}。` : `扫描与记录不符：${of}。扫描所得：${other}。`),
  scans: { room: "房间", balance: "天平", container: "容器" },
  room_beyond_action: (room, what, readings, from, to) => `${room}：${what}有 ${readings} 个读数超出行动限，首次 ${from}，末次 ${to}。`,
  air: { temperature: "温度", humidity: "相对湿度", differential_pressure: "压差" },
  calibration_overdue: (balance, due) => `天平 ${balance} 的校准已于 ${due} 到期。`,
  line_incomplete: (lines) => `未完成：${lines}。`,
  sum: (line, sum, range) => `${line} ${sum}（${range}）`, and: "、",
};
