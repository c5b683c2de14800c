/** Chinese words for scanning. */
export const scanZh = {
  scan: {
    camera: "相机", nfc: "NFC 标签", title: "用相机扫描", hint: "请让条码占画面高度的四分之一。一维条码须靠近并清晰。", expected: (what: string) => `应为：${what}`, came: (what: string) => `扫到：${what}`, wrong: "不是这个。",
    wait: "正在打开相机。", look: "正在寻找条码", several: "画面中有多个条码，请只留一个。", which: "选择相机", torch: "照明", torchOn: "关闭照明", again: "重试", tag: "请将标签贴近设备。", tagUnread: "此标签中没有文字，请重新写入。", tagRefused: "设备不允许读取 NFC，请在浏览器设置中允许。",
    problems: { denied: "浏览器不允许本页使用相机。请在地址栏中允许，或使用扫描枪、手工输入。", none: "浏览器未找到相机。请使用扫描枪或手工输入。", busy: "相机正被其他程序占用。请关闭后重试。", broken: "条码识别未能启动。请联网后重新加载页面。" } as Record<string, string>,
    whats: { container: "容器", lot: "物料批", equipment: "设备", badge: "胸卡", device: "终端", enrolment: "登记码", unknown: "未知条码", gs1: "GS1 条码" } as Record<string, string>,
    faults: { unknown: "其中有 GS1 未定义的内容。", format: "条码不完整或已损坏。", separator: "各部分连在一起：扫描枪是否设置为发送 GS？", check_digit: "校验位不符：读取有误或条码损坏。", date: "其中的日期不存在。", twice: "同一内容出现两次且不一致。" } as Record<string, string>,
  },
};
