/** 盘点的中文词汇：随其界面加载，不随首屏。 */
import type { countsEn } from "./counts.en";

export const countsZh: typeof countsEn = {
  title: "盘点", empty: "尚未下达盘点。", open: "进行中", closed: "已关闭", places: (n) => `${n} 个库位`, orderedBy: (name, at) => `${name} 下达，${at}`, closedBy: (name, at) => `${name} 批准差异，${at}`,
  order: "下达盘点", orderTitle: "下达盘点", orderHint: "手持终端在下次带走作业或更新库存时获得；盘点人看不到账面数量。", area: "区域", all: "全选", none: "全不选", reason: "原因（可不填）", noPlaces: "该区域没有在用库位。", orderNow: "下达",
  page: (number) => `盘点 ${number}`, out: "持有作业的终端", outHint: "其盘点内容在恢复联网后送达。", notBegun: (n) => `尚无人盘点。这些库位账面有 ${n} 个容器。`, nobodyOut: "没有终端持有这些区域的作业。",
  sums: { same: "账实相符", moved: "库位不符", differs: "数量不符", missing: "未找到", strange: "账上没有", conflict: "盘点不一致", other_unit: "计量单位不符" },
  filter: "显示", variances: "差异", everything: "全部容器", noVariance: "账实全部相符。", nothing: "这些库位没有容器，也没有盘点记录。",
  book: "账面", counted: "实盘", asLabelled: "在位，未称内容物", notThere: "不在", corrected: "已复盘", nobody: "无人找到", choose: "以哪次盘点为准", why: "差异原因", holds: "为准", difference: "差额", strangeHint: "账上没有此标签：请办理收货或查明归属。盘点不会改变它。",
  approve: "批准差异", approveTitle: "批准盘点差异", approveHint: "库存将按您签署的内容更正。参与盘点者不得批准。", meaning: "批准盘点差异", own: "您参与了盘点，须由他人批准。", reasonMissing: (n) => `还有 ${n} 项差异未选定或未说明原因`, lines: "差异", digest: "所示内容摘要", late: "关闭后到达", lateHint: "予以保留，不产生影响。", upset: "现已有误", upsetHint: "盘点前的操作在批准后才到达，当时的账面因此不同。请安排重新盘点这些容器。", bookNow: (q, place) => `当时账面现为 ${q}，位于 ${place}`, otherUnit: "单位无法换算为容器的单位，批准后也不会更正库存：请以容器的单位重新盘点。", decided: "已更正", from: "从", to: "到",
  pick: "选择盘点", noneHere: "没有进行中的盘点。若刚刚下达，请先更新库存。", handTitle: "盘点", handHint: "先扫库位，再逐个扫其上的容器。不显示账面数量。", scanPlace: "扫描本次盘点的库位", scanContainer: (place) => `扫描 ${place} 上的容器`, placeOf: "本次盘点的库位", aContainer: "容器，或下一个库位",
  sealed: "在位，未开封", measured: "在位，已称量", quantity: (unit) => `现存量（${unit}）`, strange: "本机不认识此标签，是否读对了？", countStrange: "仍然盘点", gone: "有容器缺失", goneLabel: "缺失容器的标签", goneNow: "确认不在", back: "返回", done: "此库位已盘", countedBy: (name) => `${name} 已盘`, again: "已盘过：再次盘点即为更正", otherPlace: (place) => `${place} 不在本次盘点范围`, progress: (n) => `已盘 ${n} 个容器`, differ: "其他终端的盘点结果不同",
};
