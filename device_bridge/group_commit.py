"""Group commit with no linger: whoever has a reading hands it in, and is told when it survives a power cut."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from device_bridge.outbox import Draft, Outbox
from sync.entry import Envelope

MAX_GROUP = 256
T = TypeVar("T")


class GroupCommit:
    """The outbox's one thread. While one group is being committed, the next gathers; nobody waits for company."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._thread = ThreadPoolExecutor(1, "outbox")
        self._waiting: asyncio.Queue[tuple[Draft, asyncio.Future[Envelope]]] = asyncio.Queue()
        self.grown = asyncio.Event()

    async def call(self, work: Callable[[Outbox], T]) -> T:
        """Run something on the outbox, in its thread, between two commits."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._outbox)

    async def append(self, draft: Draft) -> Envelope:
        """Sign and store; returns only when the commit did. Until then nothing may be called captured."""
        future: asyncio.Future[Envelope] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((draft, future))
        return await future

    async def run(self) -> None:
        """Commit group after group, until cancelled."""
        while True:
            group = [await self._waiting.get()]
            while len(group) < MAX_GROUP and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
            await self._commit(group)

    async def _commit(self, group: list[tuple[Draft, asyncio.Future[Envelope]]]) -> None:
        drafts = [draft for draft, _ in group]
        try:
            envelopes = await self.call(lambda outbox: outbox.append(drafts))
        except Exception as error:
            # A full disk, say: each who waits is told, and decides itself; the outbox is as it was before.
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        self.grown.set()
        for (_, future), envelope in zip(group, envelopes, strict=True):
            if not future.done():
                future.set_result(envelope)

    def close(self) -> None:
        """Wait for the commit under way, then close the file."""
        self._thread.shutdown(wait=True)
        self._outbox.close()
