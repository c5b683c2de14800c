"""What findings about a definition and changes of a converted one say, in both languages."""

from collections.abc import Mapping
from typing import Any

# {name} is a detail of the finding; one that is missing stays empty.
FINDINGS: Mapping[str, tuple[str, str]] = {
    "file_too_large": ("文件有 {bytes} 字节，最多 {most}。", "The file has {bytes} bytes; {most} are allowed."),
    "too_large": ("压缩后仍大于一条记录的容量；请简化图形。", "Even compressed it is larger than an entry; draw less."),
    "not_xml": ("不是有效的 XML：{says}", "This is not XML: {says}"),
    "dtd_forbidden": ("文件含有 DTD 或实体，不予接受。", "The file has a DTD or entities, which are not accepted."),
    "not_bpmn": ("不是 BPMN 2.0 文件，根元素为 {root}。", "This is not BPMN 2.0; its root is {root}."),
    "process_not_one": (
        "文件须恰有一个流程，实有 {found} 个。",
        "The file must have exactly one process; it has {found}.",
    ),
    "not_executable": ("流程须标为可执行。", "The process must be marked as executable."),
    "code_wrong": (
        "流程编码“{code}”须为小写字母、数字和连字符。",
        "The code {code} must be lower-case letters, digits, hyphens.",
    ),
    "identifier_wrong": (
        "标识“{id}”缺失、重复或含有不允许的字符。",
        "The identifier {id} is missing, used twice or malformed.",
    ),
    "element_unknown": ("不支持元素 {element}。", "The element {element} is not supported."),
    "attribute_unknown": ("不支持属性 {attribute}。", "The attribute {attribute} is not supported."),
    "too_deep": ("子流程嵌套超过 {most} 层。", "Sub-processes are nested deeper than {most}."),
    "too_many_nodes": ("有 {found} 个节点，最多 {most}。", "There are {found} nodes; {most} are allowed."),
    "too_many_called": (
        "连同被调用的流程超过 {most} 个。",
        "With all that is called there are more than {most} flows.",
    ),
    "start_not_one": (
        "每个流程和子流程须恰有一个开始，此处有 {found} 个。",
        "A process or sub-process has one start; here are {found}.",
    ),
    "flow_dangling": ("连线的一端没有节点。", "One end of this flow leads nowhere."),
    "ways_out_wrong": (
        "离开此节点的连线数不对；分支请用网关。",
        "The number of ways out is wrong; use a gateway to part ways.",
    ),
    "ways_in_wrong": ("进入此节点的连线数不对。", "The number of ways in is wrong."),
    "host_wrong": (
        "边界事件须附着在任务、子流程或调用上。",
        "A boundary event stands on a task, a sub-process or a call.",
    ),
    "event_not_one": (
        "此事件须恰有一种触发，现有 {found} 种。",
        "This event needs exactly one trigger; it has {found}.",
    ),
    "error_never_thrown": ("用户任务不会抛出错误。", "A user task never throws an error."),
    "error_must_interrupt": ("错误边界事件必须中断。", "An error boundary event must interrupt."),
    "error_unknown": ("错误 {error} 未定义。", "The error {error} is not defined."),
    "message_unknown": ("消息 {message} 未定义。", "The message {message} is not defined."),
    "result_wrong": ("结果编码“{result}”不合规定。", "The result {result} is no code."),
    "awaited_end_missing": (
        "系统等待此流程以结果 {result} 结束，图中没有这样的结束。",
        "The product waits for this flow to end with the result {result}; no end here has it.",
    ),
    "start_asks_more": (
        "此流程由系统启动，系统不提供变量“{variable}”。",
        "The product starts this flow, and has no {variable} to give to it.",
    ),
    "approval_unsigned": (
        "此流程须有一个签名含义为“批准”的任务。",
        "This flow needs a task whose signature means approved.",
    ),
    "timer_cycle": ("不允许循环定时。", "Timer cycles are not allowed."),
    "timer_without_time": ("定时器须有时长或日期之一。", "A timer needs either a duration or a date."),
    "date_same_in_cycle": (
        "循环中没有任务会更改时间“{expression}”，第二轮起即已过期。",
        "Nothing in the cycle changes the time {expression}: from its second round on it has passed.",
    ),
    "duration_nothing": (
        "时长 {duration} 等于零，会立即到期。",
        "{duration} is no time at all: it would be over at once.",
    ),
    "duration_wrong": ("“{duration}”不是时长，例如 P5D 或 PT8H。", "{duration} is no duration such as P5D or PT8H."),
    "variable_name_wrong": (
        "变量名“{variable}”不合规定、重复或已被保留。",
        "The name {variable} is malformed, taken or reserved.",
    ),
    "variable_type_unknown": (
        "变量 {variable} 的类型 {type} 不存在。",
        "The type {type} of {variable} does not exist.",
    ),
    "variable_type_wrong": ("变量 {variable} 的类型在此不适用。", "The variable {variable} has the wrong type here."),
    "variable_undeclared": ("变量 {variable} 未声明。", "The variable {variable} is not declared."),
    "variable_unset": ("到此处时变量 {variable} 不一定有值。", "The variable {variable} need not have a value here."),
    "outcome_wrong": (
        "结论“{outcome}”须有编码和两种语言的名称，且不重复。",
        "The outcome {outcome} needs a code of its own and both names.",
    ),
    "outcomes_missing": ("要把结论写入变量，须先列出结论。", "Outcomes go into a variable, but none are listed."),
    "call_without_flow": ("调用须写明流程编码，“{flow}”不是。", "A call names the code of a flow; {flow} is none."),
    "called_flow_missing": ("被调用的流程 {flow} 尚未生效。", "The called flow {flow} is not in force."),
    "call_cycle": ("通过 {flow} 流程会调用自己。", "Through {flow} the flow would call itself."),
    "repeat_without_collection": ("多实例须写明列表变量。", "A repeat names the list that it goes over."),
    "default_missing": ("分支网关须有默认去向。", "A gateway that chooses needs a default way."),
    "default_wrong": ("默认去向不是离开此节点的连线。", "The default is no way out of this node."),
    "condition_missing": ("此连线须有条件。", "This way needs a condition."),
    "condition_misplaced": ("此处的条件没有作用。", "A condition has no effect here."),
    "expression_wrong": ("表达式有误（{problem}）：{expression}", "The expression is wrong ({problem}): {expression}"),
    "node_unreachable": ("从开始到不了此节点。", "This cannot be reached from the start."),
    "end_unreachable": ("从此节点到不了结束。", "No end can be reached from here."),
    "cycle_without_task": (
        "此循环中没有人做事，也不等消息，会自行不停运转。",
        "Nobody does anything in this cycle; it would run by itself.",
    ),
    "cycle_without_choice": (
        "此循环中所做的事改变不了离开它的条件，可能永远转下去。",
        "Nothing done in this cycle changes what leads out of it; it might go round for ever.",
    ),
    "join_never_opens": ("此汇合可能永远等不齐。", "This join may wait for ever."),
    "token_twice": (
        "此处可能同时有两个令牌，汇合会打开两次。",
        "Two tokens can be here at once; a join would open twice.",
    ),
    "flow_too_tangled": (
        "并行与选择组合过多，无法检查；请用子流程拆分。",
        "Too many combinations to check; part it by sub-processes.",
    ),
    "role_missing": ("任务须指定角色或人员。", "The task names neither a role nor a person."),
    "role_unknown": ("角色 {role} 不存在。", "The role {role} does not exist."),
    "meaning_unknown": ("签名含义 {meaning} 不存在。", "The meaning of signature {meaning} does not exist."),
    "task_unknown": ("任务 {task} 不存在。", "The task {task} does not exist."),
    "form_missing": ("表单 {form} 尚未生效。", "The form {form} is not in force."),
    "field_missing": (
        "表单 {form} 没有同名同类型的字段 {variable}。",
        "The form {form} has no field {variable} of that type.",
    ),
    "flow_another": ("这是另一个流程 {flow}。", "That is another flow, {flow}."),
    "live_node_missing": ("新版本没有正在进行的此节点。", "What is going on here does not exist in the other version."),
    "live_node_changed": (
        "新版本中正在进行的此节点已是另一种。",
        "What is going on here is of another kind in the other version.",
    ),
    "live_way_missing": (
        "此汇合已到的去路 {flow} 在新版本中不存在。",
        "A token came on {flow}, which the other version lacks.",
    ),
    "live_variable_changed": (
        "变量 {variable} 的值与新版本不符。",
        "The value of {variable} does not fit the other version.",
    ),
    "element_not_convertible": ("元素 {element} 无法转换。", "The element {element} cannot be converted."),
}
CHANGES: Mapping[str, tuple[str, str]] = {
    "process_left_out": ("未转换此流程：一个文件只取一个。", "This process was left out: one is taken from a file."),
    "element_left_out": ("略去了 {element}。", "{element} was left out."),
    "code_changed": ("流程编码改为 {code}。", "The code of the flow is now {code}."),
    "identifier_changed": ("标识改为 {id}。", "The identifier is now {id}."),
    "done_by_a_person": ("{element} 改为由人完成的任务。", "What was a {element} is now done by a person."),
    "start_by_a_person": (
        "开始不再由 {element} 触发，而由人发起。",
        "The start is made by a person, no longer by {element}.",
    ),
    "asked_of_a_person": (
        "原条件改为在任务 {task} 中由人选择。",
        "What conditions decided is now asked in task {task}.",
    ),
    "event_as_message": ("{element} 改为同名消息。", "{element} is now a message of that name."),
    "end_plain": ("{element} 改为普通结束。", "{element} is now a plain end."),
    "cycle_once": ("循环定时 {cycle} 改为一次。", "The timer cycle {cycle} now fires once."),
    "duration_to_be_set": (
        "时间“{found}”无法沿用，暂设为一天，请填写。",
        "The time {found} could not be kept; it is a day until you set it.",
    ),
    "loop_once": ("循环任务改为只做一次。", "The loop is now run once."),
    "repeat_over_variable": (
        "多实例改为遍历开始时填写的列表 {variable}。",
        "The repeat now goes over the list {variable} given at the start.",
    ),
    "gateway_added": ("增加了网关 {added}。", "The gateway {added} was added."),
    "task_added": ("增加了任务 {added}。", "The task {added} was added."),
    "start_added": ("增加了开始 {added}。", "The start {added} was added."),
    "start_joined": ("此开始并入新的开始。", "This start became part of a new one."),
    "end_added": ("增加了结束 {added}。", "The end {added} was added."),
    "empty_filled": ("空的流程中放入了一个任务 {added}。", "An empty process was given a task, {added}."),
    "diagram_drawn_anew": ("流程图已重新绘制。", "The diagram was drawn anew."),
}


class _Details(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def said(code: str, details: Mapping[str, Any]) -> dict[str, str]:
    """The sentence for a code of a finding or a change, in both languages."""
    zh, en = {**CHANGES, **FINDINGS}[code]
    given = _Details(details)
    return {"zh": zh.format_map(given), "en": en.format_map(given)}
