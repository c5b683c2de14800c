"""Loads that come and go by themselves, so that a demonstration plant shows life without anyone at the balance."""

import asyncio
import random
from decimal import Decimal

from device_bridge.emulator.scale import Scale

EMPTY_SECONDS = 10.0
LOADED_SECONDS = 20.0
LIGHTEST_GRAMS, HEAVIEST_GRAMS = 200, 25_000


async def cycle(scale: Scale, seed: str) -> None:
    """Put loads on and take them off, until cancelled. The same seed gives the same loads."""
    chance = random.Random(seed)
    # Balances that start together do not move together.
    await asyncio.sleep(chance.uniform(0, EMPTY_SECONDS))
    while True:
        scale.put(Decimal(chance.randint(LIGHTEST_GRAMS, HEAVIEST_GRAMS)).scaleb(-3))
        await asyncio.sleep(LOADED_SECONDS)
        scale.put(Decimal(0))
        await asyncio.sleep(EMPTY_SECONDS)
