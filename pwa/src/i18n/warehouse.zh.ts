/** 仓库作业的中文词汇：随其界面加载，不随首屏。 */
import type { warehouseEn } from "./warehouse.en";

export const warehouseZh: typeof warehouseEn = {
  title: "仓库",
  areas: "区域", areasHint: "带走当日作业：库存、订单和库位随机保存，断网时也可使用。", noAreas: "您未被授予任何区域的仓库职责，请联系管理员。", noDevice: "只有已登记的手持终端可以带走作业；此处可查看作业在谁手中。",
  take: "带走今日作业", taking: "正在带走…", out: "持有终端", nobody: "尚无终端持有", secondTab: "请在另一标签页中作业。", until: (day) => `至 ${day}`,
  scan: "扫描容器、库位或批号", scanHint: "本区域的容器、库位或批号", unknown: "本区域及本机快照中没有的条码",
  tiles: { receive: "收货", move: "移库", split: "分装", merge: "合并", count: "盘点", sample: "取样", custody: "样品流转" },
  tileHints: { receive: "到货及其容器", move: "先扫容器，再扫库位", split: "把一个容器分到新容器", merge: "同批容器合为一个", count: "核对库位上的容器", sample: "扫描抽中的容器", custody: "交检验室或接收" }, handing: { handed: "已交出", received: "已接收" },
  held: "现存量", came: "到货量", place: "库位", nowhere: "尚未上架", useUntil: "可用至", noEnd: "无期限", batch: "已分配批次", lot: "批号", supplierLot: "供应商批号", containers: "容器数", expiry: "有效期至", retest: "复验期", storage: "贮存条件", kind: "类别", empty: "此库位没有容器。", more: (n) => `另有 ${n} 个`, moveThis: "移动此容器", close: "看完了",
  kinds: { receiving: "收货区", storage: "储存区", quarantine: "待验区", sampling: "取样区", dispensing: "称量区", production: "生产区", shipping: "发货区", rejected: "不合格品区" },
  storages: { ambient: "常温", cool: "阴凉（不超过 20 ℃）", cool_dark: "凉暗", cold: "冷处（2–10 ℃）", frozen: "冷冻", special: "特殊" },
  past: (day) => `可用期已于 ${day} 结束。`, notFree: "该物料未放行。",
  moveTitle: "移库", moveHint: "先扫容器，再扫其现在的库位。每次移动立即记录。", scanContainer: "扫描容器", scanPlace: (label) => `扫描 ${label} 的新库位`, aContainer: "本区域的容器", aPlace: "本站的库位", stands: (place) => `${place}，该容器已在此处`, moved: "已移动", other: "换一个容器", from: (place) => `原在 ${place}`,
  splitHint: "先扫容器，再填写分装到新容器的量。新标签联网后打印，或先手写。", mergeHint: "先扫合并到的容器，再逐个扫被倒空的容器：仅限同一批号。",
  scanInto: "扫描合并到的容器", scanOther: "扫描被倒空的容器", anEmptied: "同一批号且有内容的容器", newLabel: "新容器标签", content: (unit) => `分装量（${unit}）`, another: "再加一个", split: "记录分装", merge: "记录合并", stays: (left) => `其中剩余 ${left}`, remark: "备注（可不填）", leaveOut: "去掉", recorded: "已记录",
  wrong: { container_known: "每个标签须为新标签，且不得重复。", container_gone: "该容器已空。", container_overdrawn: "超过本机所知的现存量。", amount_wrong: "请填写每个新容器的量。", container_unknown: "本机不认识此容器，或它就是合并到的容器。", lot_other: "批号不同。", allocation_mixed: "未分配给同一批产品。" },
  doubts: { location_unfit: "此状态的物料不应存放在该类库位。", storage_unfit: "该库位的贮存条件与物料要求不符。" },
  doubtHint: "请另选库位；如确需放置于此，请说明理由，库存负责人会看到。", reason: "为何放在此处", moveAnyway: "仍然移动",
  work: "今日作业", workHint: "本机及其他终端已记录的内容", nothing: "尚无记录。", mine: "本机",
  snapshot: (at) => `库存截至 ${at}`, renew: "更新库存", renewing: "正在更新…", handBack: "交还", handBackHint: "此后本机不再进行该日作业；已记录的内容仍会送达。", unsent: (n) => `本机还有 ${n} 条记录未入日志。`,
};
