"""What the label of a dispensed container says: for which batch, of which lot, how much, and who weighed it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from server.core import days
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.labels import queries as labels
from server.production import queries as batches
from server.production.dispensing.projection import dispensed
from server.production.projection import entry_
from sync.log import reading
from sync.log.reading import StoredEntry


def containers(connection: Connection, labels: Iterable[str], day: str) -> dict[str, Mapping[str, str]]:
    """Of dispensed containers by their labels, as `server.materials.labels.printables` wants it. Of a label that stands
    on two, which is for QA to decide, the first."""
    c = dispensed.c
    query = select(c.into_label, c.idx).join(entry_, c.idx == entry_.c.idx).where(entry_.c.superseded_by.is_(None))
    rows = connection.execute(query.where(c.into_label.in_(list(labels))).order_by(c.idx.desc()))
    newest = {row.into_label: row.idx for row in rows}
    said: dict[str, Mapping[str, str]] = {}
    for stored in reading.at(connection, sorted(newest.values())):
        if stored.payload is not None:
            said[stored.envelope.body["into"]] = _said(connection, stored, stored.envelope.body, day)
    return said


def _said(connection: Connection, stored: StoredEntry, given: Mapping[str, Any], day: str) -> dict[str, str]:
    who = [stored.head.actor, *([given["verified_by"]] if given["verified_by"] else [])]
    people = identity.people(connection, who)
    batch = batches.batch_line(connection, given["batch"])
    lot = materials.find_lot(connection, given["material"], given["lot"], day)
    said = {"code": f"PESTLE-CONTAINER:1:{given['into']}", "container": given["into"], "batch": given["batch"]}
    said |= {"phase": given["phase"], "portion": str(given["portion"]), "material": given["material"]}
    said |= {"lot": given["lot"], "dispensed": days.of(connection, stored.head.captured_at)}
    said |= {name: _quantity(given[name]) for name in ("tare", "net", "gross") if given[name] is not None}
    said |= {name: str(people[one]["name"]) for name, one in zip(("dispensed_by", "checked_by"), who, strict=False)}
    if batch is not None:
        said |= {f"product_{lang}": batch.product["name"][lang] for lang in ("zh", "en")}
    if lot is not None:
        said |= labels.named_lot(connection, lot)
    return {key: text for key, text in said.items() if text}


def _quantity(given: Mapping[str, str]) -> str:
    return f"{given['value']} {given['unit']}"
