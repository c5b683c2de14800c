/** 工艺规程编辑器的中文用语：随该画面载入，不在首屏。 */
import type { editorEn } from "./editor.en";

export const editorZh: typeof editorEn = {
  drafts: "工艺规程草稿", draftsHint: "正在编写的内容。提交之前既非记录，也非版本。", empty: "目前没有草稿。", search: "编号或产品", begin: "新建草稿…", draftOf: (name, at) => `${name}，${at}`, revision: (n) => `已保存 ${n} 次`,
  beginTitle: "开始一份草稿", beginHint: "由空白、现行版本或文件（JSON 或 BatchML）开始。", from: "来源", blank: "空白工艺规程", aFile: "文件", code: "工艺规程编号", productCode: "产品编号", nameZh: "名称（中文）", nameEn: "名称（English）", strength: "规格", start: "开始", exists: "此工艺规程已有草稿，请直接打开。", open: "打开草稿",
  undo: "撤销", redo: "重做", saved: "已保存", saving: "正在保存…", unsaved: "尚未保存", noNetwork: "无网络：已留在本机", save: "保存", walk: "试走一遍", submit: "提交…", discard: "放弃…", discardAsk: "只在此草稿中的内容将会消失；已提交的版本不受影响。", discardNow: "放弃草稿",
  tree: "结构", flow: "流程", inspector: "内容", findings: "问题", parts: "编辑器各部分",
  palette: "新步骤", paletteHint: "拖到流程中的步骤上：下方为其后，右侧为并行，上方为其前。也可先选位置再点按。", where: "位置", after: "其后", beside: "并行", before: "其前", library: "取自工艺规程…", grip: "拖动",
  flowHint: "按住手柄将步骤拖到另一步骤，使其在后、并行或在前。", emptyFlow: "还没有步骤，请在上方选取。", toTarget: { after: "在其后", beside: "与其并行", before: "在其前" }, keys: "方向键选择，Alt＋方向键移动，Ctrl D 复制，Delete 删除。",
  recipe: "工艺规程", materials: "物料与处方", addUnit: "单元规程", addOperation: "操作", nowhere: "不在任何操作中", untitled: "（未命名）", up: "上移", down: "下移", copy: "复制", remove: "删除", cut: "拿起，放到别处", cutHint: (id) => `已拿起 ${id}。请选另一步骤，再点其后、并行或其前；Esc 放下。`, lay: "放下",
  libraryTitle: "取自工艺规程的块", libraryHint: "某版本的一个步骤或整个操作，连同其全部内容，放在所选步骤之后。", libraryPick: "工艺规程", take: "复制到此", dropped: (list) => `所复制的内容提到此处没有的步骤，与之相关的时限和取值未随之复制，需要时请重新设定：${list}`, droppedSeen: "知道了",
  found: (n) => `${n} 个问题`, nothingFound: "未发现问题。", checking: "正在核对…", notChecked: "无网络，未能核对；所示为上次结果。", emptyValue: "缺少此项。",
  gone: "此草稿在此期间已被提交或放弃。您的内容仍在此处。", beginAgain: "以我的内容新建草稿",
  changedBy: (name) => `${name} 在此期间已保存此草稿。您的内容仍在此处。`, takeTheirs: "采用对方的", keepMine: "保留我的，存为最新", mine: "您的内容不同之处",
  zh: "中文", en: "English", none: "无", add: "添加", addOf: (what) => `添加：${what}`, removeOf: (what) => `删除 ${what}`, choose: "请选择…", value: "数值", unit: "单位", set: "设定",
  fields: {
    id: "编号", type: "类型", name: "名称", instruction: "操作说明", room: "房间", equipment: "设备类别或设备", candidates: "可用设备", minutes: "计划分钟", after: "在其后进行", times: "距其他步骤的时限", needs: "另需资质", items: "清场项目", text: "内容",
    material: "物料", material_name: "物料名称", target: "目标值", low: "下限", high: "上限", unit: "单位", decimals: "小数位", parameters: "参数", tally: "逐件计数", sampling: "向 QC 申请的样品", amount: "数量", binding: "取自设备", signal: "信号（设备自身的名称）", rounds: "最多轮次", schedule: "按计划进行", every: "每隔分钟", grace: "宽限分钟", checks: "检查", samples: "每次件数", chart: "控制图",
    second: "复核人", lines: "配料行", role: "角色", rounding: "修约", quantity: "用量", potency: "批的检验项目", assay: "含量", water: "水分", compensates: "补偿对象", inputs: "数值", from: "取下列数值之和", expression: "算式", since: "自步骤", to: "至本步骤的", min: "最少分钟", max: "最多分钟",
    printed: "印刷包装材料", counted: "计数小数位", per: "每合格包装用量", pack_unit: "包装单位", sources: "计数取自", issued: "领用", packs: "合格包装", destroyed: "剔除销毁", specimens: "留样", returned: "退库", specimen: "须留样张",
    materials: "物料清单", kind: "种类", per_unit: "每单位用量", formula: "处方", count: "每批数量", total_per_unit: "每单位总量", total: "每批总量", recipe: "编号", version: "版本", product: "产品", code: "编号", strength: "规格", size: "批量", value: "数值", phases: "步骤", moment: "自其",
  },
  choices: {
    portion: "每次称量", line: "完成一行时", plain: "按原量", active: "按含量", compensator: "补足含量", half_up: "四舍五入", gbt8170: "GB/T 8170", start: "开始", end: "结束", raw: "原辅料", packaging: "包装材料", printed: "印刷包装材料", intermediate: "中间产品",
  },
  hints: { needs: "action:…、phase:… 或 equipment:…，每行一个", candidates: "每行一个；不填则为该类别任一", from: "步骤/数值，每行一个；不填则由人输入", compensates: "按含量的行的编号，每行一个", expression: "由各数值的编号组成，如 made / used * 100", quantity: "由 target 组成；按含量的另有 assay、water" },
  howTo: "如何移动步骤", walkTitle: "试走一遍", walkHint: "在平板自己的画面上试走草稿，批号与容器均为虚拟。不写入任何记录，此处所填内容不保留。", walkAgain: "从头开始", walkBack: "返回草稿", walkFaulty: "此步骤尚无法显示，请先改正草稿中的问题。", walkExcuse: (name) => `如主管一样说明「${name}」`,
};
