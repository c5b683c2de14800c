/** Chinese words for inspections and samples: fetched with their screens, not with the first one. */
import type { inspectionsEn } from "./inspections.en";

export const inspectionsZh: typeof inspectionsEn = {
  title: "检验任务", hint: "到货待取样的物料批，以及检验室是否已收到样品。", search: "编号、物料或批号", none: "尚无检验任务。", nothingOpen: "没有待取样的物料批。", state: "状态", openOnes: "未完成",
  scanSampleLabel: "查找样品", scanSample: "样品标签", lot: "批号", supplierLot: "供应商批号", openedAt: (at: string) => `${at} 开立`, ofContainers: (n: number, all: number) => `${all} 件中取 ${n} 件`,
  states: { sampling: "待取样", sampled: "待检验室接收", complete: "取样完成" },
  tabSampling: "取样", tabUsage: "检验结果与判定", take: "取样", toSample: "应取件数", missing: "尚缺", unidentified: "未鉴别", samples: "样品", acRe: "Ac / Re",
  drawn: "取样容器", noLabels: "本批容器在系统中没有标签：请按容器上的标识填写。", allOfThem: "逐件取样", drawHint: "由检验任务编号、批号和容器标签抽取：任何人重新抽取，结果相同。", noSamples: "尚未取样。",
  switching: { normal: "按 GB/T 2828.1 转移规则：正常检验。", tightened: (since, lots) => `自批 ${since} 起加严：连续五批或更少批中有两批不接收（${lots}）。`, accepted: (n) => `已连续接收 ${n} 批，满五批恢复正常检验。`, stopped: (lots) => `抽样检验已暂停：加严检验下累计五批不接收（${lots}）。QA 确认供应商措施有效后恢复。`, stoppedSince: "此后该供应商的抽样检验已暂停。", resume: "恢复抽样检验…", resumeMeaning: "同意供应商措施，恢复抽样检验", measures: "供应商采取的措施及有效性依据" },
  plan: "取样方案", specification: "质量标准", noSpecification: "无现行版本，按工厂规定取样", opened: "开立", why: "原因",
  purposes: { test: "检验", identity: "鉴别", retained: "留样" }, purpose: "样品用途", wanted: (amount: string) => `共需取样 ${amount}。`,
  scanContainer: "扫描容器", next: (labels: string) => `抽中的容器：${labels}`, aContainer: (lot: string) => `批号 ${lot} 的容器`, already: (label: string) => `${label}，已在本样品中`, noSuch: (label: string) => `${label}，系统中没有此容器`, ofOther: (label: string, material: string, lot: string) => `${label}：${material}，批号 ${lot}`,
  notDrawn: (label: string) => `${label} 未被抽中`, instead: "代替", besides: "不代替：另加取样", reason: "理由", openIt: "仍然取样", takenOf: "取样量", unit: "单位", amountOf: (label: string) => `${label} 的取样量`, remove: "移除", comment: "备注", record: (n: number) => `记录样品（${n} 件）`,
  chooseLot: "选择要取样的物料批", otherLot: "其他物料批", writeNumber: "请把编号写在样品上；联网后可打印标签。",
  takeBack: "记录有误：作废此样品", takeBackHint: "如取错容器。作废后此样品不代表任何容器，请重新取样；库存扣减保持不变，由盘点更正。",
  again: "复验：再次取样", retests: "待复验的物料批", retestDue: (on) => `复验期限 ${on}`, retestPast: (on) => `复验期已过（${on}）：不得使用`,
  insteadOf: (label: string) => `代替 ${label}`, replaced: "已换件", countsNot: "不计入", broken: "流转中断", label: "标签…",
  sampleStates: { taken: "已取样", handed: "已交出", received: "检验室已接收", stored: "已存放", destroyed: "已销毁" },
  doing: { handed: "交接", received: "检验室接收", stored: "存放", destroyed: "销毁" },
  custodyTitle: "交出或接收样品", custodyHint: "无网络时也可记录", nothingHeld: "据本机所知，没有待您交出或接收的样品。", sampleUnknown: "本机携带的样品中没有此样品", heldBy: (name) => `由 ${name} 持有`,
  toInspection: (number: string) => `检验任务 ${number}`, custody: "样品流转", handedTo: (name: string) => `交给 ${name}`, place: "地点", until: "保存至", scanIt: "扫描样品标签", to: "交给", choose: "请选择…", dayHint: "年-月-日",
  breaks: { not_handed: "此前无人交出。", other_receiver: "接收人不是被交接人。", received_own: "交出人与接收人为同一人。", other_holder: "操作人不是样品持有人。", not_received: "交出后无人接收。", time_order: "时间早于上一环节。", after_destroyed: "样品此前已销毁。", too_early: "早于规定的保存期限。" },
};
