"""Batches of a journey's own, ordered beside the running server as its commands do it."""

from collections.abc import Sequence
from typing import Any

from control_support import approved, master_of, ordered_by
from journeys.site import Site

from server.core.config import Config
from server.core.kinds import Fact
from server.core.plant import Plant
from server.plant import open_plant
from sync.log import reading

Payload = dict[str, Any]


def demonstrated(plant: Plant, batch: str) -> Payload:
    """The order of a batch of the demonstration."""
    with plant.engine.connect() as connection:
        orders = [one.envelope.body for one in reading.of_kind(connection, "production.order_released.v1")]
    [found] = [one for one in orders if one["batch"] == batch]
    return found


def order(
    here: Site, database_url: str, batch: str, phases: list[Payload], lots: Sequence[dict[str, str]] | None = None
) -> None:
    """By an approved recipe of these phases, for the product of the demonstration's batch, in its size and of its lots
    unless others are named."""
    plant = open_plant(Config(here.server.data, database_url))
    demo = demonstrated(plant, here.batch)
    recipe = master_of(phases, product=demo["product"], size=demo["size"])
    approved(plant, recipe)
    given = ordered_by(recipe, batch, lots=demo["lots"] if lots is None else list(lots))
    plant.recorder.state(Fact("production.order_released.v2", f"batch/{batch}", given, actor="P-0008"))
    plant.close()
