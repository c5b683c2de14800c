/** Chinese words for receiving: exactly the keys of receiving.en.ts. */
import type { receivingEn } from "./receiving.en";

export const receivingZh: typeof receivingEn = {
  title: "到货接收", hint: "到货一律为待验，直至 QA 作出决定。", create: "登记到货", empty: "尚无到货。", latest: "最近到货",
  pick: "选择到货", pickExpected: "订单或容器上的码", pickHint: "扫描订单或容器，或选择订单行。", lines: "未完成的订单行", noLines: "没有未完成的订单。", without: "无订单到货", search: "订单、供应商或物料", stillOpen: (amount) => `待到 ${amount}`, wantedBy: (day) => `需求日 ${day}`, receive: "收货",
  materialCode: "物料", supplier: "供应商", choose: "请选择", other: "不在名录中", supplierName: "供应商名称", next: "开始点件",
  ordered: (amount) => `订 ${amount}`, noOrder: "无订单",
  scanNth: (n) => `扫描第 ${n} 件`, scanHint: "GS1 码、供应商码或 RFID 均可；扫描库位码即指定存放库位",
  scanExpected: (lot) => (lot === "" ? "此次到货的容器" : `供应商批 ${lot} 的容器`), lot: (lot) => `供应商批 ${lot}`, material: (code) => `物料 ${code}`, expires: (day) => `有效期 ${day}`, newOne: "尚未点过的容器", twice: (serial) => `${serial}，已点过`, noExpiry: "此码未含有效期，请按标签录入。", meantNone: "没有对应的未完成订单行",
  supplierLot: "供应商批", expiry: "有效期", made: "生产日期", retest: "复验期", siteLot: "站内批号", status: "状态", quarantine: "待验", given: "收货时给出", manufacturer: "生产商", sameAsSupplier: "未注明", note: "送货单", location: "库位", nowhere: "收货区", comment: "备注", order: "订单", quantity: "数量", receivedBy: (name, at) => `${name}，${at}`,
  of: (n) => `${n} 件`, count: "件数", each: "每件", counted: (n, of) => (of > 0 ? `已点 ${n} / ${of} 件` : `已点 ${n} 件`), one: "＋ 1 件", all: (n) => `其余 ${n} 件均已到`, nth: (n) => `第 ${n} 件`, sum: (amount) => `共 ${amount}`,
  damage: "破损", damageHint: "如实描述破损并拍照。", damageText: "破损情况", damageOf: (n) => `第 ${n} 件破损`, deliveryDamaged: "整批到货破损", photos: (n) => (n === 0 ? "未拍照" : `已拍照 ${n} 张`), sampledApart: "将单独取样", takePhoto: "拍照", photoBusy: "正在压缩…", photoOf: (n) => `照片 ${n}`, remove: "删除", save: "保存", content: "内容量", uncount: "未到：取消点件",
  details: "资料", detailsHint: "按标签和送货单填写。",
  finish: "完成", finishTitle: "收货并置为待验", finishHint: "给出站内批号，容器贴签，随即开始入库检验。", take: "收货", takeHeld: "收货，待 QA 决定", back: "返回", why: "不符之处及处理约定", whyOrder: "无订单的原因", needed: "收货前还需",
  notAmount: "须为大于零的数，如 1250.5。三位数字前的逗号可能是千位分隔，请去掉。",
  missing: { supplier_lot: "供应商批号", each: "每件内容量", counted: "至少一件", most: "一次到货不超过 500 件" } as Record<string, string>,
  wrong: "有不符之处", fewer: (n, of) => `只点了 ${n} / ${of} 件。`,
  ways: {
    supplier_not_approved: "该供应商未获准供应此物料。由 QA 批准供应，或接受此次到货；此前该批不得使用。", material_unknown: "该物料未登记。请先登记物料再收货。", unit_mismatch: "该物料不使用此单位。请先补充物料单位再收货。",
    order_not_approved: "此订单尚未批准。请先批准订单，或按无订单收货；批准前到货不计入订单行。", order_unknown: "订单中没有此物料的未完成行。请核对订单，或按无订单收货。", order_closed: "此订单行已到齐或已关闭。请询问采购；收货后须由 QA 接受。", order_supplier_other: "订单下给了另一供应商。请询问采购；收货后须由 QA 接受。", over_delivered: "超出订单允许的数量。请退回多余部分，或全部收货并由 QA 决定。",
    receipt_expired: "已过有效期。请拒收，或收货并由 QA 决定。", shelf_life_short: "剩余有效期低于本厂要求。请询问采购，或收货并由 QA 决定。", expiry_missing: "该物料有有效期要求，但有效期不明。请按标签录入，或收货并由 QA 决定。", lot_differs: "另一批物料已使用此批号。",
    location_unfit: "待验物料不应存放在该类库位。请改放他处，或说明原因。", storage_unfit: "该库位的贮存条件与物料要求不符。请改放他处，或说明原因。",
  } as Record<string, string>,
  done: "已收货", doneHint: (n) => `${n} 件容器均为待验。`, inspection: "入库检验", printLabels: "打印标签", labelsLater: "标签在有网络处打印。", openLot: "查看该批", again: "继续收货", labels: "容器",
  noNumbers: { what: "此手持机已没有可用的批号。", kept: "已点的内容仍在屏幕上。", next: "请在有网络处重新携带离线。" },
  interrupted: "有一次到货只登记了一部分", interruptedHint: (done, of) => `批次已登记，容器已登记 ${done} / ${of} 件。点件结果已保存，联网或离线均可继续。`, completeIt: "登记其余容器",
  putAside: "暂放", discard: "放弃", discardHint: "将清除此次到货的点件结果；尚未登记任何内容。", unfinished: "有一次到货正在点件", goOn: "继续", unfinishedBack: "交回后，正在点件的到货将被清除。",
  labelsWait: (n) => `${n} 张标签待打印`, print: (n) => `打印 ${n} 张`,
  longNumber: { what: "按现行规则，此物料的批号过长，无法用于标签。", kept: "点件结果仍在屏幕上。", next: "请缩短批号规则或物料代码。" },
  rule: "收货规则", ruleHint: "批号如何编制，何种到货须停下。", pattern: "批号规则", patternHint: "{material}、{yy} 或 {yyyy}，以及流水号 {seq:4}", sample: (text) => `下一个批号将是 ${text}`, remaining: "到货时须剩余的有效期（%）", over: "允许超出订单的数量（%）", reason: "原因", setRule: "设定规则",
  history: "到货记录", toSupplier: "查看供应商", toOrder: "查看订单",
};
