/** Chinese words for stock: fetched with its screens, not with the first one. */
import type { stockEn } from "./stock.en";

export const stockZh: typeof stockEn = {
  title: "库存", hint: "按物料，依应使用的先后排列", search: "物料编码或名称", none: "无库存。", find: "扫描容器", aContainer: "本站的容器", places: "库位", ahead: "提前预警",
  released: "可用", allocated: "已分配", quarantine: "待验", unusable: "不可用", mixed: "多种单位", containers: (n) => `${n} 个容器`, firstEnd: (day) => `最早 ${day} 到期`,
  lots: "批", all: "容器", filter: "容器、批号或库位", until: "可用至", noEnd: "无期限", held: "现存量", place: "库位", nowhere: "尚未上架", batch: "生产批", free: "未分配", opened: "已开启",
  came: "到货量", lot: "批号", history: "历史", corrected: "已更正", gone: { empty: "已空", merged: "已合并", scrapped: "已报废" }, barredBy: { came_after_decision: "批号作出决定后到货，质量部门尚未查看" }, barredBecause: (why) => `限制使用：${why}`, overdrawn: "取出量超过容器所装。请称量或盘点。",
  conflict: "两台终端互不知情，把它移到了两处。请到现场核实，再登记其所在库位。", conflictAt: (place, device, at) => `${place} · ${device} · ${at}`,
  move: "移动", split: "分装", merge: "并入", scrap: "报废", bar: "限制使用", unbar: "解除限制", labels: "打印标签",
  moveTitle: (label) => `移动 ${label}`, moveHint: "扫描现在所在的库位。", scanPlace: "库位", aPlace: "启用的库位", noPlace: (code) => `${code}：不是启用的库位`, stands: (place) => `已在 ${place}`, moveNow: "放到此处",
  splitTitle: (label) => `分装 ${label}`, splitHint: (q) => `现存 ${q}。分装量从本容器扣除。`, newLabel: "新容器标签", content: "装入量", another: "再加一个", splitNow: "分装",
  mergeTitle: (label) => `并入 ${label}`, mergeHint: "同一批的容器，全部倒入本容器。", scanOther: "被倒空的容器", aLabel: "本批容器的标签", twice: "已扫描", mergeNow: "合并", remove: "去掉",
  scrapTitle: (label) => `报废 ${label}`, scrapHint: (q) => `现存 ${q}。`, amount: "数量", secondHint: "不合格物料须在第二人监督下销毁，由其在此确认。", second: "监督人登录名", password: "监督人密码", scrapNow: "确认报废",
  barTitle: (label) => `限制使用 ${label}`, barHint: "无论所属批状态如何，任何人不得使用。", unbarTitle: (label) => `解除限制 ${label}`, unbarHint: "按所属批的状态恢复使用。",
  notAmount: "须为大于零的数，小数用点，不用逗号，如 12.5。",
  reason: "原因", remark: "备注（可不填）", needed: "须说明原因",
  placesTitle: "库位", placesHint: "容器存放的位置", placesNone: "尚无库位。", add: "新建库位", change: "更改", code: "编码", zh: "中文名称", en: "英文名称", area: "区域", kind: "用途", storage: "贮存条件", anyStorage: "不控制", active: "启用", notActive: "停用", save: "保存",
  kinds: { receiving: "收货", storage: "存储", quarantine: "待验", sampling: "取样", dispensing: "称配", production: "生产", shipping: "发货", rejected: "不合格品" },
  storages: { ambient: "常温", cool: "阴凉（不超过 20 °C）", cool_dark: "凉暗", cold: "冷处（2–10 °C）", frozen: "冷冻", special: "按物料规定" },
  ruleTitle: "提前预警", ruleHint: "库存到期前多少天提醒。", expiryDays: "有效期前天数", retestDays: "复验期前天数",
  said: { from: "从", to: "到", reason: "原因", batch: "生产批", witness: "监督人", comment: "备注" },
};
