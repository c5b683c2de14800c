"""What keeps a requisition from being raised or decided: pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from server.materials.requisitions import model
from server.materials.requisitions.model import Requisition


def lines_refused(lines: Sequence[Mapping[str, Any]], units: Mapping[str, str]) -> tuple[str, dict[str, Any]] | None:
    """Why these lines cannot be asked for: a code of the error catalogue, and of which; `units` by known material."""
    for at, line in enumerate(lines):
        unit = units.get(line["material"])
        if unit is None:
            return "requisition_material_unknown", {"line": at, "material": line["material"]}
        if line["quantity"]["unit"] != unit or Decimal(line["quantity"]["value"]) <= 0:
            return "requisition_quantity_wrong", {"line": at, "material": line["material"], "unit": unit}
    return None


def decision_refused(kind: str, found: Requisition | None, actor: str) -> str | None:
    """Why this cannot be decided; a code of the error catalogue."""
    if found is None or found.state != model.OPEN:
        return "requisition_decided"
    return "requisition_own" if kind == model.APPROVED and found.raised_by == actor else None
