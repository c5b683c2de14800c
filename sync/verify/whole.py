"""Joins what was found in the blocks of a log: where one goes on from another, and what only the end can tell."""

from collections.abc import Callable, Iterator
from typing import Any

from sync.errors import SyncError
from sync.verify.keys import DeviceKey
from sync.verify.result import Wrong
from sync.verify.rules import Ends, check_chain, check_last, check_stream


class Whole:
    """Give it the ends of every block, in order; `full` as for the rules."""

    def __init__(self, full: bool) -> None:
        self._full = full
        self._ends = Ends()
        self.erased = 0

    @property
    def withheld(self) -> int:
        """Payloads that are missing, and that nothing so far has erased."""
        return len(self._ends.missing)

    def join(self, block: Ends) -> list[Wrong]:
        """What is wrong where this block goes on from those before."""
        wrong = [*self._openings(block), *self._unsettled(block)]
        ends = self._ends
        ends.recorded = block.recorded or ends.recorded
        ends.devices |= block.devices
        ends.streams |= block.streams
        ends.missing |= block.missing
        for by, index, entry_id in block.erased:
            if index < by and ends.missing.get(index) == entry_id:
                del ends.missing[index]
                self.erased += 1
        return wrong

    def finish(self, key: Callable[[str], DeviceKey], may_withhold: bool) -> list[Wrong]:
        """What fast mode has put off, `key` being a device's at the end; and payloads that are missing."""
        ends = self._ends
        pairs = [] if self._full else [(last.index, last, key(device)) for device, last in ends.devices.items()]
        wrong = [one for index, *pair in pairs for one in _found(index, check_last, *pair)]
        if ends.missing and not may_withhold:
            text = "its payload is not there, and nothing says that it was erased"
            wrong.append(Wrong("payload_missing", text, min(ends.missing)))
        return wrong

    def _openings(self, block: Ends) -> Iterator[Wrong]:
        before = self._ends.recorded
        if block.recorded and before and block.recorded[1] < before[2]:
            text = f"{block.recorded[1]} is before the entry before it"
            yield Wrong("recorded_at_wrong", text, block.recorded[0])
        for device, (index, *claim) in block.opened_devices.items():
            yield from _found(index, check_chain, device, self._ends.devices.get(device), *claim)
        for stream, (index, *claim) in block.opened_streams.items():
            yield from _found(index, check_stream, stream, self._ends.streams.get(stream), *claim)

    def _unsettled(self, block: Ends) -> Iterator[Wrong]:
        for device, key in block.unsettled:
            last = self._ends.devices.get(device)
            if last is not None:
                yield from _found(last.index, check_last, last, key)


def _found(index: int, check: Callable[..., None], *claim: Any) -> list[Wrong]:
    try:
        check(*claim)
    except SyncError as error:
        return [Wrong(error.code, error.detail, index)]
    return []
