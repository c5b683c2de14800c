"""What the label of a sample says: whose it is, of which lot, and when it was taken."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from sqlalchemy import Connection

from server.core import days
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.labels import queries as labels
from server.quality.inspection import model, queries
from server.quality.inspection.model import Sample

_PURPOSES = {model.TEST: ("检验", "Test"), model.IDENTITY: ("鉴别", "Identity"), model.RETAINED: ("留样", "Retained")}


def samples(connection: Connection, numbers: Iterable[str], day: str) -> dict[str, Mapping[str, str]]:
    """Of samples by their numbers, as `server.materials.labels.printables` wants it; what is of the lot it adds."""
    found = [one for one in (queries.find_sample(connection, number) for number in numbers) if one is not None]
    return {one.sample: _said(connection, one, day) for one in found}


def _said(connection: Connection, one: Sample, day: str) -> dict[str, str]:
    inspection = queries.find(connection, one.inspection)
    people = identity.people(connection, [one.taken_by])
    zh, en = _PURPOSES[one.purpose]
    said = {"code": one.sample, "sample": one.sample, "inspection": one.inspection, "purpose_zh": zh, "purpose_en": en}
    taken = days.of(connection, one.taken_at)
    said |= {"quantity": _quantity(one), "taken": taken, "taken_by": people[one.taken_by]["name"]}
    lot = None if inspection is None else materials.find_lot(connection, inspection.material, inspection.lot, day)
    if lot is not None:
        said |= labels.named_lot(connection, lot)
    return {key: text for key, text in said.items() if text}


def _quantity(one: Sample) -> str:
    """All of it together; where the containers' units differ, each."""
    units = {line["quantity"]["unit"] for line in one.containers}
    if len(units) == 1:
        return f"{sum(Decimal(line['quantity']['value']) for line in one.containers):f} {units.pop()}"
    return " + ".join(f"{line['quantity']['value']} {line['quantity']['unit']}" for line in one.containers)
