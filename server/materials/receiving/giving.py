"""Gives lot numbers, which are once in a site: one in the very transaction that receives at a desk, a block to a
handheld that goes where there is no connection."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from server.core import days
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.outcomes import SERVER
from server.core.plant import Plant
from server.materials.receiving import model, numbering, queries
from server.materials.receiving.model import Block

STREAM = "receiving"
# Of people who receive at the same moment, each takes what the one before has left.
_ATTEMPTS = 20
# A handheld that has fewer numbers left than this is given more.
_FEW = 5


def next_lot(plant: Plant, material: str, facts: Callable[[str], Sequence[Fact]]) -> str:
    """The next lot number of a material, reserved and used by the `facts` about it, all or nothing. PestleError
    `lot_number_long`, and what these are refused with."""
    for attempt in range(_ATTEMPTS):
        with plant.engine.connect() as connection:
            day = days.today(connection)
            block = queries.next_free(connection, material, day)
        lot = numbering.number(block.pattern, material, block.period, block.last)
        if not numbering.fits(lot):
            raise PestleError("lot_number_long", {"material": material, "lot": lot})
        try:
            plant.recorder.state(_reserved(block, SERVER, None), *facts(lot))
        except PestleError as error:
            if error.code != "numbers_taken" or attempt + 1 == _ATTEMPTS:
                raise
        else:
            return lot
    raise AssertionError("unreachable")


def take_along(plant: Plant, device: str, unit: str, *, reserves: bool = True) -> dict[str, Any]:
    """What a handheld needs to receive on its own in a unit of work: {rule, blocks} of lot numbers that are nobody
    else's. Asked again, it is the same blocks, and one more when few are left and whoever asks `reserves`."""
    for attempt in range(_ATTEMPTS):
        with plant.engine.connect() as connection:
            day = days.today(connection)
            rule = queries.rule_in_force(connection)
            period = numbering.period(rule.pattern, day)
            blocks = [one for one in queries.blocks_of(connection, device, unit) if one.pattern == rule.pattern]
            blocks = [one for one in blocks if one.period == period]
            if blocks and blocks[-1].last - queries.used_of(connection, blocks[-1]) >= _FEW:
                return {"rule": rule.payload(), "blocks": [one.payload() for one in blocks]}
            if not reserves:
                return {"rule": rule.payload(), "blocks": [one.payload() for one in blocks]}
        more = _next_unused(plant, day)
        try:
            plant.recorder.state(_reserved(more, device, unit))
        except PestleError as error:
            if error.code != "numbers_taken" or attempt + 1 == _ATTEMPTS:
                raise
        else:
            return {"rule": rule.payload(), "blocks": [one.payload() for one in (*blocks, more)]}
    raise AssertionError("unreachable")


def _next_unused(plant: Plant, day: str) -> Block:
    """The next numbers of which no lot has one: those that some has by other ways, such as from before there was a
    rule, are nobody's for ever."""
    while True:
        with plant.engine.connect() as connection:
            block = queries.next_block(connection, day, model.BLOCK)
            used = queries.used_of(connection, block)
        if used < block.first:
            return block
        try:
            plant.recorder.state(_reserved(replace(block, last=used), SERVER, None))
        except PestleError as error:
            # Somebody else was the first, and these are gone.
            if error.code != "numbers_taken":
                raise


def give_back(plant: Plant, device: str, unit: str) -> None:
    """What a device has reserved for a unit of work and not used is nobody's again; all that it has received there must
    be in the log."""
    with plant.engine.connect() as connection:
        blocks = queries.blocks_of(connection, device, unit)
        unused = [(one, queries.used_of(connection, one) + 1) for one in blocks]
    for block, first in unused:
        if first <= block.last:
            said = {"period": block.period, "first": first, "last": block.last, "device": device}
            plant.recorder.state(Fact(model.NUMBERS_RETURNED, STREAM, said))


def _reserved(block: Block, device: str, unit: str | None) -> Fact:
    return Fact(model.NUMBERS_RESERVED, STREAM, {**block.payload(), "device": device, "unit": unit})
