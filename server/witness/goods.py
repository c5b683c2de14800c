"""What a witness knows of materials: of which type each is, in which unit it is counted, and what it says of its own
units."""

from server.core import units
from server.materials.masters import model
from server.witness.remembering import Body, Remembering
from server.witness.seen import Seen

_Version = tuple[str, int]


class Goods(Remembering):
    """The register of materials after the entries learnt so far."""

    def __init__(self) -> None:
        super().__init__()
        self.types: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self._links: dict[str, list[units.Link]] = {}
        self._submitted: dict[_Version, Body] = {}

    @property
    def is_whole(self) -> bool:
        """Whether every entry about materials could be read."""
        return not self._blind

    def links(self, material: str) -> list[units.Link]:
        return self._links.get(material, [])

    def _learn_own(self, seen: Seen, index: int) -> None:
        kind, given = seen.head.kind, seen.body
        if kind not in (model.DEFINED_KIND, model.SUBMITTED_KIND, model.APPROVED_KIND) or seen.is_strange:
            return
        self._about[index] = None
        if given is None:
            self._blind = True
        elif kind == model.DEFINED_KIND:
            self.types[given["material"]], self.units[given["material"]] = given["type"], given["unit"]
        elif kind == model.SUBMITTED_KIND:
            self._submitted[given["material"], given["version"]] = given
        elif (given["material"], given["version"]) in self._submitted:
            said = self._submitted[given["material"], given["version"]]
            self.types[given["material"]], self.units[given["material"]] = said["type"], said["unit"]
            self._links[given["material"]] = units.links(said["conversions"])
