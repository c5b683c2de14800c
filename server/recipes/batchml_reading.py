"""BatchML read back to the content of a recipe: a draft, which the check then says of what is missing.

What BatchML says counts; the other information `pestle` of our own export adds what it has no element for. A document
of another system has none: its phases become parameters to record, or instructions, with empty limits as it gives them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from server.core.errors import PestleError
from server.recipes import batchml_order, model
from server.recipes.batchml import EQUATION, LIMITS, LISTS, NAMESPACE, OWN, XML_LANG, elements

Made = dict[str, Any]
_E = f"{{{NAMESPACE}}}"
_MOST_BYTES = 2 * 1024 * 1024
_STEP: Made = {"after": [], "minutes": None, "times": [], "candidates": [], "needs": []}


def read(data: bytes | str) -> Made:
    """The content of the first master recipe of a document. PestleError `recipe_file_unreadable`."""
    root = _tree(data)
    recipe = root if root.tag == f"{_E}MasterRecipe" else root.find(f"{_E}MasterRecipe")
    if recipe is None:
        raise PestleError("recipe_file_unreadable", {"says": "no MasterRecipe"})
    own, before = _own(recipe), batchml_order.predecessors(recipe)
    procedure = _procedure(recipe)
    there = {_text(one, "ID"): one for one in recipe.iter(f"{_E}RecipeElement")}
    phases = [_phase(there[one], before) for unit in procedure for at in unit["operations"] for one in at["phases"]]
    materials, names = list[Made](), _dict(own.get("materials"))
    for one in _parameters(recipe.find(f"{_E}Formula"), "ProcessInput"):
        materials.append(_material(one, names))
    version = _text(recipe, "Version")
    return {
        "recipe": _text(recipe, "ID"),
        "version": int(version) if version.isdecimal() and len(version) < 6 else 1,
        "product": _product(recipe, own),
        "size": _size(recipe),
        "formula": _formula(recipe),
        "procedure": procedure,
        "phases": phases,
        "materials": materials,
    }


def _tree(data: bytes | str) -> etree._Element:
    """Without DTD, entities or network. A text goes as UTF-8, which one with half a character cannot be."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        sent = data.encode() if isinstance(data, str) else data
        if len(sent) > _MOST_BYTES:
            raise ValueError(f"more than {_MOST_BYTES} bytes")
        root = etree.fromstring(sent, parser)
        if root.getroottree().docinfo.internalDTD is not None:
            raise ValueError("with a DTD")
        return root
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PestleError("recipe_file_unreadable", {"says": str(error)[:200]}) from None


def _product(recipe: etree._Element, own: Made) -> Made:
    header = recipe.find(f"{_E}Header")
    code = _text(header, "ProductID")
    name = _names(recipe, _text(header, "ProductName") or code)
    return {"code": code, "name": name, "strength": own.get("strength") or "—"}


def _size(recipe: etree._Element) -> Made:
    size = recipe.find(f"{_E}Header/{_E}BatchSize")
    return {"value": _text(size, "Nominal"), "unit": _text(size, "UnitOfMeasure")}


def _formula(recipe: etree._Element) -> Made:
    found: Made = dict.fromkeys(("count", "total_per_unit", "total"))
    for one in _parameters(recipe.find(f"{_E}Formula"), "Other"):
        if _text(one, "ID") in found:
            found[_text(one, "ID")] = _quantity(one)
    return found


def _material(one: etree._Element, names: Made) -> Made:
    code, sub = _text(one, "ID"), _text(one, "ParameterSubType")
    inner = {_text(part, "ID"): part for part in elements(one, "Parameter")}
    each = inner.get("per_unit")
    return {
        "material": code,
        "name": names.get(code) or _pair(_text(one, "Description") or code),
        "kind": sub if sub in model.MATERIAL_KINDS else "raw",
        "quantity": _quantity(one),
        "per_unit": None if each is None else _quantity(each),
        **_limits(one),
    }


def _procedure(recipe: etree._Element) -> list[Made]:
    """Unit procedures of operations; phases that stand in none make one of their own."""
    found = [_unit(one) for one in _of_type(recipe, "UnitProcedure")]
    placed = {one for unit in found for operation in unit["operations"] for one in operation["phases"]}
    rest = [one for one in batchml_order.phases_of(recipe) if one not in placed]
    if rest:
        name = {"id": "-", "name": _pair("-")}
        found.append(name | {"operations": [name | {"id": "--", "phases": list(dict.fromkeys(rest))}]})
    return found


