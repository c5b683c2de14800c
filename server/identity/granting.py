"""A role that signs holds only once a second person, who holds as much, has confirmed it (IDN-08).

Whoever manages people could otherwise make somebody up who releases, and sign in that name. Pure, so that the door and
a witness, who has nothing but the log, judge alike. What was granted before these rules were is as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.identity import grants
from server.identity.model import (
    GRANT_CONFIRMED,
    GRANT_DECLINED,
    PERMISSIONS,
    PERSON_ADDED,
    PERSON_ADDED_V2,
    PERSON_ADDED_V3,
    ROLES_CHANGED,
    ROLES_CHANGED_V2,
    ROLES_CHANGED_V3,
    SERVER,
    SIGNS,
    Grant,
)

MEANING = {"code": "grant_confirmed", "zh": "已核实该人员，同意授予上述角色", "en": "Person known to me, roles granted"}
# What grants: `grants` of the third version hold at once, `waiting` ones do not.
GRANTING = (PERSON_ADDED, PERSON_ADDED_V2, PERSON_ADDED_V3, ROLES_CHANGED, ROLES_CHANGED_V2, ROLES_CHANGED_V3)
# From the first of these on, a log is one that these rules were kept in.
SINCE = (PERSON_ADDED_V3, ROLES_CHANGED_V3)
KINDS = (*GRANTING, GRANT_CONFIRMED, GRANT_DECLINED)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person holds, what waits for a second person's word, and who wants to grant that."""

    grants: tuple[Grant, ...] = ()
    waiting: tuple[Grant, ...] = ()
    by: str | None = None


def signing(role: str) -> tuple[str, ...]:
    """What the role may decide that a signature makes a record; none for a role that one person's word grants."""
    return tuple(one for one in PERMISSIONS[role] if one in SIGNS)


def covers(held: Sequence[Grant], grant: Grant) -> bool:
    """Whether whoever holds these may sign all that the grant lets somebody sign, wherever it does."""
    limits = [grants.limits(held, permission) for permission in signing(grant.role)]
    return all(one is None or (grant.areas is not None and set(grant.areas) <= set(one)) for one in limits)


def split(held: Sequence[Grant], wanted: Sequence[Grant]) -> tuple[list[Grant], list[Grant]]:
    """What may hold at once, and what must wait: of a role that is widened, what was held stays meanwhile."""
    waiting = [one for one in wanted if not covers(held, one)]
    kept = [_common(before, one) for one in waiting for before in held if before.role == one.role]
    return [*(one for one in wanted if one not in waiting), *(one for one in kept if one is not None)], waiting


def refused(kind: str, given: Mapping[str, Any], actor: str, standing: Standing, own: Sequence[Grant]) -> str | None:
    """Why an entry of these kinds about a person who stands so must not be; `own` is what its actor holds.

    The server's console grants alone: a plant's first releasers come from nowhere else, and whoever has a shell there
    could write what he likes; the log says that it was the console, and those who release are told.
    """
    if kind in GRANTING:
        alone = actor == SERVER or all(covers(standing.grants, one) for one in grants.of_payload(given))
        return None if alone else "grant_needs_second"
    if not standing.waiting:
        return "nothing_to_confirm"
    if kind != GRANT_CONFIRMED:
        return None
    if grants.of_lines(given["grants"]) != list(standing.waiting):
        return "grants_stale"
    second = actor not in (given["person"], standing.by) and all(covers(own, one) for one in standing.waiting)
    return None if second else "not_permitted"


def after(kind: str, given: Mapping[str, Any], actor: str, standing: Standing) -> Standing:
    """How the person stands once the entry counts."""
    if kind in GRANTING:
        waiting = tuple(grants.of_lines(given.get("waiting", ())))
        return Standing(tuple(grants.of_payload(given)), waiting, actor if waiting else None)
    if kind == GRANT_DECLINED:
        return Standing(standing.grants)
    roles = {one.role for one in standing.waiting}
    return Standing((*(one for one in standing.grants if one.role not in roles), *standing.waiting))


def said(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was shown to who confirms."""
    return {"person": given["person"], "grants": given["grants"], "meaning": given["meaning"]["code"]}


def _common(held: Grant, wanted: Grant) -> Grant | None:
    if held.areas is None or wanted.areas is None:
        return held if wanted.areas is None else wanted
    areas = tuple(one for one in wanted.areas if one in held.areas)
    return Grant(wanted.role, areas) if areas else None
