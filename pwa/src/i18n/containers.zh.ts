/** Chinese words for containers of material. */
export const containersZh = {
  containers: {
    title: "容器", hint: "一个容器同一时间只归一个批。携带授权列明本批的容器。", none: "其物料批没有登记的容器。", here: "本批", free: "空闲", of: (batch: string) => `批 ${batch}`,
    usedBy: (batches: string) => `已用于 ${batches}`, allocate: (n: number) => `分配 ${n} 个容器`, giveBack: (n: number) => `解除 ${n} 个容器`,
    reason: "为何从本批解除", giveBackHint: "解除后的容器可供其他批使用。有设备携带本批时不能解除。", pick: "容器", scan: "扫描或输入标签",
    missing: (lot: string) => `物料批 ${lot} 的容器有标签，尚未写明取自哪一个。`, barred: (container: string) => `容器 ${container} 已限制使用，不得取用。`, usedUp: (container: string) => `容器 ${container} 已用完。`, tooLittle: (container: string, left: string) => `容器 ${container} 只剩 ${left}。`, left: (left: string) => `剩余 ${left}`, nameIt: "请选择或扫描所取的容器。未写明时，重量照常保留，并成为 QA 须评估的异常。",
    notHere: (container: string) => `容器 ${container} 未分配给本批。`, wrongLot: (container: string, lot: string) => `容器 ${container} 属于物料批 ${lot}。`,
    goOn: "请换一个。若仍从中称量，重量照常保留，并在所有相关批中成为 QA 须评估的异常。", askAgain: "重新询问服务器", otherBatch: "批",
  },
  receiving: {
    receive: "接收容器", title: "接收容器", hint: "每个容器一个标签，在本站只用一次。请填写称得的内容量。", first: "第一个标签", count: "个数", each: "每个的内容量", list: "列出",
    label: "标签", content: "内容量", remove: (label: string) => `去掉 ${label}`, look: "再看一遍", second: "再看一遍", secondHint: "请与实物和送货单核对。保存后不能更改。", change: "修改",
    keep: (n: number, sum: string) => `接收 ${n} 个容器，共 ${sum}`, counted: "容器数", sum: "内容量合计", announced: (n: string, before: number) => (before > 0 ? `送货单 ${n} 个，此前已接收 ${before} 个` : `送货单 ${n} 个`),
    delivered: (all: string, together: string) => `送货单 ${all}，连同此前接收共 ${together}`, nothingSaid: "送货单未写明", differs: "与送货单不符。", differsHint: "请重新清点和称量。若确实如此，请按实物接收，并告知 QA。",
    faults: { label: "这不是有效标签。", content: "这不是有效的内容量。", twice: "此标签出现两次。", known: "此标签已接收过。" } as Record<string, string>,
    listHint: "一个容器同一时间只归一个批；其状态随物料批。", registered: (n: number, of: string) => `已登记 ${n} / ${of} 个。`, none: "本物料批没有登记的容器：称量时不写明容器。", came: (q: string) => `原装 ${q}`, empty: "已用完",
    missing: (n: number) => `本物料批有 ${n} 次称量未写明容器。`, severities: { critical: "严重", minor: "轻微", major: "重要" } as Record<string, string>,
  },
};
