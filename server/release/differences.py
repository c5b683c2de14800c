"""What a batch does not account for of its materials: it holds the release until somebody has said why, and signed it
(21 CFR 211.184(c); CN GMP 2010, 187)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from server.production.issuing import queries as issuing
from server.production.issuing.model import Account
from server.release import rules
from server.release.model import Difference, Gate, Notice
from server.release.projection import explained


def of_batch(connection: Connection, batch: str) -> list[Difference]:
    """Of each material of which containers came to the batch, issued or not, in the order in which the first did."""
    found = issuing.answered(connection, batch)
    said = _said(connection, batch) if found else {}
    return [_difference(code, *told, said.get(code)) for code, told in found.items()]


def find(connection: Connection, batch: str, material: str) -> Difference | None:
    return next((one for one in of_batch(connection, batch) if one.material == material), None)


def gates(found: list[Difference]) -> list[Gate]:
    """None of a batch to which nothing came."""
    return [rules.gate("materials", [one.material for one in found if one.holds])] if found else []


def notices(found: list[Difference]) -> list[Notice]:
    return [_notice(one) for one in found if not one.settled]


def _notice(one: Difference) -> Notice:
    said = one.explained
    return Notice(
        id=f"difference:{one.material}",
        type="difference",
        code="material_difference",
        phase=None,
        slot=None,
        state="open" if said is None else "assessed",
        entries=(),
        # The amount that is signed: of what is with the batch still, all of it.
        details={**one.figures, "material": one.material, "difference": one.value, "severity": "major"}
        | {"unissued": list(one.unissued)},
        comment=None,
        decision=None if said is None else {**said, "chosen": None},
    )


def _difference(code: str, account: Account, unissued: list[str], said: Mapping[str, Any] | None) -> Difference:
    rest, figures = account.rest, issuing.reconciled(account)
    value = None
    if rest is not None:
        value = {"value": issuing.written(rest, account.places), "unit": account.unit}
    same = said is not None and same_amount(said["difference"], value)
    explained_by = {name: said[name] for name in ("by", "at", "text")} if said is not None and same else None
    return Difference(code, value, figures, issuing.settled(account), explained_by, tuple(unissued))


def same_amount(one: Mapping[str, str] | None, other: Mapping[str, str] | None) -> bool:
    if one is None or other is None:
        return one is other
    return one["unit"] == other["unit"] and Decimal(one["value"]) == Decimal(other["value"])


def _said(connection: Connection, batch: str) -> dict[str, dict[str, Any]]:
    rows = connection.execute(select(explained).where(explained.c.batch == batch).order_by(explained.c.idx))
    return {
        row.material: {
            "difference": None if row.value is None else {"value": row.value, "unit": row.unit},
            "by": row.by,
            "at": row.at,
            "text": row.reason,
        }
        for row in rows
    }
