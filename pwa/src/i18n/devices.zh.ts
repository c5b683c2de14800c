/** Chinese words for where devices stand with the server, and for what is possible while it cannot be reached. */
import type { devicesEn } from "./devices.en";

export const devicesZh: typeof devicesEn = {
  outage: {
    offline: (at: string) => `${at} 起与服务器断开`, session: (at: string) => `${at} 起无人登录服务器：记录未发送`, failing: (at: string) => `${at} 起服务器有应答，但无法保存`,
    waiting: (n: number) => (n === 0 ? "本机没有待发送的记录。" : `本机有 ${n} 条记录待发送，已安全保存，恢复后自动发送。`),
    possible: "现在可以", notPossible: "须等待恢复", record: (batches: string) => `在 ${batches} 上记录`, sign: "凭 PIN 签名与复核", look: "查看本机所存内容", read: "查看已显示的内容", lookAll: "在服务器上查阅",
    take: "携带与交回批", review: "审核与放行", search: "检索日志", enrol: "登记设备",
  },
};
