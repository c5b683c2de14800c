"""What screens show of the material master: the register, and one material with its versions."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from server.engines.flows import queries as flows
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.masters import model, queries
from server.materials.masters.model import Master

Answer = dict[str, Any]


def listing(connection: Connection) -> Answer:
    """All materials by code: of the register, and those of which a first version waits."""
    register, versions = materials.register(connection), queries.all_versions(connection)
    items = [_line(code, register.get(code), versions.get(code, [])) for code in sorted({*register, *versions})]
    return {"items": items}


def _line(code: str, known: Mapping[str, Any] | None, versions: Sequence[Master]) -> Answer:
    newest, now = versions[-1] if versions else None, queries.in_force([*versions])
    shown: Mapping[str, Any] = known or {name: getattr(newest, name) for name in ("name", "type", "unit")}
    return {
        "material": code,
        **{name: shown[name] for name in ("name", "type", "unit")},
        "version": None if now is None else now.version,
        "storage": None if now is None else now.storage,
        "newest": None if newest is None else newest.version,
        "state": None if newest is None else state(newest, now),
        "known": known is not None,
    }


def one(connection: Connection, code: str) -> Answer | None:
    """A material with its versions, the newest first; one that came by import alone has none."""
    known, versions = materials.register(connection).get(code), queries.versions_of(connection, code)
    if known is None and not versions:
        return None
    named = {who for each in versions for who in (each.submitted_by, each.decided_by) if who is not None}
    people, now = identity.people(connection, named), queries.in_force(versions)
    shown = [_version(connection, each, now, people) for each in reversed(versions)]
    return {**_line(code, known, versions), "versions": shown}


def state(one: Master, now: Master | None) -> str:
    """submitted, effective, superseded, returned."""
    if one.state != model.APPROVED or now is None:
        return one.state
    return "effective" if one.version == now.version else "superseded"


def _version(connection: Connection, one: Master, now: Master | None, people: Mapping[str, Any]) -> Answer:
    running = flows.last_about(connection, model.FLOW, model.subject(one.material, one.version))
    same = ("version", "sha256", "reason", *(name for name in model.SAID if name not in ("name", "conversions")))
    return {name: getattr(one, name) for name in same} | {
        "name": dict(one.name),
        "conversions": [*one.conversions],
        "state": state(one, now),
        "by": people.get(one.submitted_by),
        "at": one.submitted_at,
        "decided_by": people.get(one.decided_by or ""),
        "decided_at": one.decided_at,
        "decided_reason": one.decided_reason,
        "instance": None if running is None else running.instance,
    }
