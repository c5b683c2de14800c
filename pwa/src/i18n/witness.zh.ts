/** Chinese words for how far the log is published and witnessed. */
import type { witnessEn } from "./witness.en";

export const witnessZh: typeof witnessEn = {
  witness: {
    policy: "策略文件", policyHint: "任何人据以核验本日志的密钥与见证方", verifier: "核验工具",
    until: (time: string) => `已见证至 ${time}`,
    published: (n: string) => `已公布 ${n} 条记录`,
    alone: "仅由服务器签名，未设见证方",
    none: "尚无公布的检查点：见证方未签名",
    seen: (name: string, time: string) => `${name}：${time}`,
    never: "从未",
    behind: (n: string) => `${n} 条记录尚未见证`,
    since: (time: string) => `自 ${time} 起`,
  },
};
