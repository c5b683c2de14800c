"""What the screens of audit-trail reviews show."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from server.identity import queries as identity
from server.production import queries as batches
from server.release.audit import model, queries
from server.release.audit.model import AuditReview, Scope
from server.release.queries import log_size
from sync.log.tables import log_entry


def selection(connection: Connection, scope: Scope, person: str) -> dict[str, Any]:
    """What somebody would sign of this moment, and why they could not."""
    size = log_size(connection)
    measured = queries.measure(connection, scope, size)
    return {
        "scope": scope.payload(),
        **_named(connection, [scope])[0],
        "log_size": size,
        "count": measured.count,
        "digest": measured.digest,
        "kinds": [{"code": kind, "count": count} for kind, count in queries.by_kind(connection, scope, size)],
        "looks": [{"code": why, "count": n} for why, n in queries.looks(connection, scope, size).items() if n],
        "refused": _refused(connection, scope, size, measured.count, person),
    }


def _refused(connection: Connection, scope: Scope, size: int, count: int, person: str) -> str | None:
    if count > model.MOST_ENTRIES:
        return "audit_scope_large"
    return "reviewer_produced" if queries.worked(connection, scope, size, person) else None


def entries(
    connection: Connection, scope: Scope, size: int, why: str | None, after: int | None, limit: int
) -> dict[str, Any]:
    places = queries.places(connection, scope, size, why, after, limit)
    return {"items": batches.entry_views(connection, places[:limit]), "more": len(places) > limit}


def listing(connection: Connection, batch: str | None, offset: int, limit: int) -> dict[str, Any]:
    found, total = queries.reviews(connection, batch, offset, limit)
    last, since = queries.since_last(connection) if batch is None else queries.of_batch(connection, batch)
    return {
        "items": shown(connection, found),
        "total": total,
        "last": {"review": None if last is None else shown(connection, [last])[0], "since": since},
    }


def of_batch(connection: Connection, batch: str) -> dict[str, Any]:
    """Who last reviewed the audit trail of the batch, and how many entries have come since."""
    last, since = queries.of_batch(connection, batch)
    return {"review": None if last is None else shown(connection, [last])[0], "since": since}


def shown(connection: Connection, found: Iterable[AuditReview]) -> list[dict[str, Any]]:
    reviews = list(found)
    named = {remark["entry"] for one in reviews for remark in one.remarks}
    query = select(log_entry.c.id, log_entry.c.idx).where(log_entry.c.id.in_(named))
    places = {row.id: row.idx for row in connection.execute(query)} if named else {}
    same = ("entry", "index", "count", "digest", "signed_at", "offset", "method", "components", "comment")
    return [
        {
            **{name: getattr(one, name) for name in (*same, "recorded_at")},
            "log_size": one.size,
            "scope": one.scope.payload(),
            **who,
            "meaning": dict(one.meaning),
            "signer": dict(one.signer),
            "remarks": [{**remark, "index": places.get(remark["entry"])} for remark in one.remarks],
        }
        for one, who in zip(reviews, _named(connection, [one.scope for one in reviews]), strict=True)
    ]


def _named(connection: Connection, scopes: list[Scope]) -> list[dict[str, Any]]:
    people = identity.people(connection, {one.person for one in scopes if one.person is not None})
    devices = identity.devices(connection, {one.device for one in scopes if one.device is not None})
    return [
        {
            "person": None if one.person is None else people[one.person],
            "device": None if one.device is None else devices[one.device],
        }
        for one in scopes
    ]
