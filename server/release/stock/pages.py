"""What the screen of a lot shows of its containers: who was given which, who took from it, what was wrong."""

from typing import Any

from sqlalchemy import Connection

from server.materials import queries as materials
from server.production import queries as batches


def containers(connection: Connection, material: str, number: str, day: str) -> dict[str, Any] | None:
    """{unit, announced: how many were delivered, quantity: how much, items, missing} of a lot; None for no lot.

    `items` are its containers with what batches were told of each; `missing` tells of weighings of the lot that named
    none.
    """
    lot = materials.find_lot(connection, material, number, day)
    if lot is None:
        return None
    told = batches.exceptions(connection, material, number)
    shown = batches.show(connection, materials.containers_of(connection, material, number), day)
    return {
        "unit": materials.material_unit(connection, material),
        "announced": lot.containers,
        "quantity": lot.quantity,
        "items": [
            {**line, "exceptions": [one for one in told if one["container"] == line["container"]]} for line in shown
        ],
        "missing": [one for one in told if one["container"] is None],
    }
