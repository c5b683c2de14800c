"""Which batch came of which, as the log tells it: what is asked of a batch is asked of all that it came of (PRD-14)."""

from collections.abc import Sequence

from server.production.descent.model import PARTS
from server.production.model import FORMED
from server.witness.seen import Seen


class Lineage:
    """After the entries learnt so far. What an erasure took of it is not there: less is asked then, never more."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[str, Sequence[str]]] = {}
        self._into: dict[str, list[str]] = {}

    def above(self, batch: str) -> list[str]:
        """Everything that it came of, however far back, the nearest first."""
        return self._walk(batch, any_way=True)

    def below(self, batch: str) -> list[str]:
        """Everything that came of it, however far on."""
        found: dict[str, None] = {}
        open_ = [batch]
        while open_:
            new = [one for one in self._into.get(open_.pop(0), ()) if one not in found and one != batch]
            found.update(dict.fromkeys(new))
            open_ += new
        return list(found)

    def same_made(self, batch: str) -> list[str]:
        """Those of them whose material is this batch's as it was: a rework has made something else of the rest."""
        return self._walk(batch, any_way=False)

    def first(self, batch: str) -> str:
        """What it was before anything of it was split or merged, by the first of its parents each time."""
        passed = {batch}
        how, parents = self._of.get(batch, ("", ()))
        while how in PARTS and parents[0] not in passed:
            batch = parents[0]
            passed.add(batch)
            how, parents = self._of.get(batch, ("", ()))
        return batch

    def _walk(self, batch: str, any_way: bool) -> list[str]:
        found: dict[str, None] = {}
        open_ = [batch]
        while open_:
            how, parents = self._of.get(open_.pop(0), ("", ()))
            # By number, as the door has them: which of two comes first tells whose copy of a number is meant.
            new = [one for one in sorted(parents) if one not in found and one != batch and (any_way or how in PARTS)]
            found.update(dict.fromkeys(new))
            open_ += new
        return list(found)

    def learn(self, seen: Seen) -> None:
        if seen.by_server and seen.head.kind == FORMED and seen.body is not None:
            self._of[seen.body["batch"]] = seen.body["how"], seen.body["parents"]
            for one in seen.body["parents"]:
                self._into.setdefault(one, []).append(seen.body["batch"])
