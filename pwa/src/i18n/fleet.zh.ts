/** Chinese words of how devices stand. */
import type { fleetEn } from "./fleet.en";

export const fleetZh: typeof fleetEn = {
  fleet: {
    owing: (n: number) => (n === 0 ? "没有设备欠记录" : `${n} 台设备欠记录`), owesNothing: "无欠交",
    connected: "已连接", away: (at: string) => `${at} 起离线`, neverCame: "从未连接", unproven: (n: number) => `${n} 条未核实`,
    until: (at: string) => `至 ${at}`, expired: (at: string) => `已于 ${at} 到期`, out: "在设备上", returned: (at: string, n: number) => `${at} 交回，至第 ${n} 条`,
    clock: "上次连接时的时钟", clockRight: "准确",
    known: "已知写到", delivered: "已入账", notProven: "尚未向其证明", enrolled: "登记时间", leases: "携带的批", noLeases: "从未携带任何批。",
    owesHint: "“已知写到”是设备上次连接时自报的数目；其后所写，此处不得而知。",
    app: "应用版本", appOld: "版本较旧", appOldHint: "与服务器现在提供的版本不同；设备会在工作允许时更换。", alarmsOpen: (n: number) => (n === 1 ? "对日志存疑" : `对日志存疑（${n}）`),
    takenBack: (at: string) => `${at} 收回`, heard: "设备已知", notHeard: "设备尚不知", takenBackBy: (name: string, at: string) => `${at} 由 ${name} 收回`,
    heardLong: "此后设备曾连接，已获知。", notHeardLong: "此后设备未曾连接，尚不知情，可能仍在记录。", stillOwes: (n: number) => `仍欠 ${n} 条记录。`, owesNoMore: "按其最后所报，无欠交。",
    entries: (n: number) => `最近 ${n} 条记录`, noEntries: "日志中没有它的记录。", alarms: "对日志存疑", settled: "已了结", open: "未了结",
  },
};
