/** 人员相关的中文：有哪些人、能做什么、如何登录。 */
export const peopleZh = {
  people: {
    title: "人员", search: "姓名、编号或登录名", empty: "暂无人员。", add: "新增人员", addTitle: "新增人员", addHint: "登录名与编号一经使用，永不再分配给他人。", addSave: "新增",
    login: "登录名", loginHint: "小写字母、数字、点和短横线，最多 40 个字符。", name: "中文姓名", nameEn: "拉丁字母姓名", left: "已离职", roles: "角色",
    change: "更改角色", changeTitle: "角色", changeHint: "每次更改都会连同您的姓名和理由记入日志。", changeSave: "更改", reason: "理由", reasonHint: "请写明检查员也能看懂的理由",
    excluded: (other: string) => `不能与${other}兼任`, leaves: "没有任何角色时，此人不能再登录，所有登录立即结束。",
    password: "密码", pin: "平板 PIN", setAt: (at: string) => `${at} 由本人设置`, givenAt: (at: string) => `${at} 发放了一次性密码，尚未设置新密码`, none: "尚未设置",
    locked: (at: string) => `密码多次错误，锁定至 ${at}`, give: "发放一次性密码", giveTitle: "一次性密码", giveAsk: "当前密码随即失效，所有登录立即结束。任何人都无法查看本人设置的密码。",
    giveHint: "只告诉本人。仅显示一次，只能用于一次登录，登录时必须设置新密码。",
    sessions: (n: number) => (n === 0 ? "没有打开的登录" : `${n} 个打开的登录`), since: (at: string) => `${at} 登录`, used: (at: string) => `最近使用 ${at}`, ends: (at: string) => `${at} 结束`,
    end: "全部退出登录", endTitle: "全部退出登录", endHint: "已记录的内容不会丢失。平板上的内容保留在平板上，再次登录后送达。",
    rights: "权限表", rightsHint: "各角色的权限；服务器在每次请求时据此检查。", excludes: "不能兼任",
    may: {
      "batch.read": "查看批次", "batch.work": "批次操作", "batch.review": "批记录审核", "batch.release": "放行与拒绝", "order.release": "下达生产指令", "lot.read": "查看批号物料", "lot.receive": "容器收货", "lot.decide": "物料批处置",
      "recipe.approve": "批准配方", "requisition.raise": "提出采购申请", "requisition.approve": "批准采购申请", "purchase.place": "提交采购订单", "purchase.approve": "批准采购订单", "specification.design": "编制质量标准", "specification.approve": "批准质量标准", "material.approve": "批准物料", "supplier.manage": "登记供应商", "supplier.approve": "审批供应商", "material.manage": "维护物料", "equipment.manage": "登记设备", "results.record": "录入检验结果", "people.manage": "人员管理", "device.enrol": "登记设备终端", "device.revoke": "停用设备终端",
      "flows.design": "绘制流程", "flows.approve": "批准流程", "flows.manage": "迁移和取消运行中的流程", "flows.work": "启动流程并完成任务",
      "forms.fill": "填写表单", "forms.review": "审核已填表单",
      "log.read": "查看日志", "quarantine.read": "查看隔离区", "payload.erase": "清除超期内容",
      "training.read": "查阅规程", "training.grant": "培训并授予资格", "training.manage": "发布规程、设定工作要求", "recipe.design": "设计配方", "forms.design": "设计表单", "forms.approve": "批准表单",
    } as Record<string, string>,
    toLog: "此人在日志中的记录",
  },
};
