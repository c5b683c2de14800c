"""Gives numbers of batches, each in the very transaction that makes the batch or its order."""

from collections.abc import Callable, Sequence
from typing import Any

from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.production.model import order_stream
from server.production.numbers import model, queries

# Of people who plan at the same moment, each takes what the one before has left.
_ATTEMPTS = 20


def next_numbers(
    plant: Plant, product: str, day: str, count: int, person: str, facts: Callable[[Sequence[str]], Sequence[Fact]]
) -> list[str]:
    """So many numbers by the rule of a product, given and used by the `facts` about them, all or nothing. PestleError
    that these are refused with."""
    for attempt in range(_ATTEMPTS):
        with plant.engine.connect() as connection:
            given = queries.next_free(connection, product, day, count)
        numbers = [str(one["batch"]) for one in given]
        try:
            plant.recorder.state(*(_given(one, person) for one in given), *facts(numbers))
        except PestleError as error:
            if error.code != "batch_number_taken" or attempt + 1 == _ATTEMPTS:
                raise
        else:
            return numbers
    raise AssertionError("unreachable")


def typed(batch: str, product: str, day: str, reason: str, person: str) -> Fact:
    """A number that somebody has chosen, and why."""
    counted = dict.fromkeys(("scope", "pattern", "period", "seq"))
    return _given({"batch": batch, "product": product, "day": day, **counted, "reason": reason}, person)


def _given(said: dict[str, Any], person: str) -> Fact:
    batch = str(said["batch"])
    return Fact(model.GIVEN, order_stream(batch), said, subject=batch, actor=person)
