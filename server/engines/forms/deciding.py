"""What may become of a version of a form: one rule, asked at the door and again by witnesses, from the log alone."""

from collections.abc import Sequence
from typing import Protocol

from server.engines.forms import model
from server.engines.forms.model import Payload

SUBMITTED, APPROVED, REJECTED, WITHDRAWN = "submitted", "approved", "rejected", "withdrawn"


class Known(Protocol):
    """What is known of a version: its bytes, who submitted it, what was decided, and its first day."""

    @property
    def sha256(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def submitted_by(self) -> str: ...
    @property
    def effective_from(self) -> str | None: ...


def refused(kind: str, given: Payload, actor: str, day: str, versions: Sequence[Known]) -> str | None:
    """Why this cannot be stated of a form with these versions, the first first, on a day (UTC, YYYY-MM-DD); None where
    nothing speaks against it."""
    if kind in SUBMISSIONS:
        if any(one.state == SUBMITTED for one in versions):
            return "form_waiting"
        if kind == model.VERSION_SUBMITTED and dict(given["meaning"]) != model.PREPARED:
            return "form_version_wrong"
        return None if given["version"] == len(versions) + 1 else "form_version_wrong"
    version = versions[given["version"] - 1] if given["version"] <= len(versions) else None
    may_be = (SUBMITTED, APPROVED) if kind == model.VERSION_WITHDRAWN else (SUBMITTED,)
    if version is None or version.state not in may_be:
        return "form_version_stale"
    if kind == model.VERSION_WITHDRAWN:
        return None
    if version.submitted_by == actor:
        return "form_own"
    if kind == model.VERSION_REJECTED and version.sha256 != given["sha256"]:
        return "form_version_stale"
    return _approval_refused(given, version, day, versions) if kind in _APPROVALS else None


def _approval_refused(given: Payload, version: Known, day: str, versions: Sequence[Known]) -> str | None:
    """Of exactly these bytes, from a day that is not past, and not before that of an earlier version."""
    signed_here = "meaning" in given
    if version.sha256 != given["sha256"] or (signed_here and dict(given["meaning"]) != model.MEANING):
        return "form_version_stale"
    earlier = [one.effective_from for one in versions if one.state == APPROVED and one.effective_from]
    return "form_day_past" if given["effective_from"] < max([day, *earlier]) else None


_APPROVALS = (model.VERSION_APPROVED_V1, model.VERSION_APPROVED)
STATES = {
    **dict.fromkeys(_APPROVALS, APPROVED),
    **dict.fromkeys((model.VERSION_REJECTED_V1, model.VERSION_REJECTED), REJECTED),
    model.VERSION_WITHDRAWN: WITHDRAWN,
}
SUBMISSIONS = (model.VERSION_SUBMITTED_V1, model.VERSION_SUBMITTED)
KINDS = (*SUBMISSIONS, *STATES)