def _unit(unit: etree._Element) -> Made:
    operations = [_group(one) | {"phases": _ids(one)} for one in _of_type(unit, "Operation")]
    return _group(unit) | {"operations": operations}


def _ids(operation: etree._Element) -> list[str]:
    return [_text(one, "ID") for one in _of_type(operation, "Phase")]


def _group(one: etree._Element) -> Made:
    return {"id": _text(one, "ID"), "name": _names(one, _text(one, "ID"))}


def _of_type(at: etree._Element, kind: str) -> Iterator[etree._Element]:
    return (one for one in elements(at, "RecipeElement") if _text(one, "RecipeElementType") == kind)


def _phase(one: etree._Element, before: Mapping[str, list[str]]) -> Made:
    own, number, given = _own(one), _text(one, "ID"), list(elements(one, "Parameter"))
    kind = _text(one, "BuildingBlockElementID")
    if kind not in model.MASTER_TYPES or (not own and kind not in ("parameters", model.INSTRUCTION)):
        kind = "parameters" if given else model.INSTRUCTION
    name, needed = _names(one, number), one.find(f"{_E}EquipmentRequirement")
    made: Made = {"instruction": name, "room": None, **_STEP, **own}
    made |= {"id": number, "type": kind, "name": name, "after": before.get(number, [])}
    made["equipment"] = _text(needed, "ID") or None
    made["candidates"] = [] if needed is None else [_text(at, "Condition") for at in elements(needed, "Constraint")]
    return made | _measures(kind, given, _dict(made.pop("of", None)))


def _measures(kind: str, given: list[etree._Element], known: Made) -> Made:
    """What the parameters of a phase say."""
    if kind == "weighing":
        return {"material": _text(given[0], "ID") if given else "", **(_numbers(given[0]) if given else {})}
    if kind == model.YIELD:
        found = _numbers(given[0]) if given else {}
        return {
            "expression" if name == "target" else name: found[name] for name in found if name in (*EQUATION, "target")
        }
    if kind not in LISTS:
        return {}
    return {LISTS[kind]: [_item(one, known) for one in given]}


def _item(one: etree._Element, known: Made) -> Made:
    number = _text(one, "ID")
    found = _numbers(one)
    most = max((len(text.partition(".")[2]) for name in LIMITS if (text := found[name])), default=0)
    bare = {"name": _pair(_text(one, "Description") or number), "decimals": max(most, _places(found["target"]))}
    return (_dict(known.get(number)) or bare) | {"id": number} | found


def _places(text: str | None) -> int:
    return len(text.partition(".")[2]) if text else 0


def _numbers(one: etree._Element) -> Made:
    quantity = _quantity(one) or {"value": "", "unit": ""}
    return {"target": quantity["value"] or None, "unit": quantity["unit"], **_limits(one)}


def _limits(one: etree._Element) -> Made:
    found: Made = dict.fromkeys(LIMITS)
    for part in elements(one, "Parameter"):
        if _text(part, "ID") in found:
            found[_text(part, "ID")] = (_quantity(part) or {"value": None})["value"]
    return found


def _quantity(one: etree._Element) -> Made | None:
    value = one.find(f"{_E}Value")
    return None if value is None else {"value": _text(value, "ValueString"), "unit": _text(value, "UnitOfMeasure")}


def _parameters(at: etree._Element | None, kind: str) -> list[etree._Element]:
    found = () if at is None else elements(at, "Parameter")
    return [one for one in found if _text(one, "ParameterType") == kind]


def _own(at: etree._Element) -> Made:
    """Our other information; nothing where there is none, or it is no JSON."""
    for one in elements(at, "OtherInformation"):
        if _text(one, "ID") == OWN:
            try:
                return _dict(json.loads(_text(one.find(f"{_E}Value"), "ValueString"), parse_float=str))
            except (ValueError, RecursionError):
                return {}
    return {}


def _dict(value: Any) -> Made:
    return value if isinstance(value, dict) else {}


def _names(at: etree._Element, otherwise: str) -> Made:
    """In both languages; one alone stands for both."""
    told = {one.get(XML_LANG, "en").partition("-")[0]: one.text or "" for one in elements(at, "Description")}
    any_ = next((text for text in told.values() if text), otherwise)
    return {lang: told.get(lang) or any_ for lang in ("zh", "en")}


def _pair(text: str) -> Made:
    return {"zh": text, "en": text}


def _text(at: etree._Element | None, name: str) -> str:
    found = None if at is None else at.find(f"{_E}{name}")
    return "" if found is None or found.text is None else found.text
