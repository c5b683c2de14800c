"""What a line's wall shows: every batch at work there, how it stands against its plan, and what needs somebody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from server.core import clock
from server.equipment import queries as equipment
from server.equipment.alarms import queries as alarmed
from server.identity import queries as identity
from server.production import queries as batches
from server.production.course import pace, rules
from server.production.course.queries import marks_of, quiet_for
from server.production.model import IN_PROGRESS, MAJOR, ORDERED, BatchLine
from server.recipes.model import find_phase
from server.release import queries as release

# As many batches as anybody can read across a hall.
MOST = 12
EVERYWHERE = "all"
Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Place:
    """`rooms` is None where the whole plant is meant."""

    name: Mapping[str, str] | None
    rooms: frozenset[str] | None

    def has(self, phases: Iterable[Mapping[str, Any]]) -> bool:
        return self.rooms is None or not self.rooms.isdisjoint(batches.rooms_of(phases))


def places(connection: Connection) -> list[dict[str, Any]]:
    """The walls that there are beside that of the whole plant: one for each area, {code, name}."""
    return [{"code": one.area, "name": dict(one.name)} for one in identity.all_areas(connection)]


def page(connection: Connection, code: str, devices: Lines, now: datetime) -> dict[str, Any]:
    """{place, at, places, batches, more, waiting, alarms, away}. `code` is an area, a room, or `all`; `devices` are
    those of `standing`.

    `alarms` are those of machines that stand there, `away` devices that hold one of these batches and are not
    connected."""
    place = _place(connection, code)
    found = []
    for line in batches.batch_lines(connection, (IN_PROGRESS,), limit=1000)[0]:
        known = batches.find_batch(connection, line.number)
        if known is not None and place.has(known.phases):
            found.append(_batch(connection, line, known.phases, now))
    numbers = {one["number"] for one in found}
    return {
        "place": {"code": code, "name": place.name},
        "at": clock.text(now),
        "places": places(connection),
        "batches": sorted(found, key=lambda one: (-one["critical"], not one["still"], one["number"]))[:MOST],
        "more": max(0, len(found) - MOST),
        "waiting": batches.status_counts(connection).get(ORDERED, 0) if place.rooms is None else None,
        "alarms": list(_alarms(connection, place)),
        "away": [_away(one, numbers) for one in devices if one["state"] != "connected" and _holds(one) & numbers],
    }


def _alarms(connection: Connection, place: _Place) -> Iterable[dict[str, Any]]:
    """A piece that stands nowhere by the register is told of where the whole plant is."""
    for code, alarms in sorted(alarmed.standing(connection).items()):
        piece = equipment.find_equipment(connection, code)
        room = None if piece is None else piece.location
        if place.rooms is None or room in place.rooms:
            name = None if piece is None else piece.name
            yield {"equipment": code, "name": name, "room": room, "alarms": [one.payload() for one in alarms]}


def _place(connection: Connection, code: str) -> _Place:
    if code == EVERYWHERE:
        return _Place(None, None)
    area = next((one for one in identity.all_areas(connection) if one.area == code), None)
    return _Place(None, frozenset({code})) if area is None else _Place(area.name, frozenset(area.places))


def _batch(connection: Connection, line: BatchLine, phases: Lines, now: datetime) -> dict[str, Any]:
    marks = marks_of(connection, line.number, {one["id"] for one in phases})
    working = pace.at_work(phases, marks)
    items = [one for one in batches.items_of(connection, line.number) if one.state == "open"]
    grave = [one for one in items if one.type != "exception" or one.details.get("severity") == MAJOR]
    return {
        **{name: getattr(line, name) for name in ("number", "product", "phases_done", "phases_total", "updated_at")},
        "now": [_at_work(one) for one in working],
        "next": [_named(one) for one in pace.may_begin(phases, marks)][:3],
        "limits": [_limit(phases, *one) for one in rules.running(phases, marks)],
        "still": pace.stands_still(now, datetime.fromisoformat(line.updated_at), working, quiet_for(connection)),
        "open_items": len(items),
        "critical": len(grave),
        "questions": release.open_questions(connection, line.number),
        "requests": release.open_requests(connection, line.number),
    }


def _at_work(one: pace.AtWork) -> dict[str, Any]:
    planned = one.phase.get("minutes")
    return {**_named(one.phase), "since": clock.text(one.since), "minutes": planned, "held": one.held}


def _named(phase: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": phase["id"], "name": phase["name"], "room": phase.get("room")}


def _limit(phases: Lines, phase: str, until: datetime) -> dict[str, Any]:
    planned = find_phase(phases, phase)
    return {"phase": phase if planned is None else planned["name"], "until": clock.text(until)}


def _holds(device: Mapping[str, Any]) -> set[str]:
    return {one["batch"] for one in device["batches"] if one["batch"]}


def _away(device: Mapping[str, Any], numbers: set[str]) -> dict[str, Any]:
    same = {name: device[name] for name in ("id", "name", "last_seen", "owes")}
    return same | {"batches": sorted(_holds(device) & numbers)}
