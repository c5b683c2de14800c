/** Chinese words for balances: what is the matter with one while something is weighed. */
import type { balancesEn } from "./balances.en";

export const balancesZh: typeof balancesEn = {
  balance: {
    lost: ["天平已断开连接", "已取用的重量均已保存。请勿移动载荷：天平恢复连接后自动继续；也可手工输入重量，由第二人复核。"],
    overload: ["载荷超出天平的最大秤量", "请取下载荷，分次称量，或使用更大的天平。"],
    underload: ["读数低于空秤盘", "请将秤盘和防风罩放回原位，并将天平置零。"],
    unknown: ["此秤不给出重量是否稳定", "不得用于配料称量：请选择其他天平。"],
    taken: ["此重量已被取用", "请取下载荷，再放上下一份。"],
    unit: (shown, wanted) => [`天平显示单位为 ${shown}，本步骤以 ${wanted} 称量`, "两者无法换算。请在天平上设定单位，再重新放上载荷。"],
    unitChanged: (was, shown) => [`天平的单位由 ${was} 变为 ${shown}`, "重量按显示保存，并精确换算后比较。如非有意更改，请改回并重新放上载荷。"],
    check: "立即核查", barred: "此天平不得用于本次称量",
    outOfRange: (net, most) => [`${net} 超出天平的称量范围：最大 ${most}`, "请分次称量，或使用更大的天平。"],
    tooLittle: (net, least) => [`${net} 低于天平的最小称量值：至少 ${least}`, "请使用适合小量称量的天平。"],
    calibrationOverdue: (balance, due) => [`${balance} 的校准应于 ${due} 完成`, "不得在其上称量。请选择其他天平并通知工程师。"],
    missing: (balance, weights) => [`${balance} 尚未用 ${weights} 核查`, "请先用砝码核查再称量，或选择其他天平。"],
    expired: (balance, weights) => [`${balance} 用 ${weights} 的核查已过期`, "请先用砝码核查再称量，或选择其他天平。"],
    failed: (balance, weights) => [`${balance} 用 ${weights} 核查不合格`, "不得在其上称量。请清洁、置零后重新核查，或选择其他天平并通知工程师。"],
    drift: (kept, shown) => [`读数稳定后发生漂移：由 ${kept} 变为 ${shown}`, "请检查气流、振动、吸湿或温度影响，然后取下载荷重新放上。"],
  },
};
