/** The words of bpmn-js in Chinese; what is missing here stands in English. */
export const chinese: Record<string, string> = {
  "Activate hand tool": "抓手：移动画布", "Activate lasso tool": "框选", "Activate global connect tool": "连线",
  "Create start event": "开始", "Create intermediate timer": "定时等待", "Create intermediate message": "等待消息", "Create end event": "结束", "Create gateway": "择一网关", "Create parallel gateway": "并行网关", "Create inclusive gateway": "按条件多路网关", "Create user task": "任务", "Create call activity": "调用流程", "Create expanded sub-process": "子流程",
  "Append user task": "接任务", "Append end event": "接结束", "Append gateway": "接网关", "Add text annotation": "加注释", "Change element": "更改类型", "Connect to other element": "连到其他元素", "Connect using association": "连到其他元素", Delete: "删除",
  "Start event": "开始", "End event": "结束", "Error end event": "错误结束", "Terminate end event": "终止结束", "Message end event": "发消息并结束", "Intermediate throw event": "中间事件", "Message intermediate catch event": "等待消息", "Message intermediate throw event": "发送消息", "Timer intermediate catch event": "定时等待",
  "Timer boundary event": "到期中断", "Timer boundary event (non-interrupting)": "到期提醒（不中断）", "Error boundary event": "出错时", "Message boundary event": "收到消息中断", "Message boundary event (non-interrupting)": "收到消息（不中断）",
  "Exclusive gateway": "择一网关", "Parallel gateway": "并行网关", "Inclusive gateway": "按条件多路网关", "User task": "任务", "Call activity": "调用流程", "Sub-process (expanded)": "子流程", "Sequence flow": "普通连线", "Default flow": "默认连线", "Conditional flow": "条件连线", "Parallel multi-instance": "并行逐项", "Sequential multi-instance": "顺序逐项",
};
