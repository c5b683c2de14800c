"""Whether batches may be split, merged or reworked, and what comes of them: pure, asked by the door and witnesses.

What a child still has to do is what its parents have left to do, scaled to its size. A phase that draws on what ended
before (a time since it, a yield over its values) would have nothing to draw on in another batch: it is done first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from typing import Any

from server.production.descent.model import HOW, OTHER, REWORK_KIND, SAME, SPLIT_KIND, Origin, Refusal
from server.production.yields.rules import UNEXPLAINED
from server.recipes import scaling
from server.recipes.model import YIELD, is_master
from server.recipes.upgrading import upgraded

Given = Mapping[str, Any]
_OF_ORDER = ("product", "recipe", "version", "recipe_hash")
# Phases that make nothing of a batch.
_LOOKS = ("line_clearance", "in_process", YIELD)
_FROZEN = ("phases", "procedure", "materials")


def third_form(order: Given) -> dict[str, Any]:
    """An order in the third form, whatever form its recipe had."""
    return upgraded({"materials": [], **order})


def split_refused(given: Given, parent: Origin, recipe: Given | None = None) -> Refusal | None:
    """The parts are what the parent is, to the last digit, and each is another batch; `recipe` is that by which it was
    ordered."""
    found = _parent_refused(parent) or _phases_refused(parent)
    if found is not None:
        return found
    size, parts = parent.order["size"], given["parts"]
    quantities = [one["quantity"] for one in parts]
    units = {one["unit"] for one in quantities} == {size["unit"]}
    if not units or any(Decimal(one["value"]) <= 0 for one in quantities) or _sum(quantities) != Decimal(size["value"]):
        return Refusal("batch_quantities_differ", {"size": dict(size)})
    if len({one["batch"] for one in parts} | {parent.batch}) != len(parts) + 1:
        return Refusal("batch_known", {"batch": parent.batch})
    whole = _unrounded(parent, recipe)
    return next(filter(None, (_unfit(whole, one) for one in quantities)), None)


def merge_refused(given: Given, parents: Sequence[Origin], recipe: Given | None) -> Refusal | None:
    """Batches of one recipe that have the same left to do; `recipe` is that by which they were ordered."""
    for one in parents:
        found = _parent_refused(one) or _phases_refused(one)
        if found is not None:
            return found
    if len({one.batch for one in parents} | {given["batch"]}) != len(parents) + 1:
        return Refusal("batch_known", {"batch": given["batch"]})
    first = parents[0]
    differing = [one.batch for one in parents if not _alike(one, first)]
    if differing:
        return Refusal("batches_differ", {"batches": differing})
    quantity = given["quantity"]
    sizes = [one.order["size"] for one in parents]
    if quantity["unit"] != sizes[0]["unit"] or Decimal(quantity["value"]) != _sum(sizes):
        return Refusal("batch_quantities_differ", {"size": total(sizes)})
    return _unfit(_unrounded(first, recipe), quantity) or _copies_refused(parents)


def _copies_refused(parents: Sequence[Origin]) -> Refusal | None:
    """A sheet that is filled in bears a number, and each batch counts its own: of two of one number nobody could say
    afterwards from which something was typed in (CN GMP 2010, 173)."""
    copies = {one for parent in parents for one in parent.copies}
    out = {one for parent in parents for one in parent.copies_out}
    twice = sorted(one for one in out if any(other[1] == one[1] and other != one for other in copies))
    return Refusal("blanks_outstanding", {"copies": [f"{batch} #{copy}" for batch, copy in twice]}) if twice else None


def rework_refused(given: Given, parent: Origin, recipe: Given | None, ways: Sequence[str]) -> Refusal | None:
    """The whole of a batch, by a recipe of its product that is in force (None: it is not), in one of these `ways`; by
    another process only with another recipe."""
    found = _parent_refused(parent)
    if found is not None:
        return found
    if given["way"] not in ways:
        return Refusal("rework_way_forbidden", {"product": parent.order["product"]["code"]})
    about = {"recipe": given["recipe"], "version": given["version"]}
    if recipe is None:
        return Refusal("recipe_not_effective", about)
    same = recipe["product"]["code"] == parent.order["product"]["code"]
    if not same or (given["way"] == OTHER and given["recipe"] == parent.order["recipe"]):
        return Refusal("rework_recipe_unfit", about)
    # What is left of a finished batch has no phases of its own.
    stages = {one["id"] for one in _made_by(parent)}
    if given["stage"] not in stages:
        return Refusal("rework_stage_unknown", {"phase": given["stage"]})
    if given["into"] == parent.batch:
        return Refusal("batch_known", {"batch": parent.batch})
    size, content = parent.order["size"], third_form(recipe)
    if scaling.factor(content, size) is None:
        return Refusal("order_size_wrong", {"size": f"{size['value']} {size['unit']}"})
    material = scaling.unfit(content, size)
    return None if material is None else _too_fine(size, material)


def process_refused(given: Given, parent: Origin, recipe: Given) -> Refusal | None:
    """The same process again is made of phases, by type and name, by which the batch, or what it came of, was made
    (CN GMP 2010, 134); what only looks or counts is no process, and a rework is looked at more closely. Where not all
    of that can be read any more who signs sees the phases, and answers for it."""
    if given["way"] != SAME or not parent.is_traced:
        return None
    known = {_step(one) for one in _made_by(parent)}
    new = [one["id"] for one in recipe["phases"] if one["type"] not in _LOOKS and _step(one) not in known]
    return Refusal("rework_process_other", {"phases": new}) if new else None


def _made_by(parent: Origin) -> list[Given]:
    """The phases of a batch and of all that it came of."""
    return [*parent.above, *parent.order["phases"]]


def _step(phase: Given) -> tuple[str, str, str]:
    name = phase["name"]
    return phase["type"], name["zh"], name["en"]


def total(sizes: Sequence[Given]) -> dict[str, str]:
    """What batches come to, in the unit of the first, to the last digit."""
    return {"value": f"{_sum(sizes):f}", "unit": sizes[0]["unit"]}


def formed(kind: str, given: Given, parents: Sequence[Origin], recipe: Given | None = None) -> list[dict[str, Any]]:
    """What `batch_formed` says of each batch that comes of this decision, which nothing refuses."""
    if kind != REWORK_KIND:
        whole, parts = _unrounded(parents[0], recipe), given["parts"] if kind == SPLIT_KIND else [given]
        return [_part(kind, one["batch"], one["quantity"], parents, whole) for one in parts]
    assert recipe is not None
    size, content = parents[0].order["size"], third_form(recipe)
    times = scaling.factor(content, size)
    assert times is not None
    made = {"procedure": content["procedure"], **scaling.scale(content, times)}
    head = {name: given[name] for name in ("recipe", "version", "recipe_hash")} | {"product": recipe["product"]}
    return [_born(kind, given["into"], size, parents, head | made, given["lots"])]


def _unrounded(parent: Origin, recipe: Given | None) -> Origin:
    """A batch as its approved recipe says it, with the same left to do: its own amounts and limits may be those of a
    part, rounded already, and would drift with each split or come back wider. Of a form whose amounts no order has
    scaled, or where the recipe is not there, as the first order froze it."""
    content = third_form(recipe) if recipe is not None and is_master(recipe) else parent.first
    if content is None:
        return parent
    left = {one["id"] for one in _left(parent)["phases"]}
    order = {**parent.order, **{name: content[name] for name in ("size", *_FROZEN)}}
    return replace(parent, order=order, ended=frozenset(one["id"] for one in content["phases"]) - left)


def _part(kind: str, batch: str, size: Given, parents: Sequence[Origin], of: Origin) -> dict[str, Any]:
    left = _left(of)
    times = scaling.factor(left, size)
    assert times is not None
    made = {"procedure": left["procedure"], **scaling.scale(left, times)}
    head = {name: parents[0].order[name] for name in _OF_ORDER}
    return _born(kind, batch, size, parents, head | made)


def _born(
    kind: str, batch: str, size: Given, parents: Sequence[Origin], content: Given, more: Sequence[Given] = ()
) -> dict[str, Any]:
    every = [*(one for parent in parents for one in parent.order["lots"]), *more]
    lots = dict.fromkeys((one["material"], one["lot"]) for one in every)
    named = {"batch": batch, "size": dict(size), "how": HOW[kind], "parents": [one.batch for one in parents]}
    begun = kind != REWORK_KIND and any(one.ended or one.order.get("begun") for one in parents)
    return {**named, "begun": begun, "lots": [{"material": one, "lot": lot} for one, lot in lots], **content}


def _parent_refused(parent: Origin) -> Refusal | None:
    if not parent.is_open:
        return Refusal("batch_closed", {"batch": parent.batch, "status": parent.status})
    under_way = sorted((parent.begun - parent.ended) | parent.typing)
    return Refusal("batch_under_way", {"batch": parent.batch, "phases": under_way}) if under_way else None


def _phases_refused(parent: Origin) -> Refusal | None:
    """Out of limits stops a batch until it is explained (PRD-10): in its parts nobody would be asked for that."""
    if parent.unexplained:
        return Refusal(UNEXPLAINED, {"batch": parent.batch, "phases": sorted(parent.unexplained)})
    drawing = [one["id"] for one in _left(parent)["phases"] if _draws_on(one, parent.ended)]
    return Refusal("batch_split_draws", {"batch": parent.batch, "phases": drawing}) if drawing else None


def _draws_on(phase: Given, ended: frozenset[str]) -> bool:
    slots = [slot for one in phase.get("inputs", ()) for slot in one["from"] or ()]
    slots += [slot for one in phase.get("printed", ()) for some in one["sources"].values() for slot in some or ()]
    named = {time["since"] for time in phase["times"]} | {slot.partition("/")[0] for slot in slots}
    return not named.isdisjoint(ended)


def _left(parent: Origin) -> dict[str, Any]:
    """The order without the phases that ended: what remains comes after what remains, also where one between them was
    skipped."""
    order, ended = parent.order, parent.ended
    after = {one["id"]: one["after"] for one in order["phases"]}
    phases = [one | {"after": _still(one["id"], after, ended)} for one in order["phases"] if one["id"] not in ended]
    units = [
        unit
        | {
            "operations": [
                made
                for made in (
                    one | {"phases": [phase for phase in one["phases"] if phase not in ended]}
                    for one in unit["operations"]
                )
                if made["phases"]
            ]
        }
        for unit in order["procedure"]
    ]
    return {
        "size": order["size"],
        "phases": phases,
        "procedure": [unit for unit in units if unit["operations"]],
        "materials": order["materials"],
    }


def _still(phase: str, after: Mapping[str, Sequence[str]], ended: frozenset[str]) -> list[str]:
    """What a phase still waits for: in place of one that ended, what that one would have waited for."""
    found: dict[str, None] = {}
    open_ = [*after[phase]]
    seen = set[str]()
    while open_:
        one = open_.pop(0)
        if one not in ended:
            found[one] = None
        elif one not in seen:
            seen.add(one)
            open_[:0] = after.get(one, ())
    return list(found)


def _alike(one: Origin, other: Origin) -> bool:
    same = all(one.order[name] == other.order[name] for name in _OF_ORDER)
    left = [[phase["id"] for phase in _left(each)["phases"]] for each in (one, other)]
    return same and one.order["size"]["unit"] == other.order["size"]["unit"] and left[0] == left[1]


def _unfit(parent: Origin, size: Given) -> Refusal | None:
    material = scaling.unfit(_left(parent), size)
    return None if material is None else _too_fine(size, material)


def _too_fine(size: Given, material: str) -> Refusal:
    return Refusal("order_size_unfit", {"size": f"{size['value']} {size['unit']}", "material": material})


def _sum(quantities: Sequence[Given]) -> Decimal:
    with localcontext(prec=60):
        return sum((Decimal(one["value"]) for one in quantities), Decimal(0))
