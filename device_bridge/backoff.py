"""Waiting longer after each failure, with some chance in it, so that bridges do not come back all at once."""

import asyncio
import random


class Backoff:
    """Doubles from `first` to `longest` seconds; `reset` after a success."""

    def __init__(self, first: float = 0.25, longest: float = 15.0) -> None:
        self._first, self._longest = first, longest
        self._next = first

    def reset(self) -> None:
        self._next = self._first

    async def wait(self) -> None:
        pause, self._next = self._next, min(self._next * 2, self._longest)
        await asyncio.sleep(pause * random.uniform(0.75, 1.25))
