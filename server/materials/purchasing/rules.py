"""What keeps an order from being placed, decided or closed: pure."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from server.materials.purchasing import model
from server.materials.purchasing.model import Order, Payload

Refused = tuple[str, dict[str, Any]]


def lines_refused(
    lines: Sequence[Payload],
    units: Mapping[str, str],
    may_deliver: Callable[[str], bool],
    wanted: Mapping[tuple[str, str], Decimal],
) -> Refused | None:
    """Why these lines cannot be ordered: a code of the error catalogue, and of which line.

    `units` by known material; `may_deliver`: whether the supplier is approved for a material today; `wanted`: what
    approved requisitions still ask for, by (requisition, material). More than is asked for may be ordered, as it is
    packed; nothing for what has been ordered whole.
    """
    for at, line in enumerate(lines):
        about = {"line": line["line"], "material": line["material"]}
        unit, asked = units.get(line["material"]), (line["requisition"], line["material"])
        if line["line"] != at + 1:
            return "purchase_stale", about
        if unit is None:
            return "material_not_known", about
        if line["quantity"]["unit"] != unit or Decimal(line["quantity"]["value"]) <= 0:
            return "purchase_quantity_wrong", about | {"unit": unit}
        if not may_deliver(line["material"]):
            return "purchase_supplier_not_approved", about
        if line["requisition"] is not None and wanted.get(asked, Decimal(0)) <= 0:
            return "purchase_not_wanted", about | {"requisition": line["requisition"]}
    return None


class Known(Protocol):
    """What is known of an order that is decided on."""

    @property
    def sha256(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def placed_by(self) -> str: ...


def decision_refused(kind: str, found: Known | None, given: Payload, actor: str) -> str | None:
    """Why this cannot be decided; a code of the error catalogue."""
    if found is None or found.state != model.WAITING or found.sha256 != given["sha256"]:
        return "purchase_decided"
    return "purchase_own" if kind == model.APPROVED_KIND and found.placed_by == actor else None


def closing_refused(found: Order | None, line: int) -> str | None:
    """Why a line cannot be closed; a code of the error catalogue."""
    if found is None:
        return "purchase_unknown"
    here = next((one for one in found.lines if one.line == line), None)
    return None if found.state == model.APPROVED and here and here.state != model.CLOSED else "purchase_line_not_open"
