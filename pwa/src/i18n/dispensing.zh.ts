/** Chinese words of weighing and dispensing a batch's materials: fetched with their screens. */
import type { dispensingEn } from "./dispensing.en";

export const dispensingZh: typeof dispensingEn = {
  lines: "物料", all: "全部物料", go: (name) => `称量 ${name}`, portion: (n) => `第 ${n} 份`, portions: (n) => `${n} 份`,
  states: { open: "待称量", begun: "称量中", done: "在允差内", over: "超出上限" }, waits: (names) => `在 ${names} 之后`,
  roles: { plain: "", active: "按含量折算", compensator: "补偿含量差" }, target: "目标",
  scan: "扫描房间、天平或容器", scanRoom: (room) => `请扫描房间 ${room}`, scanBalance: "请扫描天平", scanSource: (name) => `请扫描 ${name} 的容器`, room: (code) => `房间 ${code}`, aBalance: (codes) => `天平：${codes}`, typed: "输入：", typedHint: "以输入代替扫码的，将成为 QA 须评估的异常。",
  source: "取自", left: (left) => `剩余 ${left}`, change: "换容器", lots: "物料批",
  rest: (container, left) => `容器 ${container} 现剩余 ${left}`, restHow: (before, net) => `计算：${before} − ${net}`, restNext: "请封口、标明剩余量并核对。如与实物不符，请报告异常。退库时由仓管员称重。", restDone: "已核对", restEmpty: (container) => `容器 ${container} 应已空`,
  toWeigh: "应称", formula: "按含量折算", formulaSum: "补偿含量差", assay: "含量", water: "水分", nominal: "被补偿物料的目标", dispensed: "其已称量", before: "已称", stillTo: "尚需称量",
  takeTare: (tare) => `取皮重 ${tare}`, tareWait: "取皮重", tare: "皮重", gross: "毛重", minimum: "最小称量值", placeEmpty: "请将空容器放上天平", placeEmptyHint: "读数稳定并由设备桥保存后，从天平取皮重。", tared: "已在天平上去皮", tareless: "已在天平上去皮：不记录皮重。", again: "重新取皮重",
  atZero: "天平已回零", atZeroHint: "是去皮了，还是容器已取下？", isNet: "已去皮，显示净重", take1: "确认称量", waiting: "等待读数稳定并由设备桥保存", byHand: "手工输入", fromBalance: "从天平取值", into: "装入",
  tareUnit: "皮重是以另一单位取得的", tareUnitHint: (was, now) => `请将天平单位由 ${now} 改回 ${was}，或重新取皮重。`,
  stops: {
    other_material: (of, name) => [`${of} 是 ${name}，不是本物料`, "请放回，并取用所要求物料的容器。"],
    lot_unregistered: (of) => [`物料批 ${of} 未登记用于本批`, "标签上的物料批未分配给本批，或从未在此收货。请将容器移开并告知仓管员。"],
    not_allocated: (of) => [`容器 ${of} 未分配给本批`, "请取用所列的容器。如刚刚分配，请重新询问服务器。"],
    not_released: (of, status) => [`物料批 ${of} 未放行：${status}`, "不得取用。请移开并告知 QA，改用其他物料批。"],
    expired: (of, on) => [`物料批 ${of} 已于 ${on} 过期`, "不得取用。请移开并告知仓管员，改用其他物料批。"],
    used_up: (of) => [`容器 ${of} 已用完`, "请取用下一个容器。如容器内仍有物料，请报告异常。"],
    barred: (of) => [`容器 ${of} 已限制使用`, "不得取用。请移开并告知 QA，改用其他容器。"],
    no_result: (of, tests) => [`物料批 ${of} 没有 ${tests} 的检验结果`, "无法算出应称多少。由 QC 记录结果后，请重新询问服务器。"],
    unchecked: (of, tests) => [`物料批 ${of} 的 ${tests} 检验结果尚未复核`, "须由第二名检验员签名复核后方可使用。请告知 QC，然后重新询问服务器。"],
    unknown: (of, why) => [`无法算出物料批 ${of} 应称多少：${why}`, "请向 QA 报告异常。"],
    waits: (of) => [`请先称量 ${of}`, "本物料补偿其含量差。"],
  },
  newer: (tests) => `${tests} 有更新的检验结果尚待复核；复核前按原结果计算。`,
  whys: { missing: "缺少检验结果", division_by_zero: "检验结果为零", out_of_range: "数值超出范围", format_wrong: "算式无法读取", not_positive: "结果不大于零" },
  ask: "重新询问服务器", tooMuch: (container, left) => [`容器 ${container} 应只剩 ${left}`, "请核对是否为此容器。如重量无误，照常保留，并提示 QA。"],
  label: "标签", labels: (n) => `待打印标签 ${n} 张`, labelsLater: "网络恢复且记录入账后打印", print: (n) => `打印 ${n} 张标签`,
  offline: "无网络：无法读取天平", offlineHint: "已记录的内容均保存在本机。请勿移动载荷：网络恢复后自动继续；也可手工输入重量，由第二人复核。",
  kindsOf: { half_up: "四舍五入", gbt8170: "按 GB/T 8170 修约" }, each: "每一份均由第二人复核。", last: "使物料达到允差的那一份由第二人复核。",
};
