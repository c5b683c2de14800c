"""What stands against a version of a material, and what may become of one: pure.

The door and a witness, who has nothing but the log, ask the same `refused`.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from server.core import units
from server.materials.masters import model
from server.materials.masters.model import Finding, Payload


def findings(given: Payload) -> list[Finding]:
    """Everything that keeps a version from being submitted."""
    found = [] if units.known(given["unit"]) else [Finding("unit_unknown", "unit")]
    for at, one in enumerate(given["conversions"]):
        found += [Finding(code, f"conversions/{at}") for code in _of_conversion(one)]
    if not found:
        found += _of_links(given)
    if given["storage"] == "special" and given["storage_note"] is None:
        found.append(Finding("storage_note_missing", "storage_note"))
    if None not in (given["shelf_life"], given["retest"]) and given["retest"] > given["shelf_life"]:
        found.append(Finding("retest_after_shelf_life", "retest"))
    return found


def _of_conversion(one: Payload) -> list[str]:
    sides = (one["given"], one["equals"])
    found = [] if all(units.known(side["unit"]) for side in sides) else ["unit_unknown"]
    return found if all(Decimal(side["value"]) > 0 for side in sides) else [*found, "conversion_nothing"]


def _of_links(given: Payload) -> list[Finding]:
    """Each says something new, and all lead to the unit of the stock."""
    own = units.links(given["conversions"])
    twice = units.contradicts(own)
    if twice is not None:
        return [Finding("conversion_twice", f"conversions/{twice}")]
    apart = [at for at, (unit, *_) in enumerate(own) if units.ratio(unit, given["unit"], own) is None]
    return [Finding("conversion_leads_nowhere", f"conversions/{at}") for at in apart]


class Known(Protocol):
    """What is known of a version: its bytes, what its stock is counted in, who submitted it, and what was decided."""

    @property
    def sha256(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def submitted_by(self) -> str: ...


def refused(kind: str, given: Payload, actor: str, versions: Sequence[Known]) -> str | None:
    """Why this cannot be stated of a material with these versions, the first first; None where nothing speaks against
    it."""
    if kind == model.SUBMITTED_KIND:
        return _submission_refused(given, versions)
    version = versions[given["version"] - 1] if given["version"] <= len(versions) else None
    if version is None or version.state != model.SUBMITTED or version.sha256 != given["sha256"]:
        return "master_stale"
    return "master_own" if kind == model.APPROVED_KIND and version.submitted_by == actor else None


def _submission_refused(given: Payload, versions: Sequence[Known]) -> str | None:
    if any(one.state == model.SUBMITTED for one in versions):
        return "master_waiting"
    if given["version"] != len(versions) + 1:
        return "master_version_wrong"
    if findings(given) or given["sha256"] != model.digest(given):
        return "master_faulty"
    approved = [one.unit for one in versions if one.state == model.APPROVED]
    return "master_unit_other" if approved and not same_stock(given, approved[-1]) else None


def same_stock(given: Payload, unit: str) -> bool:
    """Whether what was counted in this unit can be counted in the one of a version: stock does not change with it. A
    word that is no unit of UCUM may be left behind."""
    return not units.known(unit) or units.ratio(unit, given["unit"], units.links(given["conversions"])) is not None
