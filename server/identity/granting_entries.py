"""The kinds with which roles are granted by two: wanted by who manages people, confirmed by somebody who releases."""

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Column, Connection, Table, Text, delete, insert, select, update

from server.core import db, fields
from server.core.db import records
from server.core.kinds import Entry, Kind, Ruling
from server.identity import granting, grants, model, queries, rules, signing
from server.identity.granting import Standing
from server.identity.model import ROLES, Grant, Person
from server.identity.projection import person

# One row for each person for whom something waits; `grants` as the table of people has them.
waiting = Table(
    "identity_waiting_grant",
    records,
    Column("person", Text, primary_key=True),
    Column("grants", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
)


def area() -> plain.String:
    return plain.String(required=True, validate=validate.Regexp(grants.AREA + r"\Z"))


class GrantShape(Schema):
    """A role, everywhere (`areas` is null) or in certain areas."""

    role = fields.choice(*ROLES)
    areas = plain.List(area(), required=True, allow_none=True, validate=validate.Length(1, 100))


class PersonAddedV3(Schema):
    """`waiting` are roles that hold only when a second person has confirmed them."""

    person = fields.code()
    login = plain.String(required=True, validate=validate.Regexp(model.LOGIN + r"\Z"))
    name = fields.text()
    name_en = fields.text(none=True)
    grants = fields.many(GrantShape, 0, len(ROLES))
    waiting = fields.many(GrantShape, 0, len(ROLES))


class RolesChangedV3(Schema):
    """`grants` are all that the person holds from now on, `waiting` all that waits for a second person's word."""

    person = fields.code()
    grants = fields.many(GrantShape, 0, len(ROLES))
    waiting = fields.many(GrantShape, 0, len(ROLES))
    reason = fields.text(2000)


class GrantConfirmed(signing.Signed):
    """The second person's electronic signature: exactly these roles, for this person."""

    person = fields.code()
    grants = fields.many(GrantShape, 1, len(ROLES))
    meaning = signing.meaning(granting.MEANING["code"])


class GrantDeclined(Schema):
    """What waited for the person waits no longer: refused by who would have confirmed it, or taken back."""

    person = fields.code()
    reason = fields.text(2000)


def decide_granting(connection: Connection, entry: Entry) -> Ruling:
    """Roles that exclude each other do so wherever they hold, and while they wait; areas are in the register."""
    given = entry.payload
    wanted = [*grants.of_payload(given), *grants.of_lines(given.get("waiting", ()))]
    if entry.kind == model.PERSON_ADDED_V3 and not wanted:
        return Ruling(refusal="request_malformed", details={"grants": ["nobody without a role"]})
    return _check(connection, wanted) or _judge(connection, entry) or Ruling()


def decide_confirmation(connection: Connection, entry: Entry) -> Ruling:
    unsigned = signing.refusal(connection, entry, granting.said(entry.payload))
    return unsigned or _judge(connection, entry) or Ruling()


def decide_declining(connection: Connection, entry: Entry) -> Ruling:
    return _judge(connection, entry) or Ruling()


def standing(connection: Connection, person_id: str) -> Standing:
    """What a person holds and what waits for them; nothing of somebody who is not known."""
    found = queries.find_person(connection, person_id)
    row = connection.execute(select(waiting).where(waiting.c.person == person_id)).first()
    held = () if found is None else found.grants
    return Standing(held) if row is None else Standing(held, tuple(grants.parse(row.grants)), row.by)


def is_for(connection: Connection, person_id: str, second: Person) -> bool:
    """Whether it may be this second person who confirms what waits for the other."""
    now = standing(connection, person_id)
    others = second.id not in (person_id, now.by)
    return bool(now.waiting) and others and all(granting.covers(second.grants, one) for one in now.waiting)


def all_waiting(connection: Connection) -> list[dict[str, Any]]:
    """{person, grants, by, at} of everybody for whom something waits, the oldest first; `person` and `by` are ids."""
    rows = connection.execute(select(waiting).order_by(waiting.c.at, waiting.c.person))
    return [{**row._mapping, "grants": [one.payload() for one in grants.parse(row.grants)]} for row in rows]


def limited_to(connection: Connection, area_id: str) -> list[str]:
    """Whose roles, held or waiting, are limited to the area."""
    held = [(one.id, one.grants) for one in queries.all_people(connection)]
    held += [(row.person, tuple(grants.parse(row.grants))) for row in connection.execute(select(waiting))]
    return sorted({person_id for person_id, given in held if any(area_id in (one.areas or ()) for one in given)})


def project(connection: Connection, entry: Entry) -> None:
    """What holds and what waits from now on, of somebody whom the table of people has."""
    given = entry.payload
    now = granting.after(entry.kind, given, entry.actor, standing(connection, given["person"]))
    roles = " ".join(one.role for one in now.grants)
    values = {"roles": roles, "grants": grants.text(now.grants)}
    connection.execute(update(person).where(person.c.id == given["person"]).values(**values))
    if now.waiting:
        row = {"person": given["person"], "grants": grants.text(now.waiting), "by": now.by, "at": entry.recorded_at}
        db.put(connection, waiting, row)
    else:
        connection.execute(delete(waiting).where(waiting.c.person == given["person"]))


def add_person(connection: Connection, entry: Entry) -> None:
    given = entry.payload
    names = {name: given[name] for name in ("login", "name", "name_en")}
    connection.execute(insert(person).values(id=given["person"], **names, roles="", grants=""))
    project(connection, entry)


def _check(connection: Connection, wanted: Sequence[Grant]) -> Ruling | None:
    conflict = rules.conflicting_roles([one.role for one in wanted])
    if conflict:
        return Ruling(refusal="roles_conflict", details={"roles": conflict})
    named = {one for grant in wanted for one in grant.areas or ()}
    unknown = sorted(named - {one.area for one in queries.all_areas(connection)})
    return Ruling(refusal="area_unknown", details={"areas": unknown}) if unknown else None


def _judge(connection: Connection, entry: Entry) -> Ruling | None:
    about = entry.payload["person"]
    own = standing(connection, entry.actor).grants
    code = granting.refused(entry.kind, entry.payload, entry.actor, standing(connection, about), own)
    return None if code is None else Ruling(refusal=code, details={"person": about})


KINDS = (
    Kind(model.GRANT_CONFIRMED, GrantConfirmed, "decision", decide_confirmation, project, by=model.SIGNS),
    Kind(
        model.GRANT_DECLINED,
        GrantDeclined,
        "decision",
        decide_declining,
        project,
        by=("people.manage", *model.SIGNS),
    ),
)
