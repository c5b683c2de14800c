"""What comes after what in a BatchML recipe, whatever level its procedure logic stands at.

Our own export links a step for each phase. Other systems draw a chart for each level: after a unit procedure or an
operation comes what it links to, so that the last phases within the one come before the first of the other. Transitions
between steps are passed over: what must hold before work goes on is said by limits here. A recipe that links nothing is
done as it is listed, one phase after the other.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from lxml import etree

from server.core.errors import PestleError
from server.recipes.batchml import NAMESPACE, OWN, elements

_E = f"{{{NAMESPACE}}}"
Before = dict[str, list[str]]
# Phases by what comes before them, as the keys of a dict, so that their order is kept.
_Found = dict[str, dict[str, None]]
# What a recipe may have of each: a dozen times what a plant draws, and few enough to be read in a second.
MOST_PHASES, MOST_ELEMENTS, MOST_LINKS = 200, 1_000, 2_000


def predecessors(recipe: etree._Element) -> Before:
    """Of each phase those that come before it, in the order of the links. PestleError `recipe_file_unreadable` of a
    recipe with more phases, elements or links than anybody draws."""
    phases = phases_of(recipe)
    _refuse_endless(recipe, len(phases))
    if recipe.find(f".//{_E}Link") is None and _text(recipe.find(f"{_E}OtherInformation"), "ID") != OWN:
        return {one: [before] for before, one in pairwise(phases)}
    inside = {_text(one, "ID"): phases_of(one) for one in recipe.iter(f"{_E}RecipeElement")}
    found: _Found = {one: {} for one in phases}
    # The inner charts first: which phases of a group are its first and its last depends on them.
    for logic in reversed(list(recipe.iter(f"{_E}ProcedureLogic"))):
        for before, after in _pairs(logic):
            ends, starts = _ends(inside.get(before, []), found), _starts(inside.get(after, []), found)
            for one in starts:
                found[one].update(dict.fromkeys(ends))
    return {one: list(before) for one, before in found.items()}


def _refuse_endless(recipe: etree._Element, phases: int) -> None:
    """The work that a document makes grows with the product of these; whoever uploads one waits for it, and others do
    too."""
    links = sum(_count(one, "FromID") * _count(one, "ToID") for one in recipe.iter(f"{_E}Link"))
    counted = (
        ("phases", phases, MOST_PHASES),
        ("elements", _count(recipe, "RecipeElement"), MOST_ELEMENTS),
        ("steps", _count(recipe, "Step"), MOST_ELEMENTS),
        ("links", links, MOST_LINKS),
    )
    for name, number, most in counted:
        _refuse_more(name, number, most)


def _refuse_more(name: str, number: int, most: int) -> None:
    if number > most:
        raise PestleError("recipe_file_unreadable", {"says": f"{number} {name}, at most {most} are read"})


def _count(at: etree._Element, name: str) -> int:
    return sum(1 for _ in at.iter(f"{_E}{name}"))


def phases_of(at: etree._Element) -> list[str]:
    """The phases within an element, in the order of the document; a phase is within itself."""
    return [_text(one, "ID") for one in at.iter(f"{_E}RecipeElement") if _text(one, "RecipeElementType") == "Phase"]


def _starts(group: list[str], found: _Found) -> list[str]:
    """A phase alone is its own first and last, also where it waits for itself."""
    within = set(group)
    return group if len(group) == 1 else [one for one in group if within.isdisjoint(found[one])]


def _ends(group: list[str], found: _Found) -> list[str]:
    followed = set[str]().union(*(found[one] for one in group))
    return group if len(group) == 1 else [one for one in group if one not in followed]


def _pairs(logic: etree._Element) -> list[tuple[str, str]]:
    """Elements one after the other, each pair once: steps that a link joins, or links with transitions between them."""
    steps = {_text(one, "ID"): _text(one, "RecipeElementID") for one in elements(logic, "Step")}
    into: dict[str, list[str]] = {}
    for link in elements(logic, "Link"):
        ends = [_text(one, "FromIDValue") for one in elements(link, "FromID")]
        for one in elements(link, "ToID"):
            into.setdefault(_text(one, "ToIDValue"), []).extend(ends)
    found = dict[tuple[str, str], None]()
    for step, after in steps.items():
        for before in _back(step, steps, into):
            found[before, after] = None
        # Transitions join each of what comes before them with each of what comes after.
        _refuse_more("links", len(found), MOST_LINKS)
    return list(found)


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
