"""Reads for reviews of the audit trail: what a scope holds, what of it deserves a look first, and what was signed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, not_, or_, select

from server.core import log_filter
from server.production import queries as production
from server.production.descent import queries as births
from server.production.model import AFTER_DISPOSITION, POST_SEAL, batch_stream
from server.release.audit import rules
from server.release.audit.model import MOST_ENTRIES, AuditReview, Measure, Scope
from server.release.audit.projection import audit_review
from server.release.model import REJECTIONS, RELEASES
from sync.log.tables import log_entry

_LATE = (POST_SEAL, AFTER_DISPOSITION, "late_entry", "captured_outside")
# Kinds, or beginnings of them, that deserve a look first, by why.
LOOKS_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "signins": (
        "identity.signin_failed.",
        "identity.login_locked.",
        "identity.login_unlocked.",
        "handheld.pin_locked.",
        "handheld.pin_tried.",
    ),
    "refused": ("core.decision_refused.", "release.release_refused.", "handheld.input_quarantined."),
    "rights": (
        "identity.person_added.",
        "identity.roles_changed.",
        "identity.grant_",
        "identity.area_",
        "identity.badge_issued.",
        "identity.passkey_added.",
        "identity.credential_set.",
        "identity.password_confirmed.",
        "identity.policy_set.",
        "identity.device_enrolled.",
        "identity.journal_opened.",
        "training.requirement_set.",
    ),
    "withdrawn": (
        "identity.badge_withdrawn.",
        "identity.passkey_withdrawn.",
        "identity.device_revoked.",
        "handheld.lease_revoked.",
        "release.device_waived.",
        "production.allocation_released.",
        "training.qualification_withdrawn.",
        "forms.version_withdrawn.",
        "flows.instance_cancelled.",
    ),
    "decided": (
        "equipment.alarm_",
        "production.alarm_raised.",
        "production.exception_raised.",
        "production.exception_reported.",
        "production.exception_withdrawn.",
        "production.conflict_found.",
        "quality.deviation_",
        "release.conflict_resolved.",
        "release.exception_assessed.",
        "handheld.log_disputed.",
        "handheld.dispute_settled.",
        "forms.exception_raised.",
        "forms.conflict_found.",
        "forms.item_settled.",
    ),
    "site": ("site.",),
}
# In which order they are shown: what changes records before what only happens around them.
LOOKS = ("corrections", "late", "flagged", "decided", "withdrawn", "refused", "signins", "rights", "site")


def in_scope(connection: Connection, scope: Scope, before: int | None) -> list[ColumnElement[bool]]:
    """The conditions of a scope, of entries that stand before an index or of all."""
    return log_filter.matching(connection, scope.asked(before))


def measure(connection: Connection, scope: Scope, size: int) -> Measure:
    """Over no more entries than one more than may be reviewed at once."""
    wanted = select(log_entry.c.leaf_hash).where(*in_scope(connection, scope, size))
    found = connection.execute(wanted.order_by(log_entry.c.idx).limit(MOST_ENTRIES + 1)).scalars()
    return rules.measure(found)


def grown(connection: Connection, scope: Scope, size: int) -> bool:
    """Whether entries have come to a scope since the log had a size."""
    later = select(log_entry.c.idx).where(log_entry.c.idx >= size, *in_scope(connection, scope, None)).limit(1)
    return connection.execute(later).first() is not None


def count(connection: Connection, scope: Scope) -> int:
    query = select(func.count()).select_from(log_entry).where(*in_scope(connection, scope, None))
    found: int = connection.execute(query).scalar_one()
    return found


def by_kind(connection: Connection, scope: Scope, size: int) -> list[tuple[str, int]]:
    """How many entries of each kind, the most first."""
    here = select(log_entry.c.kind, func.count().label("n")).where(*in_scope(connection, scope, size))
    rows = connection.execute(here.group_by(log_entry.c.kind)).all()
    return sorted(((row.kind, row.n) for row in rows), key=lambda one: (-one[1], one[0]))


def looks(connection: Connection, scope: Scope, size: int) -> dict[str, int]:
    """How many entries deserve a look for which reason, in the order of `LOOKS`; one may deserve it for several."""
    sums = [func.sum(case((look(connection, name), 1), else_=0)).label(name) for name in LOOKS]
    row = connection.execute(select(*sums).where(*in_scope(connection, scope, size))).one()
    return {name: int(getattr(row, name) or 0) for name in LOOKS}


def look(connection: Connection, name: str) -> ColumnElement[bool]:
    """The condition of one of `LOOKS`."""
    if name == "corrections":
        return log_filter.holds(connection, log_entry.c.header, b'"corrects":"')
    if name == "flagged":
        return not_(log_filter.holds(connection, log_entry.c.receipt, b'"flags":[]'))
    if name == "late":
        return or_(*(log_filter.holds(connection, log_entry.c.receipt, f'"{flag}"'.encode()) for flag in _LATE))
    return or_(*(func.substr(log_entry.c.kind, 1, len(start)) == start for start in LOOKS_BY_KIND[name]))


def places(
    connection: Connection, scope: Scope, size: int, why: str | None, after: int | None, limit: int
) -> list[int]:
    """Where entries of a scope stand, the first first, behind an index; one more than asked for, if there are."""
    wanted = in_scope(connection, scope, size)
    wanted += [] if why is None else [look(connection, why)]
    wanted += [] if after is None else [log_entry.c.idx > after]
    query = select(log_entry.c.idx).where(*wanted).order_by(log_entry.c.idx).limit(limit + 1)
    return list(connection.execute(query).scalars())


def worked(connection: Connection, scope: Scope, size: int, person: str) -> bool:
    """Whether somebody did work on a device or on paper, or confirmed it as the second person, that is in a scope, or
    in the same scope of what its batch came of (PRD-14)."""
    above = [] if scope.batch is None else births.ancestors(connection, scope.batch)
    return any(_worked(connection, one, size, person) for one in (scope, *(replace(scope, batch=one) for one in above)))


def _worked(connection: Connection, scope: Scope, size: int, person: str) -> bool:
    rooms = or_(*(func.substr(log_entry.c.kind, 1, len(room) + 1) == f"{room}." for room in rules.WORK))
    theirs = log_filter.matching(connection, Scope(person=person).asked(size))
    by_them = or_(and_(*theirs), log_entry.c.idx.in_(production.done_on_paper(person)))
    wanted = and_(*in_scope(connection, scope, size), by_them, rooms, log_entry.c.device != "server")
    return connection.execute(select(log_entry.c.idx).where(wanted).limit(1)).first() is not None


def known(connection: Connection, scope: Scope, size: int, ids: Collection[str]) -> dict[str, int]:
    """Where those of the entries stand that are in the scope."""
    wanted = select(log_entry.c.id, log_entry.c.idx).where(*in_scope(connection, scope, size), log_entry.c.id.in_(ids))
    return {row.id: row.idx for row in connection.execute(wanted)}


def reviews(
    connection: Connection, batch: str | None = None, offset: int = 0, limit: int = 50
) -> tuple[list[AuditReview], int]:
    """The newest first, and how many there are; of one batch or of all."""
    wanted = [] if batch is None else [audit_review.c.batch == batch]
    total = connection.execute(select(func.count()).select_from(audit_review).where(*wanted)).scalar_one()
    query = select(audit_review).where(*wanted).order_by(audit_review.c.idx.desc()).offset(offset).limit(limit)
    return [_review(row) for row in connection.execute(query)], total


def review_at(connection: Connection, index: int) -> AuditReview:
    """The one whose entry stands at a place of the log."""
    return _review(connection.execute(select(audit_review).where(audit_review.c.idx == index)).one())


def of_batch(connection: Connection, batch: str) -> tuple[AuditReview | None, int]:
    """The last review of all of a batch's audit trail, and how many entries have come since, but for QA's disposition,
    which is no part of what is reviewed before it. Without a review all of them."""
    query = select(audit_review).where(audit_review.c.batch == batch).order_by(audit_review.c.idx.desc())
    whole = (one for one in map(_review, connection.execute(query)) if one.scope.is_whole_batch)
    last = next(whole, None)
    # What a device writes is none, whatever it calls it.
    other = log_entry.c.kind.not_in((*RELEASES, *REJECTIONS)) | (log_entry.c.device != "server")
    size = 0 if last is None else last.size
    later = [log_entry.c.stream == batch_stream(batch), log_entry.c.idx >= size, other]
    since: int = connection.execute(select(func.count()).select_from(log_entry).where(*later)).scalar_one()
    return last, since


def since_last(connection: Connection) -> tuple[AuditReview | None, int]:
    """The review with which all of the log has been reviewed the furthest without a gap, and how many entries were
    recorded after that: one of the last hour says nothing of what was before it."""
    query = select(audit_review).where(audit_review.c.batch.is_(None))
    whole = [one for one in map(_review, connection.execute(query)) if one.scope.is_whole_log]
    last: AuditReview | None = None
    for one in sorted(whole, key=lambda one: (one.scope.since or "", one.scope.until or "")):
        reached = "" if last is None else last.scope.until or ""
        if (one.scope.since or "") <= reached < (one.scope.until or ""):
            last = one
    return last, count(connection, Scope(since=None if last is None else last.scope.until))


def _review(row: Row[Any]) -> AuditReview:
    remarks: Sequence[Mapping[str, Any]] = orjson.loads(row.remarks)
    same = ("entry", "size", "count", "digest", "signed_at", "offset", "method", "components", "comment", "recorded_at")
    # `count` is also a method of a row.
    given = {name: row._mapping[name] for name in same}
    return AuditReview(
        index=row.idx,
        scope=Scope(**orjson.loads(row.scope)),
        meaning={"code": row.meaning_code, "zh": row.meaning_zh, "en": row.meaning_en},
        signer={"id": row.signer, "name": row.signer_name, "name_en": row.signer_name_en},
        remarks=tuple(remarks),
        **given,
    )
