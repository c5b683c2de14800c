/** 审核向现场提问的用语：随其界面加载。 */
import type { questionsEn } from "./questions.en";

export const questionsZh: typeof questionsEn = {
  title: "审核提问",
  gravities: { critical: "严重", major: "重要", minor: "轻微" },
  ask: "提问",
  askTitle: "向现场提问",
  askHint: "主管及当时操作人员会立即收到通知。问题得到答复前，该批不得放行。",
  question: "问题",
  about: "关于",
  whole: "整批",
  send: "发送问题",
  answer: "答复",
  answerHint: "当时发生了什么，记录在哪里",
  sendAnswer: "记录答复",
  waiting: "待答复",
  own: "您的问题由他人答复。",
  none: "该批尚无提问。",
  network: "请联网登录后答复。",
};
