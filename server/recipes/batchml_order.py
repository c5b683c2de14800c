"""What comes after what in a BatchML recipe, whatever level its procedure logic stands at.

Our own export links a step for each phase. Other systems draw a chart for each level: after a unit procedure or an
operation comes what it links to, so that the last phases within the one come before the first of the other. Transitions
between steps are passed over: what must hold before work goes on is said by limits here. A recipe that links nothing is
done as it is listed, one phase after the other.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from lxml import etree

from server.recipes.batchml import NAMESPACE, OWN, elements

_E = f"{{{NAMESPACE}}}"
Before = dict[str, list[str]]


def predecessors(recipe: etree._Element) -> Before:
    """Of each phase those that come before it, in the order of the links."""
    phases = phases_of(recipe)
    if recipe.find(f".//{_E}Link") is None and _text(recipe.find(f"{_E}OtherInformation"), "ID") != OWN:
        return {one: [before] for before, one in pairwise(phases)}
    inside = {_text(one, "ID"): phases_of(one) for one in recipe.iter(f"{_E}RecipeElement")}
    found: Before = {one: [] for one in phases}
    # The inner charts first: which phases of a group are its first and its last depends on them.
    for logic in reversed(list(recipe.iter(f"{_E}ProcedureLogic"))):
        for before, after in _pairs(logic):
            ends, starts = _ends(inside.get(before, []), found), _starts(inside.get(after, []), found)
            for one in starts:
                found[one] += [end for end in ends if end not in found[one]]
    return found


def phases_of(at: etree._Element) -> list[str]:
    """The phases within an element, in the order of the document; a phase is within itself."""
    return [_text(one, "ID") for one in at.iter(f"{_E}RecipeElement") if _text(one, "RecipeElementType") == "Phase"]


def _starts(group: list[str], found: Before) -> list[str]:
    """A phase alone is its own first and last, also where it waits for itself."""
    return group if len(group) == 1 else [one for one in group if not set(found[one]) & set(group)]


def _ends(group: list[str], found: Before) -> list[str]:
    followed = {before for one in group for before in found[one]}
    return group if len(group) == 1 else [one for one in group if one not in followed]


def _pairs(logic: etree._Element) -> Iterator[tuple[str, str]]:
    """Elements one after the other: steps that a link joins, or links with transitions between them."""
    steps = {_text(one, "ID"): _text(one, "RecipeElementID") for one in elements(logic, "Step")}
    into: dict[str, list[str]] = {}
    for link in elements(logic, "Link"):
        ends = [_text(one, "FromIDValue") for one in elements(link, "FromID")]
        for one in elements(link, "ToID"):
            into.setdefault(_text(one, "ToIDValue"), []).extend(ends)
    for step, after in steps.items():
        for before in _back(step, steps, into):
            yield before, after


def _back(start: str, steps: Mapping[str, str], into: Mapping[str, list[str]]) -> Iterator[str]:
    seen, open_ = set[str](), list(into.get(start, ()))
    while open_:
        one = open_.pop(0)
        if one in steps:
            yield steps[one]
        elif one not in seen:
            seen.add(one)
            open_ += into.get(one, ())


def _text(at: etree._Element | None, name: str) -> str:
    found = None if at is None else at.find(f"{_E}{name}")
    return "" if found is None or found.text is None else found.text
