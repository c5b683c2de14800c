"""The plant for the length of a command, closed again however the command ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.core.config import from_environment
from server.core.plant import Plant
from server.plant import open_plant


@contextmanager
def opened() -> Iterator[Plant]:
    plant = open_plant(from_environment())
    try:
        yield plant
    finally:
        plant.close()
