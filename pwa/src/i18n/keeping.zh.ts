/** Chinese words for how this device keeps what is recorded, and for its clock. */
import type { keepingEn } from "./keeping.en";

export const keepingZh: typeof keepingEn = {
  keeping: {
    clockNext: "请校准本机时钟。其间的记录照常保存，并加标记。",
    waiting: (n: number, name: string) => `平板 ${name} 的 ${n} 条记录以加密形式留在本机。`,
    waitingNext: "其密钥已丢失。请向管理员索取该平板的登记码（设备 → 该平板 → 重新登记），用它登记本机：记录随即解密并自动发送。",
    updateDelivers: (n: number) => `新版本改变了记录的存储形式：须先将本机 ${n} 条记录送达服务器。其间可继续操作。`,
    low: (used: string, total: string) => `本机存储空间不足：已用 ${used}，共 ${total}。`,
    lowNext: "请联网，让记录全部发送，并交回已完成的批。空间用尽后，本机无法再记录。",
    damaged: (n: number) => `本机有 ${n} 项存储内容已无法读取。`,
    damagedNext: "请勿清除本机数据。请改用另一台设备，并告知管理员。",
    setBack: "本机存储曾被还原到较早的状态。", setBackNext: "此后在本机签名而未送达服务器的记录可能缺失：请与该批核对。新记录从日志现有位置接续。请告知管理员。",
  },
};
