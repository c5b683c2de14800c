/** Chinese words for the use of lots: fetched with their screens, not with the first one. */
import type { usageEn } from "./usage.en";

export const usageZh: typeof usageEn = {
  tab: "使用决定", now: "当前状态", expiry: "有效期", retestDay: "复验期", none: "尚未作出决定。", lastBy: (name: string, at: string) => `${name} · ${at}`, unsigned: "未签名（导入或早期记录）", conditionsAre: (text: string) => `条件：${text}`,
  gatesTitle: "放行条件", gatesAgain: "延长复验期的条件", met: "满足", idle: "尚无结果", open: "未满足",
  gates: {
    specification: "有现行的来料质量标准", sampling_goes_on: "该供应商的抽样检验未暂停", sampling: "取样完成", results_complete: "各检验项目均有结果", results_pass: "结果均在限度内", results_checked: "结果已由第二人复核", supplier: "供应商已批准或已接受到货", independent: "您未参与取样、检验或复核",
  },
  fromDifferent: "已合格的物料批须有新的检验结果才能延长复验期。",
  results: "检验结果", by: (code: string, version: number) => `${code} · 第 ${version} 版`, noSpecification: "该物料没有现行的来料质量标准，无法放行。", toSpecifications: "质量标准", noResult: "无结果", limits: "限度", measured: (value: string) => `测得 ${value}`, checkedBy: (name: string, at: string) => `复核：${name} · ${at}`, uncheckedYet: "待复核", imported: "导入的历史结果", notCounting: "录入人无权限或样品无效，不计入", otherSpecification: (name: string) => `按 ${name} 判定，不计入`, inside: "符合", outside: "超出限度", noVerdict: "不判定",
  rule: "修约一次后判定；复验结果与原结果并列，原结果在质量部门决定之前始终计入。", rounding: (decimals: number, rule: string) => `${decimals} 位小数 · ${rule}`,
  asideBy: (name: string, at: string) => `不计入：${name} · ${at}`, setAside: "不计入…", asideTitle: "该结果不计入", asideReason: "调查结论（为何原结果不计入）", original: "原结果", retestResult: "复验结果",
  check: "复核签名…", checkTitle: "复核检验结果", checkMeaning: "已复核", checkNow: "签名", checkHint: "请对照原始数据核对下列结果。", waiting: (n: number) => `${n} 次录入待第二人复核`, own: "本人录入的结果须由他人复核。", test: "检验项目",
  release: "放行…", extend: "复验合格，延长复验期…", reject: "拒收…", restrict: "限制使用…", titles: { released: "放行物料批", rejected: "拒收物料批", restricted: "限制使用物料批" },
  meanings: { released: "检验合格，批准使用", rejected: "不合格，拒绝使用", restricted: "限制使用" },
  retest: "复验期（留空则按到货时确定）", newRetest: "新的复验期", conditions: "限制条件", reason: "理由", remark: "备注（可不填）", go: "去签名", sign: "签名", lot: "物料批", digest: "内容摘要", decision: "决定", basis: "依据", basisOf: (passed: number, tests: number) => `${tests} 个检验项目，${passed} 个结果符合`,
  blocked: "放行条件尚未全部满足。", received: "到货", quantity: "数量", containers: "包装件数", supplier: "供应商", supplierLot: "供应商批号", standing: { new: "待审计", qualified: "合格供应商", expired: "资格已过期", suspended: "已暂停" }, unnamed: "未登记供应商",
  certificates: "供应商检验报告书", noCertificate: "尚未登记检验报告书。", recordCertificate: "登记检验报告书…", certificateHint: "请照报告书填写；未列出的项目留空。", certificateNumber: "报告书编号", issued: "签发日期", file: "附上文件…", fileHint: "PDF 或照片，不超过 2 MB", keep: "登记", ours: "本厂结果", importedFrom: "导入", other: "其他项目", otherTest: "项目名称", otherValue: "数值", otherUnit: "单位", addOther: "添加项目",
  contradictions: { certificates_differ: "同一批的多份报告书数值不一致", certificate_outside: "报告书数值超出本厂限度", verdicts_opposite: "报告书与本厂结果判定相反" },
  toInspection: (number: string) => `检验任务 ${number}`, record: "录入检验结果…", retestNow: "复验…", retestTitle: "录入复验结果", retestHint: "原结果保留并继续计入，直至质量部门作出决定。", retestOf: "复验", sample: "样品编号（可不填）", ofSample: "样品", noSample: "请选择样品", sampleMissing: "未指明样品的结果不计入；不合格的结果仍计入该批。", used: "仪器、试剂与对照品", instrument: "仪器", noInstrument: "未使用登记的仪器", due: (day: string) => `校准至 ${day}`, overdue: "该仪器校准已逾期：结果会带标记入账。", expired: "所用试剂或对照品已过期：结果会带标记入账。", reagentN: "试剂", standardN: "对照品", substance: "名称", ownLot: "批号", addReagent: "添加试剂", addStandard: "添加对照品", sampled: (label: string) => `样品 ${label}`,
  history: "该批的全部记录", decisions: "已作出的决定", manufacturer: "生产商", flagged: "有标记",
};
