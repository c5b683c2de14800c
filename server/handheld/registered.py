"""What is filled into a form and what the registers say of it: lots, equipment; asked when an entry comes, and lent."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from server.core import days
from server.core.kinds import Entry, Fact, Ruling
from server.engines.forms.records import model as records
from server.engines.forms.records import queries as filled
from server.equipment import queries as equipment
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.model import Lot

Definition = Mapping[str, Any]
USABLE = ("released", "restricted")
# So many lots of one material are lent to a tablet; of more it is told nothing, and the server judges alone.
MOST_LOTS = 300


def judge_registered(connection: Connection, entry: Entry) -> Ruling:
    """A lot or piece of equipment that is not in the register, not of the kind that the field asks for, or not to be
    used on that day, is kept and told."""
    record = filled.find_record(connection, entry.payload["record"])
    definition = None if record is None else filled.definition(connection, record.sha256)
    if definition is None:
        return Ruling()
    day = days.captured(connection, entry)
    found = [one for given in entry.payload["values"] for one in _doubts(connection, definition, given, day)]
    stream = records.record_stream(entry.payload["record"])
    facts = [
        Fact(records.EXCEPTION, stream, records.exception(entry.payload["record"], one, [entry.id]), one.path)
        for one in found
    ]
    return Ruling(tuple(dict.fromkeys(one.code for one in found)), facts)


def _doubts(
    connection: Connection, definition: Definition, given: Mapping[str, Any], day: str
) -> Iterator[records.Judgement]:
    planned, value = filled.field_at(definition, given["path"]), given["value"]
    if planned is None or not isinstance(value, str):
        return
    found = None
    if planned["type"] == "lot":
        found = _doubt_lot(connection, planned["material"], value, day)
    elif planned["type"] == "equipment":
        found = _doubt_equipment(connection, planned["class"], value, day)
    if found is not None:
        code, details = found
        yield records.Judgement(code, given["path"], {"value": value, **details}, given["comment"])


Doubt = tuple[str, dict[str, str | None]]


def _doubt_lot(connection: Connection, material: str | None, value: str, day: str) -> Doubt | None:
    """The lot may be told as its label says it, `material/lot`, or by its number alone."""
    lot = _find_lot(connection, material, value, day)
    if lot is None:
        return "lot_unknown", {}
    if material is not None and lot.material != material:
        return "lot_other_material", {"material": lot.material}
    return None if lot.status in USABLE else ("lot_not_usable", {"status": lot.status})


def _find_lot(connection: Connection, material: str | None, value: str, day: str) -> Lot | None:
    head, _, tail = value.partition("/")
    keys = [] if material is None else [(material, value)]
    found = [materials.find_lot(connection, code, number, day) for code, number in (*keys, (head, tail))]
    named = [lot for lot in found if lot is not None]
    return next(iter(named or materials.lots_named(connection, value, day, 1)), None)


def _doubt_equipment(connection: Connection, wanted: str | None, value: str, day: str) -> Doubt | None:
    piece = equipment.find_equipment(connection, value)
    if piece is None:
        return "equipment_unknown", {}
    if wanted is not None and piece.class_ != wanted:
        return "equipment_other_class", {"class": piece.class_}
    due = piece.calibration_due
    return ("calibration_overdue", {"due": due}) if due is not None and due < day else None


def lent(connection: Connection, definition: Definition, day: str) -> dict[str, Any]:
    """What a form is filled in with: `permitted`, the people who may what a field for a person asks, by permission;
    `lots` of the materials that its fields name; `equipment`, all."""
    fields = [one for section in definition["sections"] for each in section["fields"] for one in _with_columns(each)]
    permissions = sorted({one["permission"] for one in fields if one["type"] == "person" and one["permission"]})
    wanted = sorted({one["material"] for one in fields if one["type"] == "lot" and one["material"]})
    lots = {code: materials.lots_of_material(connection, code, day, MOST_LOTS + 1) for code in wanted}
    people = identity.all_people(connection) if any(one["type"] == "person" for one in fields) else []
    return {
        "permitted": {name: [person.id for person in people if name in person.permissions] for name in permissions},
        "people": [person.payload() for person in people if person.roles],
        "lots": {
            code: [{"lot": lot.lot, "status": lot.status, "expiry": lot.expiry} for lot in found]
            for code, found in lots.items()
            if len(found) <= MOST_LOTS
        },
        "equipment": [piece.payload() for piece in equipment.all_equipment(connection)],
    }


def _with_columns(field: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield field
    yield from field.get("columns", ())
