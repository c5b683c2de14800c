/** Chinese words for badges, and for devices that stand somewhere and take another's place. */
import type { badgesEn } from "./badges.en";

export const badgesZh: typeof badgesEn = {
  badges: {
    scan: "扫描工牌", scanOf: (name) => `${name} 的工牌`, any: "在此工作人员的工牌", of: (name) => `${name} 的工牌`, byPasskey: "用通行密钥确认", waiting: (n) => `${n} 个重量等待第二人复核`, waitingHint: "由他人记录。请核对所示内容与实物，然后用本人 PIN 确认。", confirm: "确认", has: "有工牌", read: (badge) => `已读取工牌 ${badge}`,
    damaged: "无法完整读取的工牌", other: "不是工牌的码", withdrawn: "已注销的工牌", otherSite: "其他工厂的工牌",
    unknown: "本机不认识的工牌。请重新携带该批，或用密码登录。", notHere: (name) => `${name} 的工牌，此人不能在此继续`,
    title: "工牌", none: "尚无工牌。", issue: "发放工牌", issueTitle: "新工牌", issueAsk: "工牌内容仅显示这一次，用于打印卡片或写入 NFC 标签。没有 PIN，工牌不能解锁；有工牌后，仅凭 PIN 也不能解锁。",
    shown: "请立即打印卡片或写入标签。其内容不再显示。", print: "打印卡片", write: "写入 NFC 标签", hold: "请将标签贴近设备。", written: "标签已写入。", notWritten: "标签写入失败，请换一张。",
    card: "工牌", number: "工牌号", found: "如拾到，请交还工厂。", done: "完成",
    withdraw: "注销", withdrawTitle: "注销工牌", withdrawHint: "设备在下次取得授权后拒绝此工牌；在此之前它仍需要 PIN。", lost: "已遗失，无人收回。", reasonHint: "例如：遗落在电车上",
    issued: (at) => `发放于 ${at}`, ended: (at) => `注销于 ${at}`, inUse: "在用",
  },
  standing: {
    place: "位置", noPlace: "尚未设定", move: "更改位置", moveTitle: "设备位置", moveHint: "设备存放的房间。更改会记入日志。",
    replace: "替换", replaceTitle: "替换此设备", replaceHint: "用此码注册的设备将接替本设备的名称和位置；本设备按日志已有的记录停用。", replaceOwes: (n) => `其中 ${n} 条未送达的记录将缺失。`, replaceGo: "生成注册码",
    replaces: "接替设备", missing: (n) => `有 ${n} 条记录从未送达`, key: "密钥", keyOf: (alg) => `${alg}，由浏览器保管`,
    kept: "存储", reopened: "已存储、重开、签名并验证", extractable: "脚本可读取密钥", notExtractable: "脚本无法读取密钥", persisted: "永久保存", notPersisted: "浏览器可能清除", notTold: "未报告",
    locked: (names) => `因 PIN 错误在此锁定：${names}`, idle: "自动锁定", idleMinutes: (n) => `无操作 ${n} 分钟后`,
  },
};
