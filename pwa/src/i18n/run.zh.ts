/** Chinese words of work on a batch. */
import type { runEn } from "./run.en";

export const runZh: typeof runEn = {
  run: {
    phaseDone: "已完成", phaseNow: "当前", phaseNext: "待进行",
    allDoneHint: "待本机记录全部入账后交还，由 QA 审核。", notHere: "本机没有这一批。",
    notHereHint: "请在有网络时从首页携带。", exception: "异常", remark: "备注", photo: "照片", handBack: "交还",
    handBackTitle: "交还此批", handBackHint: "此后本机不再操作该批。已记录的内容在入账前一直保留在本机。",
    unsent: (n: number) => `还有 ${n} 条未入账，仍会送达。`, handedBack: "已交还",
    records: "本步骤记录", noRecords: "本步骤还没有记录。", recordsBatch: "整批记录", moreRecords: (n: number) => `显示更早的 ${n} 条`, noRecordsBatch: "步骤之外没有记录。", completePhase: "完成本步骤",
    viewing: "您正在查看其他步骤。", toNow: "回到当前步骤", notYet: "此步骤在后", notYetHint: (name: string) => `请先完成：${name}。`,
    openAnyway: "仍要操作", orderWarn: "次序不符：会保留，并成为异常。",
    typing: (name: string, what: string) => `${name} 正在输入：${what}`, conflict: "冲突", conflictHint: "同一处有两条记录，均已保留，由 QA 裁定。",
    correct: "更正", correctTitle: "更正数值", oldValue: "原值", newValue: "新值", corrected: "已更正", history: "更改",
    outTitle: "超出限度", outHint: "将按实际值记录，并成为异常。请说明情况。", outComment: "发生了什么，如何处理", signAnyway: "按实际值签署",
    sign: "签署", signing: "正在保存…",
    remarkTitle: "备注", remarkHint: "QA 需要知道的情况，将带您的签名。", remarkText: "备注",
    photoTitle: "照片", photoTake: "拍照", photoAgain: "重拍", photoCaption: "照片内容", photoBusy: "正在压缩…", photoAlt: "照片预览",
    exceptionTitle: "报告异常", exceptionHint: "说明何处不符，将带您的姓名交 QA。",
    decided: (name: string, at: string) => `${name} 于 ${at} 裁定了冲突`, expires: (s: string) => `携带有效至 ${s}`, expired: "携带期已过：记录照常保留并标记。", room: "房间", equipment: "设备",
    startPhase: "开始本步骤", startHint: "开始时间将带您的姓名记录。", goAll: "返回首页",
  },
};
