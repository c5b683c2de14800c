/** 审计追踪审核用语：随其界面加载。 */
import type { auditEn } from "./audit.en";

export const auditZh: typeof auditEn = {
  title: "审核审计追踪", listTitle: "审计追踪审核记录", review: "审核所选范围", reviews: "已签署的审核", toLog: "审计追踪",
  hint: "先看列在前面的内容，再逐页查看其余记录，标出需要说明之处，然后签名。签名所涵盖的正是此处所示的记录。",
  batchMeans: "仅含该批自身的记录；其物料批、已填表单及人员在他处的操作按期间审核。", selection: "审核范围", all: "全部日志", batch: "批号", stream: "所属", kind: "事项", person: "人员", device: "设备", since: "入账自", until: "入账早于", entries: "记录", digest: "所示记录的摘要", kinds: "按事项",
  count: (n: string) => `${n} 条`,
  first: "请先查看", nothingFirst: "没有特别需要查看的内容。", every: "全部记录",
  looks: {
    corrections: "更正的数值", late: "迟到的记录", flagged: "被规则标记", decided: "异常、冲突与偏差", withdrawn: "撤销、收回与豁免", refused: "被拒绝的决定", signins: "登录失败与锁定", rights: "权限变更", site: "厂区变更",
  },
  content: "内容", why: "理由", more: "更多记录", toEntry: "完整记录", empty: "所选范围内没有记录。",
  mark: "标注", marked: "已标注", markTitle: (n: string) => `对第 ${n} 条记录的备注`, markText: "说明", markSave: "保留备注", markRemove: "移除", deviate: "为此发起偏差", deviateHint: "偏差立即发起。该批因此多一条记录，所选范围将重新载入，您的备注会保留。", deviation: (number: string) => `偏差 ${number}`,
  remarks: "备注", noRemarks: "没有标注。", comment: "总体说明（可不填）", commentHint: "查看了什么、如何查看",
  means: (meaning: string) => `签名含义：${meaning}`, sign: "签署审核", signTitle: "签署审核", signNow: "签名", meanings: { audit_found_nothing: "已审核所示审计追踪，未发现需处理的事项", audit_found_something: "已审核所示审计追踪，意见见所附备注" },
  signed: "审核已签署。", noRight: "您可以查看，但仅 QA 可签署审核。",
  refused: { reviewer_produced: "您参与了所选范围内的工作，须由他人审核。", audit_scope_large: "记录数超过一次审核可以负责的范围。请选择较短的时段或某一类记录。" },
  never: "审计追踪尚未审核", since_: (n: string) => `此后新增 ${n} 条`, upToDate: "此后无新增", by: (who: string, at: string) => `审计追踪已由 ${who} 于 ${at} 审核`,
  logNever: "尚未对全部日志作过审核。", logSince: (n: string, at: string) => `上次审核全部日志至 ${at}，此后新增 ${n} 条。`, reviewRest: "审核新增部分",
  none: "尚无已签署的审核。", what: "范围", howMany: "记录数", entry: "日志序号",
};
