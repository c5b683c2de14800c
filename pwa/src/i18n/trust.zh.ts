/** Chinese words for what a device checks of the log itself. */
import type { trustEn } from "./trust.en";

export const trustZh: typeof trustEn = {
  trust: {
    proven: "已证实", isProven: "本机已自行核验：此记录在已公布的日志之中。",
    unproven: (n: number) => (n === 0 ? "全部已证实" : `${n} 条尚未证实`),
    witnessedUntil: (time: string) => `已见证至 ${time}`, publishedUntil: (time: string) => `已公布至 ${time}`,
    nothingYet: "尚未核验任何检查点", lacking: "见证方无应答", alarm: "日志存疑",
    signatureUnknown: "签名未核验", signatureUnknownHint: "本机不知道写此记录的设备的密钥，由服务器核验。",
    signatureWrong: "签名不符", signatureWrongHint: "此记录并非由其所称设备签名。照样显示，但不证明任何事。",
    title: "对日志的信任", checkpoint: "最后检查点", size: (n: string) => `${n} 条`, root: "根",
    verifiedAt: "签署时间", witnesses: "见证方", noWitnesses: "未设见证方：仅由服务器公布", own: "本机记录",
    head: "本机末条记录", saveHead: "保存供见证方核对", saveHeadHint: "QA 将其与镜像核对，可发现服务器扣留的记录。",
    keys: "本机信任的密钥", keysHint: "请与 QA 保存的密钥单核对。",
    uses: { log: "日志", witness: "见证方", root: "厂区根", server: "服务器" },
    kept: (n: number) => `全部保留在本机：尚未证实的 ${n} 条记录，以及服务器此前所示。可继续操作，记录照常发送。`,
    evidence: "保存证据", settle: "结案", settleHint: "仅由 QA 在查明原因后操作。理由写入日志，全部记录重新证实。",
    settleReason: "发生了什么", notSettled: "只有 QA 在本机登录后才能结案。",
    entries: (n: number) => `${n} 条记录无法证实`,
    alarms: {
      log_rolled_back: {
        what: "服务器的日志比本机见过的短：曾在其中的记录不见了。",
        next: "请通知 QA。不要清空本机，也不要重新登记。是否恢复过备份？缺少的记录本机会再次发送。",
      },
      log_forked: {
        what: "服务器出示了另一份日志：本机见过的内容不在其中。",
        next: "请通知 QA。不要清空本机。请与见证方核对：同一日志出现了两种历史。",
      },
      checkpoint_forged: {
        what: "日志的检查点不是用本机所知的密钥签署的。",
        next: "请通知 QA。是否连到了正确的服务器？请将设置中的指纹与 QA 的密钥单核对。",
      },
      keys_changed: {
        what: "服务器为日志指定了其他密钥，而厂区根密钥并未签署。",
        next: "请通知 QA。继续之前，请将设置中的指纹与 QA 的密钥单核对。",
      },
      proof_wrong: {
        what: "服务器的证明与本机所签内容不符：记录在日志中不同，或根本不在。",
        next: "请通知 QA。此处列出的记录为原始记录，请保持本机原状。",
      },
      proof_missing: {
        what: "服务器曾称记录已入账，却无法证明。",
        next: "请通知 QA。此处列出的记录为原始记录，请保持本机原状。",
      },
    },
    notices: {
      quorum_weaker: "日志现在要求的见证方比以前少或不同。请向 QA 确认是否有意为之。",
      root_new: "厂区已指定根密钥。请将设置中的指纹与 QA 的密钥单核对。",
      keys_renewed: "厂区根密钥为日志指定了新密钥，见设置。",
    },
    noted: "已知悉",
  },
};
