/** Chinese words for labels: fetched with their screens, not with the first one. */
import type { labelsEn } from "./labels.en";

export const labelsZh: typeof labelsEn = {
  title: "标签设计", hint: "标签的版式和内容。新版本经他人批准后生效。", empty: "尚无标签设计。", search: "编号或名称", create: "新建设计",
  print: "打印标签", ofContainers: "容器标签", ofStatus: "状态标签", count: (n: number) => `${n} 张标签`, printed: (n: number) => `${n} 张标签的打印已入账`, copies: (n: number) => `已打印 ${n} 次`, more: (n: number) => `另有 ${n} 张`, inParts: (n: number) => `分为 ${n} 个文件。`,
  design: "设计", usual: "默认", format: "打印机", formats: { pdf: "普通打印机（PDF）", zpl: "标签打印机（ZPL）" }, dots: "打印机分辨率", dpi: { "8": "203 dpi", "12": "300 dpi", "24": "600 dpi" },
  openPdf: "打开并打印", saveZpl: "保存到标签打印机", again: "如打印中断，可在此重新打开：15 分钟内不另计份数。", noDesign: "此类标签没有生效的设计。",
  reason: (n: number) => (n === 1 ? "补打原因" : `${n} 张标签的补打原因`), history: "打印记录",
  whats: { container: "容器", sample: "样品", dispensed: "称量容器", status: "状态" },
  states: { submitted: "待批准", approved: "已批准", rejected: "已退回", force: "生效" }, delivered: "随程序提供", waits: (n: number) => `第 ${n} 版待批准`, version: (n: number) => (n === 0 ? "随程序提供" : `第 ${n} 版`),
  submittedBy: (name: string, at: string) => `${name} 于 ${at} 提交`, decidedBy: (name: string, at: string) => `${name} 于 ${at} 决定`, change: "设计下一版", approve: "批准", reject: "退回", decision: "标签设计的决定", sign: "签名", decideReason: "核对内容", meanings: { approved: "批准", rejected: "拒绝", prepared: "起草" },
  code: "编号", what: "用途", nameZh: "中文名称", nameEn: "英文名称", mm: (w: string, h: string) => `${w} × ${h} mm`, width: "宽（mm）", height: "高（mm）", preview: "预览", previewOf: "示例内容，与打印一致", elements: "元素", add: "添加", remove: "移除", copy: "复制",
  kinds: { text: "文字", field: "字段", datamatrix: "Data Matrix", qr: "QR 码", box: "边框" }, x: "距左", y: "距上", w: "宽", h: "高", size: "字号（pt）", bold: "加粗", words: "文字内容", value: "字段",
  fields: {
    container: "容器", quantity: "数量", material: "物料", name_zh: "中文名称", name_en: "英文名称", lot: "批号", supplier: "供应商", supplier_lot: "供应商批号", expiry: "有效期至", retest: "复验期", received: "接收日期", status_zh: "状态（中文）", status_en: "状态（英文）", printed: "打印时间", copy: "补打", sample: "样品", inspection: "请验", purpose_zh: "用途（中文）", purpose_en: "用途（英文）", taken: "取样时间", taken_by: "取样人", batch: "批次", product_zh: "产品（中文）", product_en: "产品（英文）", phase: "步骤", portion: "份", tare: "皮重", net: "净重", gross: "毛重", dispensed: "称量时间", dispensed_by: "称量人", checked_by: "复核人", reason: "原因", decided: "决定日期", decided_by: "决定人",
  },
  findings: { element_outside: "超出标签范围", field_unknown: "不是此标签的字段", text_empty: "没有内容", code_small: "过小，无法扫描：至少 10 mm", field_missing: "必须印在标签上", label_large: "标签的宽或高超过 300 mm", code_missing: "标签上须有可扫描的码" },
  element: (n: number) => `元素 ${n}`, check: "核对并签名", submitTitle: "提交标签设计", submitReason: "修改内容及原因", submit: "签名并提交", fine: "未发现问题。", sha256: "SHA-256",
};
