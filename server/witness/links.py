"""What materials say of their own units, such as a density, from the log alone: the newest version that is approved."""

from collections.abc import Sequence

from server.core import units
from server.core.units import Link
from server.materials.masters.model import APPROVED_KIND, SUBMITTED_KIND, stream
from server.witness.seen import Seen


class MaterialLinks:
    """The conversions of each material after the entries learnt so far."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, int], Sequence[Link]] = {}
        self._approved: dict[str, int] = {}
        # Of which a version cannot be read.
        self._unknown: set[str] = set()

    def of(self, material: str) -> Sequence[Link] | None:
        """None where that cannot be told any more."""
        if stream(material) in self._unknown:
            return None
        return self._said.get((material, self._approved.get(material, 0)), ())

    def learn(self, seen: Seen) -> None:
        kind, given = seen.head.kind, seen.body
        if not seen.by_server or kind not in (SUBMITTED_KIND, APPROVED_KIND):
            return
        if given is None:
            self._unknown.add(seen.head.stream)
        elif kind == SUBMITTED_KIND:
            self._said[given["material"], given["version"]] = units.links(given["conversions"])
        else:
            self._approved[given["material"]] = max(given["version"], self._approved.get(given["material"], 0))
