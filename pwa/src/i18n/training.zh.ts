/** 培训用语：随其界面加载。 */
import type { trainingEn } from "./training.en";

export const trainingZh: typeof trainingEn = {
  title: "培训", hint: "须阅读或培训的内容，以及哪些工作需要它。", all: "规程与资格", people: "人员", needs: "工作要求", search: "代码或标题",
  empty: "尚未发布规程。", types: { sop: "规程", qualification: "资格" },
  version: (n) => `第 ${n} 版`, from: (day) => `${day} 起生效`, coming: (n, day) => `第 ${n} 版将于 ${day} 生效`,
  held: "已具备", heldUntil: (day) => `有效至 ${day}`, ends: (day) => `${day} 到期`, readBy: (day) => `须于 ${day} 前阅读`, trainBy: (day) => `须于 ${day} 前培训`, toRead: "待阅读", toTrain: "待培训", notHeld: "未具备", toReadNow: "请阅读新版本",
  dueNone: "没有待办。",
  read: "阅读并签署", readTitle: "已阅读并理解", readHint: "您所签署的正是此版本，并记录姓名与时间。", readAction: "签署", signed: "您已签署此版本。", document: "文件", digest: "所示内容的摘要", understood: "已阅读并理解",
  newest: "这不是最新版本；须签署最新版本。", file: (name) => `打开文件 ${name}`, chosen: "版本", published: (at) => `${at} 发布`,
  demands: "对持有上一版者的要求", takes: "取得方式", inForce: "生效日期", good: "有效期", demand: { nothing: "无", reading: "阅读", training: "培训" }, within: (n) => `${n} 天内`, valid: (n) => `${n} 天`, forever: "直至新版本另有要求",
  steps: "需要它的工作", noSteps: "目前没有工作需要它。",
  holders: "人员情况", proofs: "签署、授予与撤销", noProofs: "尚无签署或授予。", what: { reading: "已阅读并理解", training: "授予资格", withdrawn: "撤销" }, by: (who) => `由 ${who}`, until: (day) => `有效至 ${day}`,
  add: "新增规程或资格", addTitle: "新增规程或资格", newVersion: "新版本", code: "代码", type: "类别", titleZh: "中文标题", titleEn: "英文标题", effective: "生效日期（YYYY-MM-DD）", demandOf: "要求", days: "限几天内完成", validDays: "有效天数（留空：不限）", text: "内容", textHint: "直接填写内容，或在下方附文件。", fileAdd: "文件（PDF 或图片，不超过 2 MB）", fileKept: (name) => `${name} 已保存。`, publish: "发布",
  grant: "授予资格…", grantTitle: "授予资格", grantHint: "您声明此人已受训并考核合格。任何人不得为自己授予。", evidence: "依据", evidenceHint: "考核内容与结果", expires: "有效期至（YYYY-MM-DD，留空：按版本规定）", grantAction: "授予",
  withdraw: "撤销…", withdrawTitle: "撤销资格", withdrawHint: "自此不再有效，直至培训人员重新授予。", reason: "原因", withdrawAction: "撤销",
  needsHint: "缺少所列内容时，平板会阻止该步骤，本站会拒绝相应操作；已完成的工作仍保存并标记。", needsEmpty: "尚未为任何步骤设定要求。", needsAdd: "设定步骤要求", needsChange: "更改…", fillForm: (form: string) => `填写表单 ${form}`, needsTitle: "此步骤的要求", on: "步骤类别", ons: { phase: "工序类型", equipment: "设备、设备类别或房间", action: "操作" }, which: "名称", documents: "所需规程或资格", save: "设定",
  actions: { second_check: "第二人复核", "order.release": "下达指令", "batch.review": "审核批记录", "batch.release": "放行与拒绝", "lot.receive": "接收物料", "lot.decide": "判定物料批", "results.record": "记录结果", "recipe.approve": "批准工艺", "material.manage": "定义物料", "equipment.manage": "设备建档", "device.enrol": "登记设备", "device.revoke": "停用设备" },
  matrix: "人员与规程", matrixHint: "仅列出其工作所需或曾持有的内容。", person: "人员",
  stopped: (who) => `${who} 目前不可进行此项工作`, stoppedWhat: "此项工作需要以下规程或资格，而该人员不具备：", stoppedNext: "请在“培训”中阅读并签署，或由培训人员授予资格。具备者可立即在此接替：请更换人员。", stoppedOffline: "目前无网络：联网后即可办理。", again: "重新查询", toTraining: "前往培训", ended: (day) => `已于 ${day} 失效`,
};
