/** Chinese words for the electronic signature. */
import type { signatureEn } from "./signature.en";

export const signatureZh = {
  signature: {
    printed: "姓名", at: "日期与时间", meaning: "签名含义", login: "您的登录名", password: "您的密码",
    first: "首次签名需要登录名和密码。此后在锁屏、刷新或停顿十分钟之前，只需密码。",
    going: "密码即您的签名，不会保存。", other: "此处没有可以签名的登录者：请锁屏，并用您本人的密码登录。", passkey: "以通行密钥签名", reload: "重新载入",

  },
} satisfies typeof signatureEn;
