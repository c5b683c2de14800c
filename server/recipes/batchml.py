"""A master recipe as BatchML (MESA, BatchML-BatchInformation V0700), for other systems and to be read back.

Unit procedures, operations and phases are nested recipe elements; what comes after what is the procedure logic, with a
step for each phase; the bill of materials is the formula; limits are parameters `low` and `high` within what they
limit. For what BatchML has no element (instructions, times between phases, how a quantity follows from a lot), each
element carries other information `pestle`, as JSON without what its elements say: `batchml_reading` reads both.
"BatchML is used courtesy of the World Batch Forum."
"""

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from server.recipes import model
from server.recipes.upgrading import upgraded
from sync import canonical

Content = Mapping[str, Any]
NAMESPACE = "http://www.mesa.org/xml/B2MML"
XML_LANG = "languageID"
# Of what is measured: where it stands in a phase of each type.
LISTS = {"dispensing": "lines", "parameters": "parameters", "in_process": "checks"}
NUMBERS = ("unit", "low", "high", "target")
LIMITS = ("low", "high")
OWN = "pestle"
EQUATION = ("expression", "unit", "low", "high")
_E = f"{{{NAMESPACE}}}"


def written(content: Content) -> bytes:
    """The document, in UTF-8; a version of before the third form is written as one of it."""
    made = upgraded(content)
    root = etree.Element(f"{_E}BatchInformation", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the stubs know no default
    _recipe(_put(root, "MasterRecipe"), made)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _recipe(at: etree._Element, content: Content) -> None:
    product = content["product"]
    _put(at, "ID", content["recipe"])
    _put(at, "Version", str(content["version"]))
    _names(at, product["name"])
    header = _put(at, "Header")
    _put(header, "ProductID", product["code"])
    _put(header, "ProductName", product["name"]["en"])
    size = _put(header, "BatchSize")
    _put(size, "Nominal", content["size"]["value"])
    _put(size, "UnitOfMeasure", content["size"]["unit"])
    _formula(_put(at, "Formula"), content)
    _logic(_put(at, "ProcedureLogic"), content)
    for unit in content["procedure"]:
        _unit(_put(at, "RecipeElement"), unit, content)
    names = {line["material"]: line["name"] for line in content["materials"]}
    _own(at, {"strength": product["strength"], "materials": names})


def _formula(at: etree._Element, content: Content) -> None:
    for line in content["materials"]:
        one = _parameter(at, line["material"], line["name"]["en"], "ProcessInput", line["kind"])
        if line["quantity"] is not None:
            _value(one, line["quantity"]["value"], line["quantity"]["unit"])
        _put(one, "Scaled", "Yes")
        unit = line["quantity"]["unit"] if line["quantity"] is not None else ""
        _limits(one, line, unit)
        if line["per_unit"] is not None:
            _value(_parameter(one, "per_unit"), line["per_unit"]["value"], line["per_unit"]["unit"])
    for name, amount in content["formula"].items():
        if amount is not None:
            _value(_parameter(at, name), amount["value"], amount["unit"])


def _logic(at: etree._Element, content: Content) -> None:
    """A link for each pair of phases, then a step for each phase."""
    pairs = [(before, phase["id"]) for phase in content["phases"] for before in phase["after"]]
    for number, (before, after) in enumerate(pairs, 1):
        link = _put(at, "Link")
        _put(link, "ID", f"L{number}")
        for name, value in (("From", before), ("To", after)):
            end = _put(link, f"{name}ID")
            _put(end, f"{name}IDValue", value)
            _put(end, f"{name}Type", "Step")
            _put(end, "IDScope", "Internal")
        _put(link, "LinkType", "ControlLink")
        _put(link, "Depiction", "LineAndArrow")
    for phase in content["phases"]:
        step = _put(at, "Step")
        _put(step, "ID", phase["id"])
        _put(step, "RecipeElementID", phase["id"])
        _put(step, "RecipeElementVersion", str(content["version"]))


def _unit(at: etree._Element, unit: Content, content: Content) -> None:
    _group(at, unit, "UnitProcedure")
    for operation in unit["operations"]:
        inner = _put(at, "RecipeElement")
        _group(inner, operation, "Operation")
        for number in operation["phases"]:
            phase = model.find_phase(content["phases"], number)
            if phase is not None:
                _phase(_put(inner, "RecipeElement"), phase, str(content["version"]))


def _group(at: etree._Element, group: Content, kind: str) -> None:
    _put(at, "ID", group["id"])
    _names(at, group["name"])
    _put(at, "RecipeElementType", kind)


def _phase(at: etree._Element, phase: Content, version: str) -> None:
    _put(at, "ID", phase["id"])
    _put(at, "Version", version)
    _names(at, phase["name"])
    _put(at, "RecipeElementType", "Phase")
    _put(at, "BuildingBlockElementID", phase["type"])
    if phase["equipment"] is not None or phase["candidates"]:
        needed = _put(at, "EquipmentRequirement")
        _put(needed, "ID", phase["equipment"] or "")
        for piece in phase["candidates"]:
            _put(_put(needed, "Constraint"), "Condition", piece)
    said = {"id", "name", "type", "equipment", "candidates", "after"} | _parameters(at, phase)
    rest = {name: value for name, value in phase.items() if name not in said}
    listed = phase.get(LISTS.get(phase["type"], ""), ())
    if listed:
        rest["of"] = {one["id"]: {name: one[name] for name in one if name not in ("id", *NUMBERS)} for one in listed}
    _own(at, rest)


def _parameters(at: etree._Element, phase: Content) -> set[str]:
    """What a phase measures, as parameters; the names of the fields that these say."""
    kind = phase["type"]
    if kind == "weighing":
        _measured(at, phase["material"], phase["material_name"]["en"], "ProcessInput", phase)
        return {"material", *NUMBERS}
    if kind == model.YIELD:
        one = _parameter(at, model.YIELD, phase["name"]["en"], "ProcessOutput")
        _value(one, phase["expression"], phase["unit"], "Equation")
        _limits(one, phase, phase["unit"])
        return set(EQUATION)
    for one in phase.get(LISTS.get(kind, ""), ()):
        name = one["material_name"] if kind == "dispensing" else one["name"]
        _measured(at, one["id"], name["en"], "ProcessInput" if kind == "dispensing" else "ProcessParameter", one)
    return {LISTS[kind]} if kind in LISTS else set()


def _measured(at: etree._Element, number: str, name: str, kind: str, one: Content) -> None:
    made = _parameter(at, number, name, kind)
    # An empty text: no target, in this unit.
    _value(made, one["target"] or "", one["unit"])
    _limits(made, one, one["unit"])


def _limits(at: etree._Element, one: Content, unit: str) -> None:
    for name in LIMITS:
        if one[name] is not None:
            _value(_parameter(at, name), one[name], unit)


def _parameter(at: etree._Element, number: str, name: str = "", kind: str = "", sub: str = "") -> etree._Element:
    made = _put(at, "Parameter")
    _put(made, "ID", number)
    if name:
        _put(made, "Description", name)
    if kind:
        _put(made, "ParameterType", kind)
    else:
        _put(made, "ParameterType", "Other").set("OtherValue", number)
    if sub:
        _put(made, "ParameterSubType", sub)
    return made


def _value(at: etree._Element, text: str, unit: str, how: str = "Constant", kind: str = "decimal") -> None:
    value = _put(at, "Value")
    _put(value, "ValueString", text)
    _put(value, "DataInterpretation", how)
    _put(value, "DataType", kind)
    _put(value, "UnitOfMeasure", unit)


def _names(at: etree._Element, name: Content) -> None:
    for lang in ("en", "zh"):
        _put(at, "Description", name[lang]).set(XML_LANG, lang)


def _own(at: etree._Element, rest: Content) -> None:
    other = _put(at, "OtherInformation")
    _put(other, "ID", OWN)
    _value(other, canonical.encode(dict(rest)).decode(), "", kind="string")


def _put(at: etree._Element, name: str, text: str | None = None) -> etree._Element:
    made = etree.SubElement(at, f"{_E}{name}")
    if text is not None:
        made.text = _clean(text)
    return made


def _clean(text: str) -> str:
    """Without what XML 1.0 cannot say (2.2, Char): control characters, which no name or unit is meant to have."""
    return "".join(one for one in text if one in "\t\n\r" or _sayable(ord(one)))


def _sayable(point: int) -> bool:
    return 0x20 <= point <= 0xD7FF or 0xE000 <= point <= 0xFFFD or point >= 0x10000


def elements(at: etree._Element, name: str) -> Iterable[etree._Element]:
    return at.iterfind(f"{_E}{name}")
