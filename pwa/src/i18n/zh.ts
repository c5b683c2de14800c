/** The Chinese words, after the glossary and the GMP text. The type makes a missing or extra key an error. */
import { alertsZh } from "./alerts.zh";
import { balancesZh } from "./balances.zh";
import { codesZh } from "./codes.zh";
import { containersZh } from "./containers.zh";
import { draftsZh } from "./drafts.zh";
import { firstZh } from "./first.zh";
import { fleetZh } from "./fleet.zh";
import { partsZh } from "./parts.zh";
import { peopleZh } from "./people.zh";
import { runZh } from "./run.zh";
import { signatureZh } from "./signature.zh";
import type { en } from "./en";

export const zh = {
  ...firstZh,
  ...alertsZh,
  ...balancesZh,
  ...codesZh,
  ...containersZh,
  ...draftsZh,
  ...partsZh,
  ...fleetZh,
  ...peopleZh,
  ...runZh,
  ...signatureZh,
  clearance: { allOk: "全部符合", confirm: "确认清场", ok: "符合", notOk: "不符合", left: (n: number) => `还有 ${n} 项未查`, comment: "不符合之处" },
  weigh: {
    net: "净重", gross: "毛重", tare: "皮重", balance: "天平", target: "目标", lot: "批号", container: "容器", diff: "与目标之差", within: "在允差内", over: "高于上限", under: "低于下限",
    take: "确认称量", takeStable: "取稳定重量", waiting: "等待稳定", placeAgain: "此重量不能取用：请取下后重新放上", noBalance: "未连接天平", noBalanceHint: "可手工输入重量，由第二人复核。", pick: "选择天平",
    manual: "手工输入", manualTag: "手工输入", deviceTag: "来自天平", raw: "原始数据", stable: "稳定", dynamic: "不稳定", overload: "超载", underload: "欠载", unknown: "未给出稳定性", lost: "已断开",
    second: "请复核人", secondHint: "由另一人核对重量，并用本人 PIN 确认。", verifier: "复核人", verifierNone: "本机没有其他人员。重量会保留并标记为未复核。",
    withoutSecond: "不经复核签署", chooseLot: "选择物料批", noContainer: "容器号（如有）", model: "型号", problem: "天平有问题", noLots: "该物料没有分配批次。",
    signHint: "连同天平、序列号和原始数据一并记录。", manualHint: "将标记为手工输入。", change: "更换批次",
    fromBalance: "从天平取值", serial: "序列号", calibration: "校准有效至",
  },
  params: { target: "目标", timer: "计时", timerStart: "开始计时", timerStop: "停止", timerUse: "采用此时间", left: (n: number) => `还有 ${n} 项待输入`, },
  check: {
    round: (n: number) => `第 ${n} 次`, sample: (n: number, of: number) => `样品 ${n} / ${of}`, mean: "均值", trend: "均值趋势",
    values: "样品", next: "下一样品", signRound: "签署本次", undo: "删去末个",
  },
  review: {
    title: "审核", open: "须裁定", notable: "值得注意", clean: (n: string) => `其余 ${n} 条无异常`, cleanOnly: (n: string) => `全部 ${n} 条无异常`,
    phases: (a: number, b: number) => `步骤 ${a} / ${b}`, gates: "放行条件", gateOpen: "未满足", gateClosed: "已满足", decide: "须裁定", assessed: "已评估", resolved: "已裁定", exception: "异常",
    conflictText: "同一处有两条记录。请选定正确的一条并说明理由，两条均保留在日志中。", choose: "以此为准", chosen: "已选定", chooseReason: "为何选它", resolve: "裁定",
    assess: "评估", assessment: "评估意见", assessHint: "对本批的影响，以及为何可接受或不可接受。", sign: "签名放行", reject: "拒绝放行",
    left: (n: number) => `还有 ${n} 项须裁定，裁定后可签名。`, records: "表单记录", recordOpen: "未完成", recordComplete: "已完成", recordAside: "已不再等待", setAside: "不再等待…", setAsideHint: "用于误开的表单：放行不再等待它，已填内容保留。", recordItems: (n: number) => `${n} 项待处理`, standing: { not_begun: "未开始", running: "进行中", not_passed: "未通过", came_after: "其后又有记录" },
    gatesLeft: (n: number) => `还有 ${n} 项放行条件未满足。`,
    ready: "无未结项，可以签名。", signTitle: "签名放行", rejectTitle: "拒绝放行", signing: "您签署的是", digest: "所示内容摘要",
    signNow: "签名", rejectReason: "拒绝理由",
    dossier: "批档案", dossierZh: "中文批档案", dossierEn: "英文批档案", withhold: "提供部分内容的档案…", withholdHint: "所选类别的记录内容既不打印也不附带，但其存在于日志及时间仍受证明。", dossierHint: "PDF/A，附全部记录与证明", entries: (n: string) => `${n} 条记录`, seeAll: "查看全部记录",
    meanings: { release: ["已审核批记录，批准放行", "质量受权人批准放行"], reject: ["已审核批记录，拒绝放行"] },
    stamp: { released: "放行", rejected: "拒绝" }, noRight: "您可以查看，由 QA 裁定。", showing: "向您展示的内容",
    sums: (open: number, notable: number, clean: number) => `未结 ${open} · 值得注意 ${notable} · 无异常 ${clean}`,
    waiverStale: "签名之后该设备又送达记录", signAgain: "重新签名",
    sealCovers: "封存范围", sealEntries: (n: string) => `本批日志 ${n} 条`, sealHead: "末端哈希：", sealUpTo: (n: number) => (n === 0 ? "无记录" : `至第 ${n} 条`), sealBeside: "以下记录与生产过程无关，不在封存范围内：", sealOld: "此签名早于按设备封存的形式。", waivedTag: "已豁免", post: "封存后",
    waive: "豁免", waiveTitle: "豁免设备", waiveHint: "该批不再等待此设备。放行后它再送达的记录照样保留，并开立偏差。", waiveDevice: "设备", waiveKnown: "已知写到", waiveDelivered: "已入账",
    waiveUpTo: (n: number) => (n === 0 ? "无" : `至第 ${n} 条`), waiveOut: "尚未交还本批；上次连接之后写了什么，无从得知。", waiveMissing: (n: number) => `缺 ${n} 条`, waiveReason: "为何不必等待该设备", waiveSign: "签名豁免",
    waiveMeaning: "已评估该设备未交付的内容，同意不再等待", held: (delivered: number, known: number) => `已交付 ${delivered} / ${known}`,
  },
  deviation: {
    title: "偏差", empty: "没有偏差。", search: "编号、批号或内容", state: "状态", states: { open: "未关闭", closed: "已关闭" } as Record<string, string>,
    codes: { post_seal: "封存后到达的记录", reported: "人员报告" } as Record<string, string>,
    about: (n: number) => `${n} 条记录`, opened: "开立", from: "送达设备", entries: "涉及的记录", batch: "批次",
    postSealHint: "这些记录到达之前，该批已由 QA 签名封存。它们已入账，但不在该签名范围之内。",
    openTitle: "开立偏差", openNew: "开立偏差", openHint: "QA 关闭之前不能放行。", summary: "情况", save: "开立", look: "查看并给出结论", more: (n: number) => `另有 ${n} 条`,
    conclude: "给出结论", conclusion: "结论", conclusionHint: "对本批的影响。", reason: "理由", reasonHint: "为何如此判断。", close: "关闭偏差", onlyQa: "由 QA 给出结论。", flow: "处理流程", byFlow: "由其流程的最后签名关闭。",
  },
  batch: {
    fillForm: "填写表单…",
    values: "数值", lots: "物料批", results: "检验结果", yields: "收率", entries: "全部记录", review: "审核", run: "继续操作", none: "没有这一批",
    stage: "阶段", test: "检验项目", result: "结果", recorded: "入账时间", payload: "内容",
    recipe: "工艺规程", started: "开始", inside: "在限度内", outside: "超出限度", noLimits: "无限度", phaseEmpty: "没有记录。", site: "整批", sections: "记录各部分",
    passed: (n: number) => `${n} 项在限度内`, failed: (n: number) => `${n} 项超出限度`,
    withheld: "内容已不再保存。",
  },
  lots: {
    title: "物料批", search: "物料或批号", usedIn: "用于", results: "检验结果", batches: (n: number) => `${n} 批`, resultsN: (n: number) => `${n} 项结果`, expiry: "有效期", received: "接收",
    trace: "追溯", forward: "正向：用到哪里", backward: "反向：来自哪里", noUse: "没有批次使用此物料批。", noSource: "无更早来源：此物料批为接收所得。", noResults: "没有检验结果。", tracedLots: "物料批",
    quantity: "数量", supplier: "供应商",
  },
  log: {
    title: "审计追踪", hint: "按日志次序列出全部记录，此处不可更改。", index: "序号", time: "时间", kind: "事项", actor: "人员", device: "设备", stream: "所属", filter: "所属，例如 batch/B1",
    asSigned: "签名原文", verdicts: { pass: "在限度内", fail: "超出限度", none: "无限度" }, sources: { device: "来自设备", manual: "手工输入" },
    newest: "最新", older: "更早", newer: "更新", size: (n: string) => `${n} 条`, flags: "标记", entry: "记录", captured: "记录时间", server: "服务器", page: (a: string, b: string) => `${a} 至 ${b}`,
    filters: "筛选", anyKind: "全部事项", anyPerson: "全部人员", anyDevice: "全部设备", room: (name: string) => `${name}：全部`, since: "入账自", until: "入账至（含当日）", dayHint: "年-月-日", dayWrong: "日期请写作 年-月-日，例如 2026-11-22。", reset: "清除筛选", found: (n: number) => `${n} 项筛选`, nothing: "没有符合筛选的记录。",
    rooms: { core: "厂区", identity: "人员与设备", materials: "物料", equipment: "设备台账", recipes: "工艺规程", production: "生产", quality: "质量", release: "放行", handheld: "手持设备", site: "厂区" },
    offline: { offline_pin: "（离线，PIN）", offline_passkey: "（离线，通行密钥）" },
    signatures: "签名", fits: "签名与这些字节及日志所知的密钥相符", fitsNot: "签名与日志所知的密钥不符", noKey: "日志没有此签名者的密钥", key: "公钥", signedAs: { device: "设备", person: "人员" },
    receipt: "日志回执", streamSeq: "在所属流中的位置", leaf: "叶哈希", exact: "原始字节", exactHint: "三行组成日志的一片叶。盐值与内容另存，由记录头中的内容摘要绑定。", lines: { header: "记录头", signatures: "签名行", receipt: "回执", salt: "盐值", payload: "内容" },
    proof: "包含证明", proofHint: "tlog-proof 文件：任何人凭它和本站策略即可核对此条记录处于已公布的检查点之下。", proofNotYet: "此条记录尚未处于已公布的检查点之下。", policy: "策略", corrects: "更正了", correctedBy: "被更正于", toEntry: (n: string) => `第 ${n} 条`, previous: "上一条", next: "下一条", seen: "设备当时所知的日志", seenNothing: "尚不知任何日志", seenEntries: (n: string) => `至 ${n} 条`, lease: "携带", chain: "设备链中序号", clock: "设备时钟", quarantined: "另存于隔离输入", history: "数值履历", content: "内容",
  },
  history: {
    title: "数值履历", open: "履历", now: "现行值", nowOpen: "未裁定：同一处有多个数值", nowNone: "没有现行值",
    versions: (n: number) => (n === 1 ? "记录一次，未曾更改" : `共 ${n} 条，由旧到新`), recorded: "记录", correction: "更正", why: "理由",
    states: { stands: "现行", corrected: "已被更正", not_chosen: "未选定", conflict: "冲突中", chosen: "已选定" },
    who: "人员", second: "复核人", device: "设备", captured: "记录时间", received: "入账时间", made: "必定作于", madeBetween: (after: string, before: string) => `${after} 与 ${before} 之间`, madeBefore: (before: string) => `${before} 之前`, index: "日志序号", notYet: "尚未入账", flags: "标记", unflagged: "无",
    conflictFound: "发现冲突", conflictOf: (n: number) => `同一处有 ${n} 条记录，均已保留，不作默认取舍。`, decided: "冲突已裁定", decidedFor: "裁定为", open_: "尚未裁定", toConflict: "查看冲突",
    local: "取自本机。其他设备和 QA 此后的处理，联网后显示。", partly: "取自本机，未能询问服务器。",
  },
  conflicts: {
    title: "冲突", hint: "同一处的两条记录均予保留，由 QA 说明理由后裁定，不作默认取舍。", tabs: { open: "未裁定", resolved: "已裁定", all: "全部" }, emptyOpen: "没有未裁定的冲突。", empty: "从未发生冲突。",
    unaware: "其所知日志中尚无另一数值", aware: "其所知日志中已有另一数值", entry: (n: string) => `第 ${n} 条`, found: "发现", meanwhile: "其间已有裁定", meanwhileBy: (name: string, at: string) => `${name} 已于 ${at} 裁定。该裁定有效，您的裁定未被记录。`,
    joined: "其间又有一个数值", joinedHint: "冲突现已包含全部数值。请重新查看后裁定。", readOnly: "您可以查看，由 QA 裁定。", back: "全部冲突", reasonHint: "依据什么认定此值正确",
  },
  quarantine: { title: "隔离输入", hint: "无法认证或解码的输入。完整保留，不作为记录。", empty: "没有隔离输入。", received: "收到时间", size: "大小", bytes: (n: string) => `${n} 字节`, digest: "SHA-256", raw: "存为文件",
    from: "来自", sources: { sync: "平板连接", bridge: "设备桥" }, ofBatch: (batch: string) => `平板，批 ${batch}`, of: (who: string) => `平板 ${who}`, device: "所称设备", noDevice: "未说明", why: "原因", anyCode: "全部原因", anyDevice: "全部设备", back: "全部隔离输入", preview: "收到的内容",
    text: (n: string, of: string) => `前 ${n} / ${of} 字节，按文字显示`, whole: (n: string) => `全部 ${n} 字节，按文字显示`, hex: (n: string, of: string) => `前 ${n} / ${of} 字节，不是可读文字`, wholeHex: (n: string) => `全部 ${n} 字节，不是可读文字`, nothing: "内容为空。", detail: "检查说明", next: "接下来可以做什么", inLog: "已带标记入账", notInLog: "未入账，不作为记录", told: "日志中的说明", entry: (n: string) => `第 ${n} 条`, rawHint: "与收到时完全相同的字节。请勿用会执行其内容的程序打开。", first: "首页", newer: "较新", older: "更早", page: (a: string, b: string, of: string) => `${a} 至 ${b}，共 ${of}`, claimed: "来源未经证实。",
    advice: {
      device_unknown: ["查明是哪台平板或设备桥：询问当时何处在使用。", "如属本厂，请在“设备”中登记。它仍保有记录，会自动重新发送。", "如不属本厂，请存下字节作为证据，并查明其如何进入网络。"],
      device_mismatch: ["发送的设备与记录所称的设备不同。请询问当时两台设备各由谁使用。", "如平板是由另一台复制而来，请在“设备”中停用，再重新登记。", "实际测得的数值，请在该批中以异常或备注重新记录。"],
      signature: ["内容在途中或源头被更改，或有人企图冒充。请存下字节作为证据。", "查看该设备上此条记录的显示内容并加以比对。", "如同一设备再次发生，请在“设备”中停用，并换用其他设备。请开立偏差。"],
      fork: ["该设备有两段历史：其存储被恢复到旧状态，或被复制。", "请停止使用，抄录其显示内容；在“设备”中停用，并写明最后一条正确的记录。", "重新登记该设备。仅存于这些字节中的内容，由本人说明理由后重新记录。"],
      too_new: ["它已带标记入账，设备的链因此不中断；在有人查看之前不产生任何作用。", "如应用比服务器新，请更新服务器；如应用较旧，请更新应用。", "然后由观察者本人重新记录该事实，并评估该批的异常。"],
      rule: ["这是服务器的故障，与设备无关。它已带标记入账，不产生任何作用。", "请存下字节，连同服务器日志交软件维护人员。", "请重新记录该事实，并评估该批的异常。"],
      shape: ["收到的不是记录。请看内容：端口扫描、其他程序与攻击各有不同。", "按时间在网络日志中查找发送者；端口扫描来自不属本厂的机器。", "批记录没有丢失：每台设备都会保留其记录直至入账。"],
      change: ["该批的共享文档拒绝了此变更。平板会自动重建文档并重新发送其记录。", "请在平板上确认没有“在本机”的记录，并在批中确认其记录齐全。", "如同一平板再次发生，请在该平板重新载入应用，并告知软件维护人员。"],
      decision: ["设备发来了只有服务器才能作出的决定。它已带标记入账，不产生决定。", "请联网后在相应界面上作出决定。", "如无人知晓此事，请视该设备为已被操纵，在“设备”中停用。"],
      other: ["请存下字节，查看内容及检查说明。", "询问所称设备处的人员，并与其显示内容比对。", "请将代码告知软件维护人员。"],
    },
  },
  devices: {
    title: "设备", lastSeen: "最后连接", never: "从未", seq: "记录至", revoked: "已停用", revoke: "停用", revokeTitle: "停用此设备", revokeHint: "最后接受的记录之后，其签名的内容都会标记。不可撤销；设备可重新登记。",
    lastSeq: "最后仍接受的记录", lastSeqHint: (n: number) => `日志已有至第 ${n} 条。`, newCode: "新登记码", codeTitle: "登记码", codeHint: "在新设备上输入，只能用一次。", validUntil: (s: string) => `有效至 ${s}`, here: "本机", search: "设备名称",
    roles: { server: "服务器", tablet: "平板", bridge: "设备桥" } as Record<string, string>,
    owes: (n: number) => `欠 ${n} 条`,
  },
} satisfies typeof en;
