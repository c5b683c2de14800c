"""How far the log is published and witnessed, and what is wrong with that; for the state line of every screen."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import clock, db
from server.core import plant as site
from server.core.errors import PestleError
from server.core.plant import Plant
from server.core.witnessing import State
from server.identity import access
from server.site import backup
from sync.log import publication, reading
from sync.trust import NONE, Opened, Policy

# Longer than a restart of the witness's machine takes; a day without one is a gap that an inspector asks about.
LATE_MINUTES = 15
# What a person must act upon at once, however short it lasts.
_AT_ONCE = ("witness_ahead", "witness_refused", "witness_foreign")

blueprint = Blueprint("log_state", __name__, url_prefix="/api/log", description="How far the log is witnessed")


class Seen(Schema):
    name = plain.String()
    at = plain.String()


class PublishedAnswer(Schema):
    size = plain.Integer()
    root = plain.String()
    note = plain.String()
    witnesses = plain.List(plain.Nested(Seen))


class WitnessAnswer(Schema):
    name = plain.String()
    url = plain.String()
    size = plain.Integer()
    at = plain.String(allow_none=True)
    code = plain.String(allow_none=True)
    detail = plain.String()
    since = plain.String(allow_none=True)


class Warned(Schema):
    """As the catalogue words it, `what`, `kept` and `next` in both languages."""

    code = plain.String()
    since = plain.String(allow_none=True)
    detail = plain.String()
    what = plain.Dict()
    kept = plain.Dict()
    next = plain.Dict()


class StateAnswer(Schema):
    size = plain.Integer()
    root = plain.String()
    published = plain.Nested(PublishedAnswer, allow_none=True)
    witnessed_until = plain.String(allow_none=True)
    quorum = plain.String()
    witnesses = plain.List(plain.Nested(WitnessAnswer))
    warning = plain.Nested(Warned, allow_none=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """`late_since` is when the first entry was recorded that no witness has seen, None when all are seen."""

    policy: Policy
    size: int
    root: bytes
    published: tuple[bytes, Opened] | None
    until: str | None
    late_since: str | None


def standing(connection: Connection, plant: Plant) -> Standing:
    """As the database has it, whichever process publishes."""
    head = plant.log.head(connection)
    policy = publication.policy(connection, plant.log)
    signed = publication.published(connection, plant.log, policy)
    found = None if signed is None else (signed, policy.open(signed))
    size = 0 if found is None else found[1].checkpoint.size
    last, first = (reading.one(connection, index) if index >= 0 else None for index in (size - 1, size))
    witnessed = policy.quorum != NONE
    return Standing(
        policy,
        head.size,
        head.root,
        found,
        last.stamp.recorded_at if last is not None and witnessed else None,
        first.stamp.recorded_at if first is not None and witnessed else None,
    )


def warning(stand: Standing, states: list[State]) -> dict[str, Any] | None:
    """{code, since, detail} of what is wrong with the witnesses, None when nothing is or it has not lasted."""
    for state in states:
        if state.code in _AT_ONCE:
            return {"code": state.code, "since": _time(state.since), "detail": f"{state.name}: {state.detail}"}
    limit = clock.text(clock.now() - timedelta(minutes=LATE_MINUTES))
    if stand.late_since is None or stand.late_since > limit:
        return None
    failing = next((state for state in states if state.code is not None), None)
    detail = "" if failing is None else f"{failing.name}: {failing.detail}"
    return {"code": "witness_unreachable", "since": stand.late_since, "detail": detail}


@blueprint.get("/state")
@blueprint.response(200, StateAnswer)
def show_state() -> dict[str, Any]:
    """How far the log goes, is published, and is witnessed; for everybody who is signed in."""
    access.current_person()
    plant = site.current()
    with db.snapshot(plant.engine) as connection:
        stand = standing(connection, plant)
        overdue = backup.warning(connection, plant.config.backup)
    states = plant.publisher.states()
    return {
        "size": stand.size,
        "root": stand.root.hex(),
        "published": None if stand.published is None else _published(*stand.published),
        "witnessed_until": stand.until,
        "quorum": stand.policy.quorum,
        "witnesses": _witnesses(stand, states),
        "warning": _worded(warning(stand, states) or overdue),
    }


def _worded(wrong: dict[str, Any] | None) -> dict[str, Any] | None:
    if wrong is None:
        return None
    code: str = wrong["code"]
    body = PestleError(code).body()
    return wrong | {name: body[name] for name in ("what", "kept", "next")}


def _published(signed: bytes, opened: Opened) -> dict[str, Any]:
    return {
        "size": opened.checkpoint.size,
        "root": opened.checkpoint.root.hex(),
        "note": signed.decode(),
        "witnesses": [{"name": name, "at": _time(at)} for name, at in opened.witnessed.items()],
    }


def _witnesses(stand: Standing, states: list[State]) -> list[dict[str, Any]]:
    """Every witness in use; what this process knows of it, else what the published checkpoint says."""
    known = {state.name: state for state in states}
    opened = None if stand.published is None else stand.published[1]
    answer = []
    for one in stand.policy.witnesses:
        state = known.get(one.name, State(one.name, one.url))
        seen = 0 if opened is None else opened.witnessed.get(one.name, 0)
        size = max(state.size, opened.checkpoint.size if opened is not None and seen else 0)
        at = max(state.at or 0, seen)
        since = {"since": _time(state.since), "code": state.code, "detail": state.detail}
        answer.append({"name": one.name, "url": one.url, "size": size, "at": _time(at), **since})
    return answer


def _time(unix_seconds: int | None) -> str | None:
    return clock.text(clock.from_unix(unix_seconds)) if unix_seconds else None
