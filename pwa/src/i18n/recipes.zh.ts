/** Chinese words for recipes and batch orders. */
import type { recipesEn } from "./recipes.en";

export const recipesZh: typeof recipesEn = {
  title: "工艺规程", hint: "生产什么、用什么物料、限度如何。每个版本由流程批准。", search: "编号或产品", empty: "还没有工艺规程。", noVersion: "无现行版本", version: (n) => `第 ${n} 版`,
  states: { submitted: "等待批准", approved: "现行", coming: "已批准，尚未生效", superseded: "已替代", returned: "已退回" },
  effectiveFrom: "生效日期", effectiveHint: "按工厂日历。若批准晚于此日，则自批准之日起生效；在此之前，原版本仍为现行。", from: (day) => `自 ${day} 起生效`, until: (day) => `${day} 被替代`, comesOn: (version, day) => `第 ${version} 版，自 ${day} 起`,
  versions: "版本", view: "查看", compare: "比较", file: "下载", copy: "复制为下一版本", approval: "批准流程", bring: "从文件提交…", prepared: "起草", decided: "决定",
  product: "产品", size: "批量", materials: "物料", phases: "步骤", room: "房间", equipment: "设备", target: "目标", rounds: (n) => `${n} 轮`, samples: (n) => `每轮 ${n} 个`, tally: "计数", sampled: (name: string, amount: string) => ["取样", name, amount].filter(Boolean).join(" · "), bound: (signal: string) => `取自设备：${signal}`, limits: "限度", digest: "内容的 SHA-256", nothing: "无",
  roles: { active: "按含量折算", compensator: "补偿含量差" }, results: { assay: "含量", water: "水分" }, byTest: (name, test) => `${name}取自检验项目 ${test}`, makesUp: (names) => `补偿 ${names.join("、")}`, rounding: { half_up: "四舍五入", gbt8170: "按 GB/T 8170 修约" }, seconds: { portion: "每一份均由第二人复核。", line: "使物料达到允差的那一份由第二人复核。" },
  procedure: "规程", flow: "流程", flowHint: (minutes) => `从第一步到最后一步至少 ${minutes} 分钟；粗框为决定时长的路径。`, flowBare: "先后顺序；并排者可同时进行。", after: (ids) => `在 ${ids} 之后`, atOnce: "可立即开始", minutes: (n) => `${n} 分钟`, candidates: (codes) => `仅限 ${codes}`, needs: (steps) => `需要 ${steps}`, every: (n, grace) => `每 ${n} 分钟，宽限 ${grace} 分钟`, chart: "控制图", typed: "手工录入",
  perPack: (per, unit, pack) => `每 ${pack} 用 ${per} ${unit}`,
  specimen: "留样张",
  sumOf: (slots) => `${slots} 之和`,
  moments: { start: "开始", end: "结束" }, time: (from, since, to, least, most) => `自 ${since} ${from}至本步骤${to}：${[least === null ? "" : `至少 ${least} 分钟`, most === null ? "" : `至多 ${most} 分钟`].filter(Boolean).join("，")}`,
  bomKinds: { raw: "原辅料", packaging: "包装材料", printed: "印刷包装材料", intermediate: "中间产品" }, perUnit: (amount) => `每单位 ${amount}`, count: "每批数量", totalPerUnit: "每单位总量", total: "每批总量",
  usedIn: "使用处", usedTitle: (code) => `${code} 的使用处`, usedHint: "现行版本及等待批准的版本。", usedEmpty: "没有工艺规程使用它。", hows: { weighed: "称量", named: "指定", candidate: "候选", room: "在此进行", class: "同类任一" }, batchml: "BatchML", notBatchml: "此文件不是 JSON 或 BatchML 格式的工艺规程。",
  comparing: (a, b) => `第 ${a} 版与第 ${b} 版`, same: "两个版本内容相同。", changed: { added: "新增", removed: "删除", changed: "修改" },
  drafts: "草稿", edit: "编辑草稿",
  upload: "从文件提交版本", uploadHint: "与下载所得相同的 JSON 或 BatchML 文件。在此核对，签名之前不保存任何内容。", chosen: "文件", found: (n) => `${n} 处需改正`, sound: "未发现问题。", differs: (n) => `与第 ${n} 版相比的变化`, first: "此工艺规程的第一个版本。", submit: "提交…", submitTitle: "提交工艺规程审批", submitNow: "签名并提交", whatChanges: "改了什么，为什么", meaning: "起草", recipe: "工艺规程",
  orders: "批指令", ordersHint: "要生产什么，按哪个工艺规程，用哪些物料批。", byFlow: "批指令经流程核对后下达。", ordersSearch: "批号、工艺规程或产品", ordersEmpty: "还没有编制批指令。", plan: "编制批指令…", planTitle: "编制批指令", planHint: "按现行版本，或计划开始日将生效的版本；后者生效之后方可下达。", planFlow: "其流程随即开始：核对物料、设备和文件，然后下达。", planNow: "编制",
  orderStates: { planned: "已编制", released: "已下达", withdrawn: "已撤回" },
  byRule: (number) => `按规则：${number}`, byTheRule: "按规则生成", whyTyped: "为何手工输入批号", numbered: "批号来源", byPattern: (pattern) => `按规则 ${pattern}`, typedFor: (reason) => `手工输入：${reason}`, bill: "本批量的物料清单", lacking: (amount) => `缺 ${amount}`, comesLate: (amount) => `${amount} 到货偏晚`, coming: (amount) => `${amount} 在途`, inStock: "库存充足",
  rules: "批号规则…", rulesTitle: "批号如何编制", rulesHint: "{yy} 或 {yyyy} 与 {mm} 为计划的年月，{seq:3} 在其中计数，{product} 为产品代码。每个批号只用一次。", everyProduct: "其余产品", ruleFor: "适用于", pattern: "规则", ownGoes: "留空：改用工厂规则", setRule: "设定规则",
  pace: "停滞时限…", paceTitle: "批次何时视为停滞", paceHint: "进行中的批次在该小时数内无任何记录时，提醒主管并在看板上显示。各步骤规定了时长的，看板按规定时长判断。", paceHours: "小时（1 至 168）", paceDefault: "尚未设定。", setPace: "设定",
  batch: "批号", amount: "批量", unit: "单位", start: "计划开工日期", lots: "物料批", lotOf: (name) => `${name} 的物料批`, later: "暂未选择", starts: (day) => `计划 ${day} 开工`,
  release: "下达…", releaseTitle: "下达批指令", releaseHint: "此后该批次即存在，平板可以带走。", releaseNow: "下达", withdraw: "撤回…", withdrawTitle: "撤回批指令", withdrawHint: "该批号可以重新编制。", withdrawNow: "撤回", reason: "原因", openBatch: "批次", given: "编制",
};
