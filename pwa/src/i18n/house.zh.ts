/** Chinese words of the app's house: the look, the homes of the roles. */
import type { houseEn } from "./house.en";

export const houseZh: typeof houseEn = {
  house: {
    states: { blocked: "受阻及原因", now: "等您处理", due: "到期与关注" },
    stateHints: { blocked: "解决之前无法继续。", now: "现在就可以做。", due: "有期限，或今天值得看一眼。" },
    badges: { blocked: "受阻", now: "现在", due: "到期" },
    plant: "生产现况", nothing: "没有等您处理的事。",
    tasks: {
      titles: {
        flow_task: "等待您处理", flow_task_due: "等待您处理", flow_task_late: "已逾期",
        purchase_wanted: "已批准的申请，待下单", delivery_late: "已订购，逾期未到货", label_design: "标签设计待批准",
        review: "可以审核并签名", production_review: "待生产审核", audit_trail: "审计追踪待审核", exceptions: "在制批次中的异常", deviation: "未关闭的偏差", lot_decision: "已检验，等待判定", sample_request: "现场申请取样，待取样", sample_take: "待取样的物料批", sample_receive: "有样品交给您，请接收", lot_test: "待检验的物料批", count_take: "待盘点", count_close: "待批准的盘点", count_upset: "迟到的记录使已批准的盘点有误，请重新盘点", place_conflict: "被移至两处，请到现场核实", lot_check: "待您复核的检验结果", batch_check: "待您复核的批检验结果", lot_retest: "已放行物料批待复验", lot_supplier: "到货时有不符之处，请决定", supplier_ends: "供应商资格到期", lot_expires: "物料批临近有效期",
        order: "尚未开始的批指令", record_open: "未完成的记录", record_items: "记录有待查看事项", lease_ends: "设备上的租约即将到期", lease_ended: "设备上的租约已到期", password_ends: "您的密码即将到期", device_owes: "设备有未交付的记录", quarantine: "隔离区有输入", cleaning_past: "待清洁超时", equipment_alarm: "设备报警中", calibration_due: "校准即将到期", calibration_past: "校准已过期",
        grant_waiting: "有签名权的角色待您确认", password_given: "密码由他人设置，请确认是否本人", password_unused: "一次性密码尚未使用", login_locked: "因密码错误被锁定", training_missing: "缺少岗位所需资质", training_ends: "资质即将到期",
      },
      blocked: { review: "不能放行", lot_decision: "待验中" },
      counts: {
        delivery_late: (n) => `${n} 行`,
        audit_trail: (n) => `${n} 条`, record_items: (n) => `${n} 项未决`, review: (n) => `${n} 项待处理`, exceptions: (n) => `${n} 项待处理`, device_owes: (n) => `${n} 条记录`, quarantine: (n) => `${n} 条`, count_take: (n) => `${n} 个库位`, count_close: (n) => `已盘 ${n} 个`, count_upset: (n) => `${n} 个容器`, sample_take: (n) => `${n} 件`, lot_test: (n) => `${n} 件`, lot_retest: (n) => `${n} 件`, lot_expires: (n) => `${n} 件`,
      },
      times: {
        flow_task: (at) => `自 ${at}`, flow_task_due: (at) => `期限 ${at}`, flow_task_late: (at) => `应于 ${at}`,
        record_open: (at) => `${at} 打开`, record_items: (at) => `自 ${at}`, review: (at) => `自 ${at}`, deviation: (at) => `${at} 开启`, lot_decision: (at) => `${at} 收货`, sample_request: (at) => `${at} 申请`, sample_take: (at) => `${at} 开立`, sample_receive: (at) => `${at} 交出`, lot_test: (at) => `${at} 收货`, count_take: (at) => `${at} 下达`, count_close: (at) => `最近 ${at}`, place_conflict: (at) => `${at} 移动`, lot_check: (at) => `${at} 录入`, batch_check: (at) => `${at} 录入`, lot_retest: (at) => `复验期限 ${at}`, lot_supplier: (at) => `${at} 收货`, supplier_ends: (at) => `有效至 ${at}`, lot_expires: (at) => `有效期至 ${at}`, lease_ends: (at) => `${at} 到期`, lease_ended: (at) => `已于 ${at} 到期`, password_ends: (at) => `${at} 到期`, order: (at) => `${at} 下达`,
        purchase_wanted: (at) => `${at} 前需用`, delivery_late: (at) => `应于 ${at} 到货`, label_design: (at) => `自 ${at}`,
        device_owes: (at) => `最后出现 ${at}`, quarantine: (at) => `最近 ${at}`, cleaning_past: (at) => `应于 ${at} 前清洁`, equipment_alarm: (at) => `自 ${at} 起`, calibration_due: (at) => `${at} 到期`, calibration_past: (at) => `应于 ${at} 校准`, grant_waiting: (at) => `${at} 提出`, password_given: (at) => `${at} 设置`, password_unused: (at) => `${at} 给出`, login_locked: (at) => `至 ${at}`, training_ends: (at) => `${at} 到期`,
      },
    },
    why: {
      production_reviewed: "生产未审核", post_seal: "盖章后的条目", reported: "人员报告",
      phases: "工序未完成", conflicts: "冲突未裁定", exceptions: "异常未评估", deviations: "偏差未关闭", devices: "设备仍有记录未交付", leases: "未交回", results: "检验结果超限或缺少", specification: "质量标准项目缺结果",
      materials: "物料未平衡", paper: "纸质副本未交代", parents: "来源批次有未结事项", questions: "审核提问未答复", sample_requests: "申请的样品未检验", results_checked: "检验结果未复核", records: "表单未完成", batch_reviewed: "批记录审核未通过",
      yields: "收率超限", held: "有记录被暂存", quarantine: "有输入在隔离区", untested: "尚无检验结果", reading: "须阅读并签名", training: "须培训",
    },
  },
};
