/** 通行密钥的中文词语：由本人保管，用于登录和签名。 */
import type { passkeysEn } from "./passkeys.en";

export const passkeysZh = {
  passkeys: {
    title: "通行密钥", hint: "保存在本设备、手机或安全密钥中的钥匙，经指纹、面容或其自身 PIN 验证后签名，可代替密码和 PIN。",
    none: "尚无。", notHere: (domain: string | null) => (domain === null ? "本站通过 IP 地址访问，而通行密钥须绑定名称，因此此处不可用。请为站点配置主机名。" : `通行密钥须使用支持它的浏览器，并通过站点名称访问：${domain}。`),
    add: "添加通行密钥", addHint: "再次输入密码，并取一个便于辨认的名称；随后按浏览器提示操作。", label: "密钥名称", labelHint: "例如：手机、更衣柜中的密钥", adding: "请按浏览器提示操作…", added: "已添加通行密钥",
    since: (at: string) => `添加于 ${at}`, used: (at: string) => `上次使用 ${at}`, unused: "尚未使用", withdraw: "撤销", withdrawHint: "撤销后永久不能登录或签名；此前的签名仍然有效。平板在下次领取时得知，此前以它所作的签名将被标记。",
    reason: "原因", reasonHint: "例如：遗失、更换", signIn: "使用通行密钥登录",
  },
} satisfies typeof passkeysEn;
