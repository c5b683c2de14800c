/** Chinese words for scanning. */
export const scanZh = {
  scan: {
    camera: "相机", nfc: "NFC 标签", title: "用相机扫描", hint: "请让条码占画面高度的四分之一。一维条码须靠近并清晰。", expected: (what: string) => `应为：${what}`, came: (what: string) => `扫到：${what}`, wrong: "不是这个。",
    wait: "正在打开相机。", look: "正在寻找条码", several: "画面中有多个条码，请只留一个。", which: "选择相机", torch: "照明", torchOn: "关闭照明", again: "重试", tag: "请将标签贴近设备。", tagUnread: "此标签中没有文字，请重新写入。", tagRefused: "设备不允许读取 NFC，请在浏览器设置中允许。",
    problems: { denied: "浏览器不允许本页使用相机。请在地址栏中允许，或使用扫描枪、手工输入。", none: "浏览器未找到相机。请使用扫描枪或手工输入。", busy: "相机正被其他程序占用。请关闭后重试。", broken: "条码识别未能启动。请联网后重新加载页面。" } as Record<string, string>,
    containerOf: (lot: string, labels: string) => `物料批 ${lot} 的容器：${labels}`, containerFor: (material: string) => `分配给本批的 ${material} 容器`, ofLot: (label: string, lot: string) => `${label}，属于物料批 ${lot}`, named: (what: string, name: string) => `${what} ${name}`, onlyLot: (lot: string) => `物料批 ${lot}，没有容器标签`, damaged: (why: string) => `GS1 条码。${why}`,
    identify: "房间和设备：扫描或输入", room: (name: string) => `房间 ${name}`, machine: (names: string) => `设备 ${names}`, find: "扫描或输入条码", findHint: "容器、物料批或供应商批号", foundNone: "本站未知的条码", arrived: "逐个扫描容器", newLabel: "未使用过的标签", knownLabel: (label: string) => `${label}，此前已接收`, twiceLabel: (label: string) => `${label}，已在列表中`, lot: (lot: string) => `物料批 ${lot}`, expiry: (day: string) => `有效期 ${day}`, other: (lot: string) => `物料批 ${lot} 的条码`, enrolWhat: "主管显示的登记码", qr: "登记码二维码",
    whats: { container: "容器", lot: "物料批", location: "库位", equipment: "设备", badge: "胸卡", device: "终端", enrol: "登记码", unknown: "未知条码", gs1: "GS1 条码" } as Record<string, string>,
    faults: { unknown: "其中有 GS1 未定义的内容。", format: "条码不完整或已损坏。", separator: "各部分连在一起：扫描枪是否设置为发送 GS？", check_digit: "校验位不符：读取有误或条码损坏。", date: "其中的日期不存在。", twice: "同一内容出现两次且不一致。" } as Record<string, string>,
  },
};
