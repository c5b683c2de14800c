"""The nouns of issuing: what a batch needs of a material, and a container that was brought to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

ALLOCATED = "production.containers_allocated.v2"
ISSUED = "production.container_issued.v1"
RETURNED = "production.container_returned.v1"
ISSUES = "material.issue"


@dataclass(frozen=True, slots=True)
class Need:
    """What the frozen recipe of a batch weighs of a material: `value` by its targets, `most` by their upper limits,
    in `unit`."""

    material: str
    name: Mapping[str, str]
    value: Decimal
    most: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A container that may be given to a batch: what is in it, {value, unit}, and the last day that it may be used on
    (YYYY-MM-DD), None where nothing ends that."""

    container: str
    material: str
    held: Mapping[str, str]
    use_until: str | None


@dataclass(frozen=True, slots=True)
class Issue:
    """A container in the hands of production: what was in it when it came, and when it went back. Times are UTC text;
    quantities {value, unit}."""

    container: str
    material: str
    lot: str
    batch: str
    held: Mapping[str, str]
    location: str | None
    by: str
    at: str
    returned: Mapping[str, str] | None = None
    returned_by: str | None = None
    returned_at: str | None = None
