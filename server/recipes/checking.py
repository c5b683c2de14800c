"""What is wrong with a version of a recipe: its shape first, then what the registers of the plant say against it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from server.core.units import Link, ratio
from server.recipes import dispensing, master, model, shapes

Content = Mapping[str, Any]
_LINEAR, _MASTER = shapes.Content(), master.Content()
WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("缺少此项。", "This is missing."),
    "unknown_field": ("没有此字段。", "There is no such field."),
    "malformed": ("此值不符合要求。", "This value is not of the right shape."),
    "number": (
        '不是十进制字符串（例如 "12.640"），或过大、过长。',
        'Not a decimal as text, such as "12.640", or too long.',
    ),
    "range_reversed": ("下限高于上限。", "The lower limit is above the upper one."),
    "id_twice": ("步骤、参数或检查的编号重复。", "Two phases, parameters or checks share an id."),
    "material_unknown": ("物料主数据中没有此物料。", "The register has no such material."),
    "material_twice": ("此物料列了两次。", "This material is listed twice."),
    "material_not_listed": ("此物料不在处方的物料表中。", "This material is not in the recipe's list of materials."),
    "unit_differs": ("单位与物料的计量单位不符。", "The unit does not fit that of the material."),
    "equipment_unknown": ("设备台账中没有此设备或类别。", "The register has no such equipment, nor such a class."),
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
    "compensates_nothing": (
        "补偿行须指明同一步骤中由其补偿的、按含量的行。",
        "A compensator names the lines by content of this phase that it makes up for.",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`path`: where it stands, as `phases/2/parameters/0/low`, counted from 0."""

    code: str
    path: str

    def payload(self) -> dict[str, Any]:
        zh, en = WORDS[self.code]
        return {"code": self.code, "path": self.path, "what": {"zh": zh, "en": en}}


@dataclass(frozen=True, slots=True)
class Registers:
    """What the plant knows: materials with their units and what they convert to, equipment with where it stands, its
    classes, and rooms; of materials with a specification at receipt, which of its tests give a number."""

    units: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Sequence[Link]] = field(default_factory=dict)
    equipment: Mapping[str, str | None] = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()
    tests: Mapping[str, frozenset[str]] = field(default_factory=dict)


def check(content: Any, known: Registers) -> list[Finding]:
    """All findings by their paths; what has the wrong shape is not looked at further."""
    if not isinstance(content, dict):
        return [Finding("malformed", "")]
    shape = _MASTER if model.is_master(content) else _LINEAR
    wrong = [Finding(_code_of(text), path) for path, text in _flat(shape.validate(content), "")]
    if wrong:
        return wrong
    return [
        *_materials(content, known),
        *(one for at in enumerate(content["phases"]) for one in _phase(*at, content, known)),
    ]


def _flat(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            below = path if key == "_schema" else f"{path}/{key}" if path else str(key)
            yield from _flat(inner, below)
        return
    for text in messages if isinstance(messages, Sequence) and not isinstance(messages, str) else [messages]:
        yield path, str(text)


def _code_of(text: str) -> str:
    match text:
        case "Missing data for required field.":
            return "missing"
        case "Unknown field.":
            return "unknown_field"
        case "not a decimal string":
            return "number"
        case "low is above high":
            return "range_reversed"
        case "two phases, parameters or checks share an id":
            return "id_twice"
        case _:
            return "malformed"


def _materials(content: Content, known: Registers) -> Iterator[Finding]:
    seen = set()
    for at, one in enumerate(content["materials"]):
        path = f"materials/{at}/material"
        if one["material"] not in known.units:
            yield Finding("material_unknown", path)
        if one["material"] in seen:
            yield Finding("material_twice", path)
        seen.add(one["material"])
    if Decimal(content["size"]["value"]) <= 0:
        yield Finding("not_positive", "size/value")


def _phase(at: int, phase: Content, content: Content, known: Registers) -> Iterator[Finding]:
    path = f"phases/{at}"
    yield from _place(path, phase, known)
    if phase["type"] == "weighing":
        yield from _weighing(path, phase, content, known)
    if phase["type"] == "dispensing":
        for number, line in enumerate(phase["lines"]):
            yield from _weighing(f"{path}/lines/{number}", line, content, known)
            yield from (Finding(*one) for one in dispensing.check(f"{path}/lines/{number}", line, phase))
            yield from _tests(f"{path}/lines/{number}/potency", line, known)
    for name in ("parameters", "checks"):
        for number, one in enumerate(phase.get(name, ())):
            yield from _ranged(f"{path}/{name}/{number}", one)


def _place(path: str, phase: Content, known: Registers) -> Iterator[Finding]:
    room, equipment = phase["room"], phase["equipment"]
    if room is not None and room not in known.rooms:
        yield Finding("room_unknown", f"{path}/room")
    if equipment is None or equipment in known.classes:
        return
    if equipment not in known.equipment:
        yield Finding("equipment_unknown", f"{path}/equipment")
    elif room is not None and known.equipment[equipment] not in (None, room):
        yield Finding("equipment_elsewhere", f"{path}/equipment")


def _weighing(path: str, phase: Content, content: Content, known: Registers) -> Iterator[Finding]:
    unit = known.units.get(phase["material"])
    if unit is None:
        yield Finding("material_unknown", f"{path}/material")
    elif ratio(phase["unit"], unit, known.links.get(phase["material"], ())) is None:
        yield Finding("unit_differs", f"{path}/unit")
    if phase["material"] not in [one["material"] for one in content["materials"]]:
        yield Finding("material_not_listed", f"{path}/material")
    if phase["target"] is not None and Decimal(phase["target"]) <= 0:
        yield Finding("not_positive", f"{path}/target")
    yield from _ranged(path, phase)


def _tests(path: str, line: Content, known: Registers) -> Iterator[Finding]:
    """A result that nobody is asked for would be waited for in vain."""
    tests = known.tests.get(line["material"])
    for name, test in (line["potency"] or {}).items():
        if test is not None and tests is not None and test not in tests:
            yield Finding("test_unknown", f"{path}/{name}")


def _ranged(path: str, one: Content) -> Iterator[Finding]:
    low, high, target = (None if one[name] is None else Decimal(one[name]) for name in ("low", "high", "target"))
    if target is not None and ((low is not None and target < low) or (high is not None and target > high)):
        yield Finding("target_outside", f"{path}/target")
    for name in ("low", "high", "target"):
        if one[name] is not None and len(one[name].partition(".")[2]) > one["decimals"]:
            yield Finding("too_fine", f"{path}/{name}")
