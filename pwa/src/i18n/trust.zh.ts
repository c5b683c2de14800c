/** Chinese words for what a device checks of the log itself. */
import type { trustEn } from "./trust.en";

export const trustZh: typeof trustEn = {
  trust: {
    unproven: (n: number) => (n === 0 ? "全部已证实" : `${n} 条尚未证实`),
    witnessedUntil: (time: string) => `已见证至 ${time}`, publishedUntil: (time: string) => `已公布至 ${time}`,
    nothingYet: "尚未核验任何检查点", lacking: "见证方无应答", alarm: "日志存疑",
    title: "对日志的信任",
    notices: {
      quorum_weaker: "日志现在要求的见证方比以前少或不同。请向 QA 确认是否有意为之。",
      root_new: "厂区已指定根密钥。请将设置中的指纹与 QA 的密钥单核对。",
      keys_renewed: "厂区根密钥为日志指定了新密钥，见设置。",
    },
    noted: "已知悉",
  },
};
