"""What a check of a recipe can find, in the words of both languages, and what of the plant it is held against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.core.units import Link

WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("缺少此项。", "This is missing."),
    "unknown_field": ("没有此字段。", "There is no such field."),
    "malformed": ("此值不符合要求。", "This value is not of the right shape."),
    "too_large": ("内容过大。", "This is too large."),
    "number": (
        '不是十进制字符串（例如 "12.640"），或过大、过长。',
        'Not a decimal as text, such as "12.640", or too long.',
    ),
    "range_reversed": ("下限高于上限。", "The lower limit is above the upper one."),
    "id_twice": ("步骤、操作、参数或检查的编号重复。", "Two phases, operations, parameters or checks share an id."),
    "material_unknown": ("物料主数据中没有此物料。", "The register has no such material."),
    "material_twice": ("此物料列了两次。", "This material is listed twice."),
    "material_not_listed": ("此物料不在处方的物料表中。", "This material is not in the recipe's list of materials."),
    "unit_differs": ("单位与物料的计量单位不符。", "The unit does not fit that of the material."),
    "equipment_unknown": ("设备台账中没有此设备或类别。", "The register has no such equipment, nor such a class."),
    "binding_without_machine": (
        "绑定信号的参数须在指明设备或设备类别的步骤中。",
        "A parameter is bound to a signal only in a phase that names equipment or a class of it.",
    ),
    "binding_of_tally": ("计数的参数不能绑定信号。", "What is counted piece by piece is bound to no signal."),
    "signal_unknown": (
        "此步骤可用的设备均未给出过信号 {signal}。",
        "No equipment that this phase may be done with has ever given the signal {signal}.",
    ),
    "signal_unit": (
        "信号 {signal} 的单位是 {found}，不是 {unit}。",
        "The signal {signal} comes in {found}, not in {unit}.",
    ),
    "sample_twice": ("步骤中两个样品编号相同。", "Two samples of the phase share an id."),
    "equipment_elsewhere": ("此设备不在该房间。", "This equipment stands in another room."),
    "room_unknown": ("没有此房间。", "There is no such room."),
    "target_outside": ("目标值不在限度内。", "The target is outside the limits."),
    "too_fine": ("小数位数多于规定。", "It has more decimals than are recorded."),
    "version_wrong": ("不是下一个版本号。", "This is not the number of the next version."),
    "not_positive": ("必须大于零。", "It must be above zero."),
    "expression_wrong": (
        "算式有误：只能用此行的量（target，按含量的行另有 assay、water，补偿行另有 nominal、dispensed）算出一个数。",
        "The expression is wrong: it gives a number from target and, by content, assay and water; of a compensator, "
        "nominal and dispensed.",
    ),
    "role_without_quantity": ("此角色的行需要用量算式。", "A line of this role needs an expression for its quantity."),
    "role_with_quantity": (
        "普通行不用算式、检验项目或补偿。",
        "A plain line has no expression, tests or compensation.",
    ),
    "potency_missing": ("算式所用的检验项目未指定。", "The test whose result the expression uses is not named."),
    "test_unknown": (
        "此物料的来料质量标准中没有这个给出数值的检验项目。",
        "The specification of the material at receipt has no such test that gives a number.",
    ),
    "compensates_unit": (
        "由其补偿的行的单位不能换算为此行的单位。",
        "A line that it makes up for is in a unit that does not convert to its own.",
    ),
    "phase_unknown": ("没有编号为 {phase} 的步骤。", "There is no phase {phase}."),
    "circle": ("这些步骤互相等待：{phases}。", "These phases wait for each other: {phases}."),
    "operation_missing": ("步骤 {phase} 不在任何操作中。", "Phase {phase} stands in no operation."),
    "operation_twice": ("步骤 {phase} 出现在两处操作中。", "Phase {phase} stands in two operations."),
    "operation_order": (
        "各操作中步骤的顺序（{listed}）与步骤表（{phases}）不同。",
        "The operations name the phases in another order ({listed}) than they are listed in ({phases}).",
    ),
    "schedule_too_short": (
        "步骤计划 {minutes} 分钟，应检查 {due} 轮，只规定了 {rounds} 轮。",
        "The phase is planned to last {minutes} minutes, in which {due} rounds are due: there are {rounds}.",
    ),
    "time_not_before": (
        "步骤 {since} 不必先于步骤 {phase} 结束，其间的时限无从计算。",
        "Phase {since} need not come before phase {phase}: there is no time between them to be limited.",
    ),
    "time_without_limit": ("时限既无下限也无上限。", "The time has neither a least nor a most."),
    "time_reversed": ("最短 {min} 分钟长于最长 {max} 分钟。", "At least {min} minutes are more than at most {max}."),
    "candidate_class": (
        "设备 {equipment} 不属于此步骤要求的类别。",
        "{equipment} is not of the class of equipment that this phase asks for.",
    ),
    "need_malformed": (
        '资质要求写作 "action:…"、"phase:…" 或 "equipment:…"。',
        'A step of qualification is written "action:…", "phase:…" or "equipment:…".',
    ),
    "material_unused": ("没有步骤使用此物料。", "No phase uses this material."),
    "bom_differs": (
        "各步骤的目标量合计 {found} {unit}，物料表为 {stated} {unit}。",
        "The targets of the phases come to {found} {unit}, and {stated} {unit} are stated.",
    ),
    "per_unit_differs": (
        "每单位量 × 数量 = {found} {unit}，而每批量写为 {stated} {unit}。",
        "Per unit times count is {found} {unit}, and {stated} {unit} are stated for the batch.",
    ),
    "count_differs": (
        "批量为 {found} {unit}，而数量写为 {stated} {unit}。",
        "The batch has {found} {unit}, and {stated} {unit} are stated as its count.",
    ),
    "total_differs": (
        "各物料合计 {found} {unit}，而总量写为 {stated} {unit}。",
        "The materials come to {found} {unit}, and a total of {stated} {unit} is stated.",
    ),
    "total_count_differs": (
        "每单位总量 × 数量 = {found} {unit}，而每批总量写为 {stated} {unit}。",
        "The total per unit times count is {found} {unit}, and {stated} {unit} are stated for the batch.",
    ),
    "material_not_printed": (
        "该物料在物料清单中不是包装材料或印刷包装材料。",
        "In the bill of materials this is no packaging or printed material.",
    ),
    "input_unused": ("算式未用到此输入。", "The expression does not use this input."),
    "yield_expression": (
        "算式第 {at} 个字符处有误（{problem}）。它由各输入算出一个数。",
        "The expression is wrong at character {at} ({problem}). It gives a number from the inputs.",
    ),
    "slot_unknown": ("没有可取数值的位置 {slot}。", "There is no value at {slot}."),
    "slot_not_before": (
        "步骤 {since} 不必先于步骤 {phase} 结束，{slot} 处的数值可能尚未有。",
        "Phase {since} need not come before phase {phase}: what stands at {slot} may not be there yet.",
    ),
    "slot_unit": (
        "{slot} 处的单位 {found} 不能换算为 {unit}。",
        "What stands at {slot} is in {found}, which does not convert to {unit}.",
    ),
    "compensates_nothing": (
        "补偿行须指明同一步骤中由其补偿的、按含量的行。",
        "A compensator names the lines by content of this phase that it makes up for.",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`path`: where it stands, as `phases/2/parameters/0/low`, counted from 0; `said`: what its words speak of."""

    code: str
    path: str
    said: Mapping[str, str] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        zh, en = (words.format(**self.said) for words in WORDS[self.code])
        return {"code": self.code, "path": self.path, "what": {"zh": zh, "en": en}}


@dataclass(frozen=True, slots=True)
class Registers:
    """What the plant knows: materials with their units and what they convert to, equipment with where it stands and
    of which class it is, its classes, and rooms; of materials with a specification at receipt, which of its tests give
    a number; of machines the figures that they give by themselves, with their units."""

    units: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Sequence[Link]] = field(default_factory=dict)
    equipment: Mapping[str, str | None] = field(default_factory=dict)
    class_of: Mapping[str, str] = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    tests: Mapping[str, frozenset[str]] = field(default_factory=dict)
    signals: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
