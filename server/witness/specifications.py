"""What a witness remembers of versions of specifications, and which rule they are held to (QUA-01)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from server.quality.specifications import model, rules
from server.witness.versions import Register, VersionRules


@dataclass(frozen=True, slots=True)
class _Version:
    material: str
    stage: str
    sha256: str
    state: str
    submitted_by: str

    def becoming(self, state: str) -> Self:
        return replace(self, state=state)


def _begun(given: Mapping[str, Any], actor: str) -> _Version:
    return _Version(given["material"], given["stage"], given["sha256"], model.SUBMITTED, actor)


class SpecificationRules(VersionRules[_Version]):
    def __init__(self) -> None:
        super().__init__(
            Register(
                "specification",
                model.DECISIONS,
                model.STATES,
                model.stream,
                rules.refused,
                _begun,
            )
        )
