"""What a witness remembers of versions of materials, and which rule they are held to (MAT-02)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from server.materials.masters import model, rules
from server.witness.versions import Register, VersionRules


@dataclass(frozen=True, slots=True)
class _Version:
    sha256: str
    unit: str
    state: str
    submitted_by: str

    def becoming(self, state: str) -> Self:
        return replace(self, state=state)


def _begun(given: Mapping[str, Any], actor: str) -> _Version:
    return _Version(given["sha256"], given["unit"], model.SUBMITTED, actor)


class MasterRules(VersionRules[_Version]):
    def __init__(self) -> None:
        super().__init__(
            Register(
                "material",
                model.DECISIONS,
                model.STATES,
                model.stream,
                rules.refused,
                _begun,
            )
        )
