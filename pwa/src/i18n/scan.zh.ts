/** Chinese words for scanning. */
export const scanZh = {
  scan: {
    camera: "相机", nfc: "NFC 标签", expected: (what: string) => `应为：${what}`, came: (what: string) => `扫到：${what}`, wrong: "不是这个。",
    tag: "请将标签贴近设备。", tagUnread: "此标签中没有文字，请重新写入。", tagRefused: "设备不允许读取 NFC，请在浏览器设置中允许。",
  },
};
