/** Chinese words for the material master: fetched with its screens, not with the first one. */
import type { mastersEn } from "./masters.en";

export const mastersZh: typeof mastersEn = {
  title: "物料", hint: "物料的主数据及其单位换算。", search: "编码或名称", empty: "尚无物料。", create: "新建物料", waiting: (n: number) => `第 ${n} 版待批准`, imported: "导入",
  version: (n: number) => `第 ${n} 版`, versions: "版本", next: "编制新版本", look: "查看", compare: "比较", comparing: (a: number, b: number) => `第 ${a} 版与第 ${b} 版`, none: "此物料由导入建立，尚无版本；新版本即为第一版。",
  states: { submitted: "待批准", effective: "现行", superseded: "已被替代", returned: "已退回" },
  types: { raw: "原辅料", packaging: "包装材料", printed: "印刷包装材料", intermediate: "中间产品", bulk: "待包装产品", finished: "成品" },
  storages: { ambient: "常温 10–30 °C", cool: "阴凉，不超过 20 °C", cool_dark: "凉暗，不超过 20 °C", cold: "冷处 2–10 °C", frozen: "冷冻，不超过 −20 °C", special: "见备注" },
  code: "编码", zh: "中文", en: "英文", name: "名称", type: "类型", unit: "库存单位（UCUM）", unitHint: "kg、g、L、mL、{tablet}、{box}、10*3{tablet}", conversions: "单位换算", shelf_life: "有效期（月）", retest: "复验期（月）", storage: "贮存条件", storage_note: "贮存备注", hazard: "危险性", pharmacopoeia: "药典",
  conversion: (n: number) => `换算 ${n}`, conversionHint: "两个相等的量：1 L = 0.789 kg，1000 {tablet} = 120.5 g。换算精确进行。", same: "=", value: "数值", unitShort: "单位", add: "添加换算", remove: "移除",
  check: "检查并签署…", found: "存在以下问题：", incomplete: "须填写编码、中英文名称和单位。", submit: "提交批准", submitNow: "签署并提交", reason: "修订内容及理由", digest: "版本摘要", prepared: "起草", whole: "物料",
  findings: { unit_unknown: "不是 UCUM 单位。", conversion_nothing: "换算两侧须大于零。", conversion_twice: "前面的换算已包含这两个单位。", conversion_leads_nowhere: "此换算与库存单位无关。", storage_note_missing: "请写明贮存条件。", retest_after_shelf_life: "复验期晚于有效期。" },
  import: "导入表格", importHint: "CSV 或 Excel，首行为列名。先检查，再全部导入；有一行有误则不导入任何行。", choose: "选择文件…", importNow: "导入全部", would: (rows: number, fresh: number, same: number) => `${rows} 行：待导入 ${fresh} 行，已有 ${same} 行`, importWrong: "所有行正确之前不导入任何内容。", line: "行", column: "列",
  importFindings: { column_missing: "缺少此列。", column_unknown: "此列没有含义。", cell_missing: "为空。", cell_wrong: "内容不正确。", cell_beyond: "不属于任何一列：含逗号的文字须加引号。", twice: "编码在表中重复。", unit_unknown: "不是 UCUM 单位。", unit_other: "库存单位属于另一类。", has_versions: "此物料已有批准的版本；请提交新版本。" },
  equal: "两个版本内容相同。", property: "内容", was: "原为", is: "现为",
};
