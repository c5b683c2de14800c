/** 通行密钥的中文词语：由本人保管，用于登录和签名。 */
import type { passkeysEn } from "./passkeys.en";

export const passkeysZh = {
  passkeys: {
    adding: "请按浏览器提示操作…",
    signIn: "使用通行密钥登录",
  },
} satisfies typeof passkeysEn;
