"""What a person was granted: a role everywhere, or in certain areas; what that permits, and where (IDN-01)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from server.identity.model import PERMISSIONS, Grant

# As login names: never two that a capital letter tells apart.
AREA = r"[a-z0-9][a-z0-9._-]{0,39}"


@dataclass(frozen=True, slots=True)
class Area:
    """`places` are the rooms that it has, as equipment, recipes and devices name them."""

    area: str
    name: dict[str, str]
    places: tuple[str, ...]

    def payload(self) -> dict[str, object]:
        return {"area": self.area, "name": self.name, "places": list(self.places)}


def of_payload(payload: Mapping[str, Any]) -> list[Grant]:
    """The grants of an entry that adds a person or changes roles; before there were areas all held everywhere."""
    if "grants" not in payload:
        return [Grant(role) for role in payload["roles"]]
    return of_lines(payload["grants"])


def of_lines(lines: Iterable[Mapping[str, Any]]) -> list[Grant]:
    """From {role, areas}."""
    return [Grant(line["role"], None if line["areas"] is None else tuple(line["areas"])) for line in lines]


def text(grants: Iterable[Grant]) -> str:
    """For one column: `role` or `role@area,area`, with blanks between."""
    return " ".join(one.role if one.areas is None else f"{one.role}@{','.join(one.areas)}" for one in grants)


def parse(column: str) -> list[Grant]:
    parts = (one.partition("@") for one in column.split())
    return [Grant(role, tuple(areas.split(",")) if at else None) for role, at, areas in parts]


def permits(grants: Iterable[Grant], permission: str, area: str | None = None) -> bool:
    """Whether the permission is held in the area; without one, whether it is held anywhere."""
    return any(
        permission in PERMISSIONS[one.role] and (area is None or one.areas is None or area in one.areas)
        for one in grants
    )


def limits(grants: Iterable[Grant], permission: str) -> list[str] | None:
    """The areas in which the permission is held, sorted; None where it is held everywhere."""
    holding = [one for one in grants if permission in PERMISSIONS[one.role]]
    if any(one.areas is None for one in holding):
        return None
    return sorted({area for one in holding for area in one.areas or ()})


def limits_of_any(grants: Iterable[Grant], permissions: Iterable[str]) -> list[str] | None:
    """The areas in which at least one of the permissions is held, sorted; None where one is held everywhere."""
    held = list(grants)
    found = [limits(held, permission) for permission in permissions]
    return None if None in found else sorted({area for one in found for area in one or ()})
