/** 区域、会话与他人所设密码的中文用语；随使用它们的页面加载。 */
import type { accessEn } from "./access.en";

export const accessZh: typeof accessEn = {
  areas: "区域", areasHint: "房间归属于区域；角色可在全厂有效，也可仅限若干区域。", noAreas: "尚未划分区域：所有角色全厂有效。",
  addArea: "新增区域", areaTitle: "区域", code: "代码", codeHint: "小写字母、数字、点、短横线；此后不可更改。", nameZh: "中文名称", nameEn: "英文名称",
  places: "房间", placesHint: "每行一个，与工艺规程、设备中的写法一致。", noPlaces: "无房间",
  withdraw: "撤销", withdrawTitle: "撤销区域", withdrawHint: "其房间此后不属于任何区域，所有人的角色均在其中有效。", save: "保存", change: "更改",
  everywhere: "全厂", onlyIn: "仅限", where: (role: string) => `${role}有效范围`,
  zone: "工厂时区", zoneHint: "工厂的日期以此为准：有效期、复验期、校准、批号。新时区自此刻起生效，此前的判定不变。", zoneNone: "尚未设定：日期按 UTC 计。", zoneSince: (zone: string, since: string) => `${zone}，设定于 ${since}。`, zoneToday: (day: string) => `今日为 ${day}。`, zoneName: "时区（IANA）", zoneTo: (zone: string) => `：${zone}`,
  rules: "密码与会话", rulesHint: "立即生效，现有的密码和会话亦然。", days: "密码有效天数（0 为长期）", oneTime: "一次性密码有效小时数", idle: "桌面会话闲置多少分钟后结束", tablet: "平板闲置多少分钟后锁屏", absolute: "会话最长小时数",
  unlock: "解锁", unlockTitle: "解除登录锁定", unlockHint: "错误次数重新计算。请确认是本人提出，而非有人在猜密码。",
  endOne: "结束此会话", endOneTitle: "结束单个会话", endOneHint: "该处需重新登录；已记录的内容不会丢失。", thisOne: "当前会话",
  mine: "我的登录位置", onDevice: (device: string) => `平板 ${device}`, from: (address: string) => `来自 ${address}`, unknownBrowser: "未知浏览器",
  given: (by: string, at: string, until: string) => `${by} 于 ${at} 设置了密码；${until} 之前不能签名。`,
  givenMe: (by: string, at: string) => `${by} 于 ${at} 为您设置了密码。若非您本人要求，请立即告知质量部门：可能有人冒用您的名义。`,
  givenTitle: "他人设置的密码", givenHint: "设置密码的人可能使用它。在其自行更改密码满一天之前，或由他人确认是本人之前（主管或质量人员；放行人员须由另一位放行人员），该人员不能签名，也不能设置 PIN 或通行密钥。",
  confirm: "确认", confirmTitle: "确认密码", confirmHint: "请向本人核实，而非向设置者核实。您的姓名将随此入账。",
  aged: "您的密码已过期。",
  waitingTitle: "待第二人确认的角色", waitingHint: "有签名权的角色不能由管理人员一人决定，须由具有同等签名权并认识此人的另一人确认；确认前该角色无任何权限。", noneWaiting: "没有待确认的角色。",
  wantedBy: (by: string, at: string) => `${by} 于 ${at} 提出`, notMine: "须由具有同等签名权的另一人确认。", waits: "待第二人确认：", needsSecond: "有签名权的角色须经具有同等签名权的第二人确认后生效。",
  grant: "确认", decline: "不予确认", declineTitle: "不予确认该角色", declineHint: "该角色不再等待确认，且从未生效；其他角色不变。",
  grantTitle: "确认有签名权的角色", grantHint: "仅当您确知此人存在、从事该工作并已接受培训时方可签名。", grantMeaning: "已核实该人员，同意授予上述角色", grantSign: "签名并授予", grantPerson: "人员", grantBy: "提出人",
  secondTitle: "待第二人处理", vouch: (by: string, until: string) => `您的密码由 ${by} 设置，设置者可能用过它。在 ${until} 之前，您不能签名，也不能设置 PIN 或通行密钥；主管或质量人员（放行人员须由另一位放行人员）确认是您本人后即可。请现在就找他们确认；其他工作照常进行。`,
  leftBehind: (name: string) => `${name} 登录后，此屏幕及已输入的内容仍在；其他人登录则重新开始。`,
  move: "将这些房间移入此区域", moveHint: "同一步骤中移出原区域。此前在平板上完成、之后送达的记录予以保留；若其人员的角色在新区域无效，将提示 QA。",
};
