/** 签名之前大家一起写、一起数的内容所用的中文。 */
import type { draftsEn } from "./drafts.en";

export const draftsZh: typeof draftsEn = {
  drafts: {
    writing: (name) => `${name} 正在此处书写`, together: "您书写时其他设备同步可见；签名后才成为记录。",
    full: "本批草稿已达共享上限：您书写或计数的内容只在本设备可见，仍可照常签名。", long: (n) => `超出 ${n} 个字，无法签名。`,
    counting: (name) => `${name} 也在计数`, more: "加一", less: "减一", type: "键入数值", count: "计数",
    counted: "各设备合计", hint: "各设备的计数会相加，数完再签名。", signCount: (what, n) => `签名 ${what}：${n}`,
    late: (n) => `其后又计到 ${n}。以已签名的为准；如有误请更正。`,
  },
};
