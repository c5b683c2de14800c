/** Chinese words of the page of components. */
import type { partsEn } from "./parts.en";

export const partsZh: typeof partsEn = {
  parts: {
    title: "组件", hint: "屏幕所用的全部组件及其各种状态", status: "状态", statusHint: "总有形状和文字；颜色只作辅助，只用于下一步或异常。",
    tones: { plain: "中性", ok: "正常", next: "下一步", wait: "等待", half: "进行中", later: "稍后", alert: "注意", action: "须立即处理" },
    saving: "保存状态", savingHint: "一条记录现在在哪里；页脚对全部记录说明同样的内容。",
    buttons: "按钮", buttonsHint: "每屏只有一个下一步，在右下方拇指处。56 像素，不小于 48。", next: "下一步操作", usual: "其他操作", plain: "次要", disabled: "现在不可用", big: "确认",
    fields: "输入框", text: "文本", wrong: "有误的输入框", wrongWhy: "说明应为什么、实际是什么", choice: "选择", long: "长文本", locked: "不可更改",
    number: "数字键盘", numberHint: "数字最大，旁边是单位、限度和判定。", net: "净重", limits: "限度与趋势", trend: "硬度，六个样品",
    banners: "提示与错误", bannersHint: "发生了什么、保留了什么、下一步怎么做。", alertText: "硬度 45 N，警戒限不低于 46 N。已保留，并提示 QA。", actionText: "两台平板各记录了一个值，由 QA 裁定以哪个为准。",
    seal: "印章", sealHint: "朱红只用于签名，带含义、姓名和时间。", sealWord: "放行", sealMeaning: "已审核批记录，批准放行",
    dialogs: "对话框", dialogsHint: "焦点留在框内，Esc 关闭，焦点回到原处。", dialog: "打开对话框", dialogHint: "用一句话说明用途。", pin: "PIN 键盘",
    lists: "列表", listsHint: "搜索、行，以及没有内容时显示什么。", full: "有内容", empty: "空", loads: "加载中", failed: "失败", rowHint: "是什么、处于什么状态",
    signature: "电子签名", signatureHint: "签署内容、签署人姓名、带时区的时间、含义和验证；有未决事项即拒绝，内容变化即失效。", sign: "签名", signRefused: "签名：被拒绝", signStale: "签名：内容已变", signed: "批次", refusedText: "本批仍有未满足的放行条件。", staleText: "所示内容已发生变化。", notSigned: "未签署任何内容。", lookAgain: "请重新查看后再签名。", exceptions: "异常", exceptionsHint: "发生了什么、严重程度、所需或已作的决定。", assessed: "重测结果在限度内，对本批无影响。",
  },
};
