"""The nouns of the usage decision: what stands for and against a lot, and what was decided about it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync import canonical

# A second person has looked at what was recorded, against the raw data, and signs that.
CHECKED = "quality.results_checked.v1"
# QA says that an original result does not count, for what its investigation found; a retest alone never says so.
SET_ASIDE = "quality.result_set_aside.v1"
# QA agrees that what a supplier has done will help, so that its lots are sampled again (ISO 2859-1:1999, 9.4).
RESUMED = "quality.sampling_resumed.v1"
RESUME_MEANING = {"code": "resumed", "zh": "同意供应商措施，恢复抽样检验", "en": "Measures agreed: sampling goes on"}
CHECK_MEANING = {"code": "checked", "zh": "已复核", "en": "Checked"}
ASIDE_MEANING = {"code": "set_aside", "zh": "经调查，该结果不计入", "en": "Investigated: this result does not count"}
RECORDS, DECIDES = "results.record", "lot.decide"
KEEPS_CERTIFICATES = ("results.record", "lot.receive")
STAGE = "incoming"
# What somebody recorded who may not is shown, and stands for nothing; what fails counts against the lot all the same.
STANDS_FOR_NOTHING = frozenset({"person_not_permitted", "not_qualified", "device_revoked", "correction_unknown"})


@dataclass(frozen=True, slots=True)
class Line:
    """One result that stands: of the entry `entry` at `index` in the log, recorded by `by`, tested by `analyst`;
    `specification` is `code/version`.

    `counts`: nothing speaks against who recorded it, nor against the sample that it was found in. `checked_by` is None
    until a second person has signed.
    """

    entry: str
    index: int
    test: str
    verdict: str
    specification: str | None
    by: str
    analyst: str
    counts: bool
    checked_by: str | None
    set_aside: bool
    sample: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a lot, what its decision depends on. `size` and `hash` say how far its stream in the log reaches.

    `sha256` is that of the specification in force; `since` the place in the log of the last release, after which a
    lot that is released must have been tested to be released anew. `sampled`: None where nothing is to be sampled.
    `authors`: who had a hand in results that were corrected. `told`: see `told_of`; None where it is not shown.
    `discontinued`: whether sampling of its supplier's lots has stopped; None where no switching rules are asked.
    """

    material: str
    lot: str
    status: str
    size: int
    hash: str
    specification: str | None
    version: int | None
    sha256: str | None
    tests: tuple[str, ...]
    lines: tuple[Line, ...]
    since: int
    inspection: str | None = None
    sampled: bool | None = None
    samplers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    told: str | None = None
    discontinued: bool | None = None

    @property
    def digest(self) -> str:
        """Of all that is shown: every entry of the lot by the running hash of its stream, what handhelds said in theirs
        and what the server has flagged, and what judges it."""
        names = ["material", "lot", "status", "size", "hash", "specification", "version", "sha256", "inspection"]
        names += [] if self.told is None else ["told"]
        return hashlib.sha256(canonical.encode({name: getattr(self, name) for name in names})).hexdigest()


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a release; `details` name what stands against it."""

    code: str
    met: bool
    details: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        return {"code": self.code, "met": self.met, "details": [*self.details]}


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a lot; of older ones, which nobody signed, only status, reason and by whom."""

    entry: str
    index: int
    status: str
    reason: str | None
    by: str
    at: str
    conditions: str | None
    retest: str | None
    digest: str | None


def supply(material: str, supplier: str) -> str:
    """The stream of what is decided about a supplier's lots of a material."""
    return f"supply/{material}/{supplier}"


def told_of(entries: Iterable[tuple[str, Sequence[str]]]) -> str:
    """SHA-256 over (id, flags) of what is said of a lot elsewhere than in its stream, and of what is flagged there, in
    the order of the log: the running hash of a stream covers neither."""
    return hashlib.sha256(canonical.encode([[entry, [*flags]] for entry, flags in entries])).hexdigest()


def said_of_check(given: Mapping[str, Any]) -> dict[str, Any]:
    """What whoever checks results signs."""
    return {name: given[name] for name in ("entry", "digest", "comment")} | {"meaning": given["meaning"]["code"]}


def said_of_resuming(given: Mapping[str, Any]) -> dict[str, Any]:
    """What whoever lets sampling go on signs."""
    names = ("material", "supplier", "reason")
    return {name: given[name] for name in names} | {"meaning": given["meaning"]["code"]}


def said_of_aside(given: Mapping[str, Any]) -> dict[str, Any]:
    """What whoever sets a result aside signs."""
    names = ("entry", "test", "instead", "reason")
    return {name: given[name] for name in names} | {"meaning": given["meaning"]["code"]}
