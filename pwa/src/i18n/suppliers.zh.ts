/** Chinese words for suppliers: fetched with their screens, not with the first one. */
import type { suppliersEn } from "./suppliers.en";

export const suppliersZh: typeof suppliersEn = {
  title: "供应商", hint: "谁可以供应什么、依据为何、有效至何时。", search: "编码或名称", empty: "尚未登记供应商。登记之前，任何来源的到货均可接收。", create: "登记供应商", change: "修改…", changeTitle: "供应商或生产商",
  statuses: { new: "未获资格", qualified: "合格", expired: "资格已到期", suspended: "暂停" }, until: (day: string) => `有效至 ${day}`, materials: (n: number) => `${n} 种物料`,
  code: "编码", zh: "名称 · 中文", en: "名称 · 英文", address: "地址", contact: (n: number) => `联系人 ${n}`, contacts: "联系人", person: "姓名", phone: "电话", email: "电子邮箱", addContact: "添加联系人", remove: "移除", save: "保存",
  qualification: "资格", evidence: "证明材料", noEvidence: "无。", qualify: "批准资格…", suspend: "暂停…", validUntil: "资格有效至", attach: "添加文件", attachHint: "PDF、CSV、XLSX 或照片，每个不超过 2 MB。", go: "签署…", decidedBy: (who: string, at: string) => `${who} 于 ${at} 决定`,
  supplies: "可供物料", noSupplies: "未获准供应任何物料。", allow: "批准供应物料…", withdraw: "撤销…", material: "物料", manufacturer: "生产商", manufacturerHint: "实际生产者；通常即供应商本身。", approved: "已批准", withdrawn: "已撤销", by: (maker: string) => `生产商 ${maker}`, from: (supplier: string) => `供应商 ${supplier}`,
  meanings: { approved: "批准", rejected: "拒绝" }, reason: "理由", sign: "签署", supplier: "供应商", decision: "决定",
  lotHeld: "此批物料到货时有不符之处，在 QA 作出决定前保持待验。", heldHow: "处理办法：QA 核实不符之处后接受此次到货，或判定该批不合格。", wrong: "不符之处",
  lotWaits: "此批物料来自未获准供应该物料的供应商，在 QA 作出决定前保持待验。", lotHow: "处理办法：在供应商页面批准其供应此物料，或在此接受本次到货，或拒收该批。", unnamed: "未注明供应商", open: "打开供应商", register: "打开供应商目录", accept: "接受本次到货…", acceptTitle: "接受到货", accepted: (who: string, at: string) => `${who} 于 ${at} 接受了此次到货`, lot: "物料批",
};
