/** Chinese words for the codes of records, after the glossary. */
import type { codesEn } from "./codes.en";

export const codesZh: typeof codesEn = {
  units: { tablets: "片" },
  roles: { operator: "操作人", supervisor: "主管", qa: "QA", qc: "QC 检验员", engineer: "工艺工程师", planner: "计划员", keeper: "仓库管理员", admin: "系统管理员", auditor: "审计员" },
  batchStatus: { ordered: "已下达", in_progress: "生产中", awaiting_review: "待审核", released: "已放行", rejected: "拒绝放行", historical: "历史批" },
  lotStatus: { quarantine: "待验", released: "合格", rejected: "不合格", restricted: "限制使用", expired: "过期", historical: "历史" },
  stages: { incoming: "入库检验", in_process: "中间控制", release: "放行检验", compression: "压片", batch: "整批" },
  phaseTypes: { line_clearance: "清场", weighing: "称量", parameters: "工艺参数", in_process: "中间控制" },
  kinds: {
    "identity.person_added.v1": "新增人员", "identity.device_enrolled.v1": "设备登记", "identity.device_revoked.v1": "设备停用", "identity.signin_failed.v1": "登录失败", "identity.signed_in.v1": "登录",
    "materials.material_defined.v1": "定义物料", "materials.lot_received.v1": "到货接收", "quality.results_recorded.v1": "记录检验结果", "recipes.recipe_approved.v1": "批准工艺规程",
    "production.order_released.v1": "下达批生产指令", "production.phase_started.v1": "步骤开始", "production.line_cleared.v1": "清场完成", "production.material_weighed.v1": "物料称量", "production.parameter_recorded.v1": "记录参数",
    "production.check_recorded.v1": "记录中间控制", "production.phase_completed.v1": "步骤完成", "production.remark_added.v1": "备注", "production.photo_attached.v1": "照片", "production.exception_raised.v1": "发生异常", "production.conflict_found.v1": "发现冲突", "production.batch_imported.v1": "导入历史批",
    "release.conflict_resolved.v1": "冲突已裁定", "release.exception_assessed.v1": "异常已评估", "release.batch_released.v1": "批放行", "release.batch_rejected.v1": "批拒绝放行", "release.batch_released.v2": "批放行并封存", "release.batch_rejected.v2": "批拒绝并封存", "release.device_waived.v1": "设备豁免",
    "quality.deviation_opened.v1": "偏差开立", "quality.deviation_closed.v1": "偏差关闭", "release.release_refused.v1": "放行被拒",
    "handheld.lease_issued.v1": "携带离线", "handheld.lease_returned.v1": "交还", "handheld.log_disputed.v1": "设备对日志存疑", "handheld.dispute_settled.v1": "日志存疑已结案", "handheld.input_quarantined.v1": "输入已隔离", "equipment.weight_read.v1": "天平读数",
    "site.witness_added.v1": "增加见证方", "site.witness_removed.v1": "移除见证方",
    "identity.credential_set.v1": "设置密码或 PIN", "materials.lot_status_changed.v1": "物料批状态变更", "equipment.equipment_registered.v1": "设备建档",
    "identity.roles_changed.v1": "角色变更", "core.decision_refused.v1": "决定被拒绝",
  },
  fields: {
    alarm: "警报", held: "此前持有的检查点", told: "改为出示", person: "人员", login: "登录名", name: "名称", name_en: "英文名", roles: "角色", what: "内容", alg: "算法", public_key: "公钥", device: "设备", role: "类别", last_seq: "最后接受的记录", reason: "理由", address: "网络地址", material: "物料", type: "类型", unit: "单位",
    lot: "批号", quantity: "数量", supplier: "供应商", supplier_lot: "供应商批号", expiry: "有效期", containers: "容器数", status: "状态", equipment: "设备", class: "类别", serial: "序列号", model: "型号", location: "位置", calibration_due: "校准有效至", balance: "天平",
    transport: "连接方式", quality: "读数状态", net: "净重", raw: "原始数据", connection: "连接次数", stage: "阶段", results: "结果", test: "检验项目", value: "数值", low: "下限", high: "上限", target: "目标", verdict: "判定", source: "来源", file: "文件", line: "行",
    mapping: "对照", sha256: "SHA-256 值", recipe: "工艺规程", version: "版本", product: "产品", code: "代码", strength: "规格", size: "批量", phases: "步骤", phase: "步骤", materials: "物料", lots: "物料批", signatures: "签名", meaning: "签名含义", at: "时间",
    instruction: "操作说明", room: "房间", items: "检查项", parameters: "参数", rounds: "次数", checks: "中间控制", samples: "样品数", decimals: "小数位", material_name: "物料名称", text: "文字", batch: "批", recipe_hash: "规程摘要", ok: "符合", comment: "说明",
    container: "容器", reading: "读数", id: "标识", verified_by: "复核人", limits: "限度", parameter: "参数", check: "检查", round: "次", values: "数值", mean: "均值", blob: "照片摘要", bytes: "字节", caption: "照片内容", slot: "位置", entries: "记录", details: "详情",
    deviation: "偏差", summary: "情况", conclusion: "结论", devices: "设备", seq: "设备序号", hash: "记录头摘要", known: "已知写到", delivered: "已交付",
    started: "开始", yields: "收率", conflict: "冲突", chosen: "选定", exception: "异常", assessment: "评估意见", signer: "签名人", signed_at: "签名时间", offset: "与 UTC 相差分钟", method: "方式", digest: "所示内容摘要", stream_seq: "该批最后记录", stream_hash: "该记录摘要",
    open: "未结", lease: "携带", issued_at: "发出时间", expires_at: "到期", lease_hash: "携带摘要", quarantine: "隔离区",
  },
  exceptions: {
    out_of_limits: "超出限度", manual_weight_unverified: "手工称量未复核", verifier_is_performer: "复核人即操作人", reading_unverified: "天平读数未核实", phase_order: "步骤次序不符", lease_expired: "携带期已过", lease_unknown: "无有效携带",
    log_disputed: "设备对日志存疑", clock_skew: "设备时钟偏差", person_not_permitted: "人员无权限", wrong_lot: "非分配批次", conflict: "冲突", manual_weight: "手工输入重量", correction: "更正", late_entry: "迟到记录",
    remark: "备注", exception: "异常", conflict_open: "冲突未裁定", exception_open: "异常未评估", phases_open: "步骤未完成", device_owes: "设备仍欠数据",
    batch_unknown: "本站未下达此批", slot_unknown: "指令中无此项", subject_mismatch: "归属与内容不符", correction_unknown: "更正无依据", unit_mismatch: "单位不符", samples_incomplete: "样品数不足", calculation_differs: "计算结果不符", lot_not_released: "物料批未放行", batch_known: "该批已存在", verdict_differs: "判定与限度不符", equipment_unknown: "设备未登记", serial_differs: "序列号不符", material_unknown: "物料未定义",
    reported: "报告的异常", after_disposition: "放行或拒绝之后", photo: "照片", device_revoked: "由已停用设备记录", kind_unknown: "未知的记录种类", payload_malformed: "内容不合格式", not_permitted_from_device: "设备无权作此决定", sequence_fork: "同号的两条记录", signature_wrong: "签名不正确", device_unknown: "未知设备",
    post_seal: "封存后到达", device_waived: "设备已豁免", waiver: "豁免", deviation: "偏差",
    rule_failed: "服务器未能判定", id_taken: "标识重复", entry_malformed: "不是记录", payload_hash_wrong: "内容与签名不符", not_canonical: "非规范 JSON", entry_too_large: "记录过大", device_mismatch: "发送设备不符", stream_mismatch: "属于其他批的文档", frame_malformed: "消息无法读取", frame_too_large: "消息过大", change_malformed: "变更无法读取", change_too_large: "变更过大", change_refused: "不允许的变更", key_malformed: "密钥格式不符", input_quarantined: "输入已隔离",
  },
  gates: { phases: "步骤全部完成", conflicts: "冲突全部裁定", exceptions: "异常全部评估", deviations: "偏差全部关闭", devices: "设备已交齐", leases: "设备已交还", results: "检验结果全部合格", yields: "收率在限度内", held: "无待补记录", quarantine: "本批无隔离输入" },
};
