"""What rules about the values of batches remember alike: orders, what has been superseded, and what was erased."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from server.handheld.entries import OF_BATCHES
from server.production import model
from server.release.model import RESOLVED_KIND
from server.witness.seen import Seen, misflagged, unflagged
from sync.verify.rules import ERASED

Body = Mapping[str, Any]
# Of an entry that says another place than its header.
MISPLACED = "subject_mismatch"
_COMMON = (*model.RELEASES, model.EXCEPTION, model.CONFLICT, RESOLVED_KIND)


class StandingRules:
    """Of every batch its phases and which of its entries stand; `kinds` are what the rules at hand need besides."""

    kinds: Collection[str] = ()

    def __init__(self) -> None:
        self.phases: dict[str, Sequence[Body]] = {}
        self.superseded: set[str] = set()
        self._conflicts: dict[str, list[str]] = {}
        # Streams of which not every entry can be read any more, by the entries that are needed of each.
        self._about: dict[int, str] = {}
        self._blind: set[str] = set()
        # What these are of: a log of years may have lost the streams of thousands of batches.
        self._blind_of: set[str] = set()
        self._count = 0

    def phases_of(self, batch: str) -> Sequence[Body]:
        """Those that were ordered; none of a batch of whose entries one was erased, of which nothing is judged."""
        stream = model.batch_stream(batch)
        return () if stream in self._blind else self.phases.get(stream, ())

    def losers(self, body: Body) -> set[str]:
        """The claims that a decision of QA takes away."""
        return {one for one in self._conflicts.get(body["conflict"], ()) if one != body["chosen"]}

    def learn(self, seen: Seen) -> None:
        index, head, body = self._count, seen.head, seen.body
        self._count += 1
        if seen.by_server and head.kind == ERASED and body is not None:
            self._lose({self._about[one["index"]] for one in body["entries"] if one["index"] in self._about})
        if seen.is_strange or head.kind not in (*self.kinds, *_COMMON):
            return
        if body is None:
            # A device may have said it in the stream of another batch: then nobody knows of which it was.
            self._lose({head.stream, *(self.phases if MISPLACED in seen.stamp.flags else ())})
            return
        self._about[index] = model.batch_stream(body["batch"]) if "batch" in body else head.stream
        corrects = head.corrects if "correction_unknown" not in seen.stamp.flags else None
        if corrects is not None and head.kind in OF_BATCHES and not seen.by_server:
            self.superseded.add(corrects)
        self._take(seen, body)
        self.take(seen, body)

    def _lose(self, streams: Collection[str]) -> None:
        self._blind.update(streams)
        self._blind_of.update(one.partition("/")[0] for one in streams)

    def _take(self, seen: Seen, body: Body) -> None:
        match seen.head.kind:
            case kind if kind in model.RELEASES:
                self.phases.setdefault(seen.head.stream, body["phases"])
            case model.CONFLICT:
                self._conflicts[seen.head.id] = body["entries"]
            case kind if kind == RESOLVED_KIND:
                self.superseded |= self.losers(body)

    def take(self, seen: Seen, body: Body) -> None:
        """What the rules at hand remember of an entry."""

    @staticmethod
    def compare(seen: Seen, owed: Collection[str], among: Collection[str]) -> None:
        """SyncError `flag_missing` or `flag_wrong` where the receipt says other flags of these than are owed."""
        for flag in among:
            told = flag in seen.stamp.flags
            if flag in owed and not told:
                raise unflagged(flag, f"{seen.head.kind} in {seen.head.stream} deserves it")
            if told and flag not in owed:
                raise misflagged(flag, f"nothing of the kind is wrong in {seen.head.stream}")
