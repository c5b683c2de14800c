/** Chinese words for specifications and results by them: fetched with their screens, not with the first one. */
import type { specificationsEn } from "./specifications.en";

export const specificationsZh: typeof specificationsEn = {
  title: "质量标准", hint: "物料和产品应达到的要求；检验结果据此判定。", search: "编码、物料或名称", empty: "尚未编制质量标准。", create: "新建质量标准", noneInForce: "无现行版本", waiting: (n: number) => `第 ${n} 版待批准`,
  version: (n: number) => `第 ${n} 版`, versions: "版本", tests: "检验项目", testsN: (n: number) => `${n} 个项目`, from: (day: string) => `自 ${day}`, next: "编制新版本", look: "查看", compare: "比较", comparing: (a: number, b: number) => `第 ${a} 版与第 ${b} 版`,
  states: { submitted: "待批准", approved: "已批准，未生效", effective: "现行", superseded: "已被替代", returned: "已退回" },
  stages: { incoming: "来料", in_process: "中间控制", release: "放行" },
  kinds: { numeric: "数值", choice: "选项", conform: "是否符合" },
  roundings: { gbt8170: "GB/T 8170（四舍六入五成双）", half_up: "四舍五入" },
  code: "编码", material: "物料或产品", stage: "阶段", zh: "中文", en: "英文", name: "名称", effective: "生效日期", test: "项目", testN: (n: number) => `项目 ${n}`, method: "方法", kind: "类型", unit: "单位", decimals: "小数位", rounding: "修约", low: "不低于", high: "不高于", options: "选项", option: (n: number) => `选项 ${n}`, conforms: "符合", limits: "限度",
  addTest: "添加项目", addOption: "添加选项", up: "上移", down: "下移", remove: "移除", choose: "请选择…", incomplete: "除限度外各项均需填写；没有限度的数值只报告、不判定。",
  check: "检查并签署…", found: "存在以下问题：", submit: "提交批准", submitNow: "签署并提交", reason: "修订内容及理由", digest: "内容摘要", prepared: "起草",
  findings: {
    tests_missing: "没有检验项目。", test_twice: "项目编码重复。", needed: "数值项目必须填写。", not_here: "仅数值项目有此内容。", options_missing: "选项项目必须有选项。", option_twice: "选项编码重复。", option_conforming_missing: "没有符合要求的选项。",
    sampling_missing: "来料质量标准必须有取样方案。", sampling_not_here: "仅来料质量标准有取样方案。", sampling_unfit: "取样方案与所选规则不符，或数量不大于零。",
    limit_decimals: "限度的小数位与报告结果的小数位不一致。", limits_crossed: "上限低于下限。", material_unknown: "没有此编码的物料或产品。",
  },
  sampling: "取样方案", rule: "取样规则", number: "取样件数", level: "检验水平", aql: "AQL", severity: "严格度", identity: "鉴别", quantity: "检验取样量", retained: "留样量", instruction: "取样方法",
  rules: { sqrt_cn: "√n + 1（n ≤ 3 逐件；n > 300 为 √n / 2 + 1）", who_n: "WHO n 方案：1 + √N", who_p: "WHO p 方案：0.4√N", who_r: "WHO r 方案：1.5√N", fixed: "固定件数", all: "逐件", iso2859: "GB/T 2828.1（ISO 2859-1）一次抽样" },
  ruleHints: { sqrt_cn: "有小数的向上取整。", who_n: "物料均匀、来源可靠时使用；N ≤ 4 逐件。", who_p: "物料均匀、来源可靠、主要为鉴别时使用。", who_r: "可能不均匀或来源不熟悉时使用，如中药材。", fixed: "到货不足此数时逐件取样。", all: "每件均取样。", iso2859: "计数抽样：按批量、检验水平和 AQL 查表，箭头已解析。" },
  identities: { drawn: "仅取样的容器", every: "每件容器逐一鉴别" }, severities: { normal: "正常检验", tightened: "加严检验", switching: "按转移规则（正常／加严）" },
  arrives: "到货件数", opens: "取样件数", acRe: "Ac / Re", letter: "字码", noSampling: "未规定取样方案，按 √n + 1 取样。",
  same: "两个版本内容相同。", changed: { added: "新增", removed: "删除", changed: "修改", moved: "移动" }, property: "内容", was: "原为", is: "现为", whole: "质量标准",
  record: "录入检验结果…", recordTitle: "按质量标准录入结果", recordHint: "请填写测得的全部位数：系统一次修约后再判定。未检验的项目留空。", recordNow: "录入", correct: "更正…", correctTitle: "更正检验结果", correctReason: "更正理由；原记录保留在日志中", yes: "符合", no: "不符合", finding: "检验所见",
};
