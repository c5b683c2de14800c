"""What the chart shows: lines with their working time and slots, and the batches that have no line yet."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from server.core import clock, days
from server.core.errors import PestleError
from server.planning import model as planning
from server.planning.lines import queries, rules
from server.planning.lines.model import DONE, Line, Slot
from server.planning.pages import Page, written
from server.production import model as production
from server.production import queries as batches
from server.recipes import queries as recipes
from server.recipes import structure

Answer = dict[str, Any]
_MOST = 5_000
_GOING = (production.ORDERED, production.IN_PROGRESS, production.AWAITING_REVIEW)


def chart(connection: Connection, since: datetime, until: datetime) -> Answer:
    """Every line with its working time in this while and the slots in it; and what waits for a line."""
    slots, batches_ = queries.slots(connection), _batches(connection)
    short = _short(connection, days.today(connection))
    lines = []
    for given in queries.all_lines(connection):
        on = queries.working(connection, given)
        ours = [one for one in slots.values() if one.line == on.code]
        counts = [one for one in ours if queries.state_of(connection, one.batch) != DONE]
        seen = [one for one in ours if one.start < until and since < one.end]
        shown = [_slot(one, on, counts) | _about(one.batch, batches_, short) for one in seen]
        opens = [{"start": clock.text(start), "end": clock.text(end)} for start, end in rules.windows(on, since, until)]
        lines.append({**given, "open": opens, "slots": shown})
    waiting = [_about(number, batches_, short) for number in batches_ if number not in slots]
    waiting = [one for one in waiting if one["state"] in (production.PLANNED, production.ORDERED)]
    said = {"from": clock.text(since), "to": clock.text(until), "now": clock.now_text()}
    return said | {
        "lines": lines,
        "waiting": sorted(waiting, key=lambda one: (one["planned_start"] or "", one["batch"])),
    }


def proposal(connection: Connection, number: str, code: str, start: datetime) -> Answer:
    """{start, end} on a line from the first working time: as long as the batch has its line now, else as long as the
    critical path of its recipe. PestleError `planning_line_unknown`, `planning_duration_unknown`."""
    on = queries.find_line(connection, code)
    if on is None:
        raise PestleError("planning_line_unknown", {"line": code})
    has = queries.slots(connection).get(number)
    before = None if has is None else queries.find_line(connection, has.line)
    minutes = None if has is None or before is None else rules.worked(before, has.start, has.end)
    minutes = minutes or _batches(connection).get(number, {}).get("minutes")
    found = None if not minutes else rules.proposed(on, start, minutes)
    if found is None:
        raise PestleError("planning_duration_unknown", {"batch": number, "line": code})
    return {"start": clock.text(found[0]), "end": clock.text(found[1])}


def _slot(one: Slot, on: Line, counts: list[Slot]) -> Answer:
    """`outside` and `overlaps`: what a newer calendar, or another slot of before, makes of it."""
    others = [other for other in counts if other.batch != one.batch]
    counted = any(other.batch == one.batch for other in counts)
    return {
        "start": clock.text(one.start),
        "end": clock.text(one.end),
        "outside": counted and not rules.works(on, one.start, one.end),
        "overlaps": rules.overlapping(on.code, one.start, one.end, others) if counted else [],
    }


def _about(number: str, known: dict[str, Answer], short: dict[str, list[Answer]]) -> Answer:
    nothing = {"product": None, "size": None, "state": None, "planned_start": None, "minutes": None}
    return {"batch": number, **nothing, **known.get(number, {}), "short": short.get(number, [])}


def _batches(connection: Connection) -> dict[str, Answer]:
    """What is planned, ordered or under way; `minutes`: the critical path of its recipe, None without times."""
    planned = {row.batch: row for row in batches.all_orders(connection)}
    found: dict[str, Answer] = {}
    for line in batches.batch_lines(connection, _GOING, limit=_MOST)[0]:
        batch, row = batches.find_batch(connection, line.number), planned.pop(line.number, None)
        minutes = None if batch is None else structure.critical(batch.phases)[0]
        start = None if row is None else row.planned_start
        found[line.number] = _known(line.product, line.size, line.status, start, minutes)
    for row in planned.values():
        recipe = recipes.find_recipe(connection, row.recipe, row.version)
        if row.state == production.PLANNED and recipe is not None:
            minutes = structure.critical(recipe.payload["phases"])[0]
            size = {"value": row.size_value, "unit": row.size_unit}
            found[row.batch] = _known(recipe.payload["product"], size, row.state, row.planned_start, minutes)
    return found


def _known(product: Answer, size: Answer | None, state: str, start: str | None, minutes: int | None) -> Answer:
    known: Answer = {"product": product, "size": size, "state": state, "planned_start": start}
    return known | {"minutes": minutes or None}


def _short(connection: Connection, today: str) -> dict[str, list[Answer]]:
    """By batch what of its bill comes late; nothing where the bills go round in a circle, as the plan itself tells."""
    try:
        page = Page(connection, today)
    except PestleError:
        return {}
    found = defaultdict(list)
    for one in page.plan.requirements:
        late = page.explained.short(one)
        if one.cause == planning.FOR_ORDER and late > 0:
            amount = {"value": written(late), "unit": page.site.units.get(one.item, "")}
            found[one.about].append({"item": one.item, "name": page.names.get(one.item), "quantity": amount})
    return found
