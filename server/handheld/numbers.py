"""Lot numbers that handhelds take along for a day in a warehouse: for who receives there, and back with the day."""

from datetime import timedelta
from typing import Any

from server.core import clock
from server.core.errors import PestleError
from server.core.plant import Plant
from server.handheld import queries, warehouses
from server.handheld.model import warehouse_of
from server.identity import queries as identity
from server.materials.receiving import giving
from server.materials.receiving import queries as receiving
from server.materials.receiving.model import RECEIVES

# Before that everything has come, or what was not used stays a gap: a year of days is not looked through at each lease.
_LATELY = timedelta(days=14)


def lent(plant: Plant, person: str, device: str, unit: str) -> dict[str, Any]:
    """{receiving: {rule, blocks}} of a warehouse, reserved before anything is read: they are entries of the log.
    Whoever does not receive there takes none along. PestleError as `warehouses.refused`."""
    named = warehouse_of(unit)
    if named is None:
        return {}
    settle(plant, device)
    with plant.engine.connect() as connection:
        why = warehouses.refused(connection, unit, person)
        receives = identity.permitted(connection, person, RECEIVES, named[0])
    if why is not None:
        raise PestleError(*why)
    return {"receiving": giving.take_along(plant, device, unit, reserves=receives)}


def settle(plant: Plant, device: str) -> None:
    """What a device has not used of days that it handed back lately is nobody's again, once all that it wrote is in the
    log: what it received is named by what comes before its last word."""
    since = clock.text(clock.now() - _LATELY)
    with plant.engine.connect() as connection:
        held: dict[str, bool] = {}
        late: set[str] = set()
        came = plant.log.device_head(connection, device)[0]
        for lease in queries.leases_of_device(connection, device):
            back = lease.returned_at is not None and lease.last_seq is not None and lease.last_seq <= came
            held[lease.unit] = held.get(lease.unit, False) or not back
            late |= {lease.unit} if (lease.returned_at or "") >= since else set()
        units = {unit for unit, _ in receiving.units_of(connection, device) if unit in late and not held[unit]}
    for unit in sorted(units):
        giving.give_back(plant, device, unit)
