"""What rules of the witness remember of orders and of kinds of their own, and what an erasure takes from them again."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.handheld.model import batch_of
from server.production.model import RELEASES
from server.witness.seen import Seen
from sync.verify.rules import ERASED

Body = Mapping[str, Any]


class Remembering:
    """The phases of each batch as it was ordered. Without an entry that was erased less is judged, or nothing."""

    def __init__(self) -> None:
        self._phases: dict[str, Sequence[Mapping[str, Any]]] = {}
        self._count = 0
        # Of entries that are needed to judge: the stream of whose story they are; None where all depends on them.
        self._about: dict[int, str | None] = {}
        self._blind = False

    def learn(self, seen: Seen) -> None:
        index, head, body = self._count, seen.head, seen.body
        self._count += 1
        if not seen.by_server:
            return
        if head.kind == ERASED and body is not None:
            for one in body["entries"]:
                self._forget(one["index"])
        elif head.kind in RELEASES and batch_of(head.stream) is not None:
            self._about[index] = head.stream
            if body is not None:
                self._phases.setdefault(head.stream, body["phases"])
        else:
            self._learn_own(seen, index)

    def _learn_own(self, seen: Seen, index: int) -> None:
        raise NotImplementedError

    def _lose(self, stream: str) -> None:
        """An entry of this stream has been erased."""
        self._phases.pop(stream, None)

    def _forget(self, index: int) -> None:
        if index not in self._about:
            return
        stream = self._about[index]
        if stream is None:
            self._blind = True
        else:
            self._lose(stream)
