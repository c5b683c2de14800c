/** Chinese words for badges that are scanned. */
import type { badgesEn } from "./badges.en";

export const badgesZh: typeof badgesEn = {
  badges: {
    scan: "扫描工牌", scanOf: (name) => `${name} 的工牌`, any: "在此工作人员的工牌", of: (name) => `${name} 的工牌`, has: "有工牌", read: (badge) => `已读取工牌 ${badge}`,
    damaged: "无法完整读取的工牌", other: "不是工牌的码", withdrawn: "已注销的工牌", otherSite: "其他工厂的工牌",
    unknown: "本机不认识的工牌。请重新携带该批，或用密码登录。", notHere: (name) => `${name} 的工牌，此人不能在此继续`,
  },
};
