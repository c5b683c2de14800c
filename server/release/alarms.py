"""Alarms of a batch's machines as its review shows them: raised in its work, and elsewhere while it used them."""

from typing import Any

from sqlalchemy import Connection

from server.equipment.alarms import queries as alarmed
from server.release.model import Notice

_SHOWN = ("equipment", "what", "severity", "source", "cleared_at")


def notices(connection: Connection, batch: str) -> list[Notice]:
    """One for each alarm, with who cleared it and why; what was done in it is an exception of its own."""
    told = [*alarmed.in_batch(connection, batch), *alarmed.of_batch(connection, batch)]
    found = {one["id"]: one for one in sorted(told, key=lambda one: (one["at"], one["idx"]))}
    return [_notice(one) for one in found.values()]


def _notice(one: dict[str, Any]) -> Notice:
    end = {"by": one["cleared_by"], "at": one["cleared_at"], "text": one["reason"], "chosen": None}
    return Notice(
        id=f"alarm:{one['id']}",
        type="alarm",
        code="alarm",
        phase=one["used_in"],
        slot=None,
        state="info",
        entries=(one["id"],),
        details={name: one[name] for name in _SHOWN} | {"index": one["idx"]},
        comment=None,
        decision=None if one["cleared_at"] is None else end,
    )
