"""How the review of a batch record is carried by a flow where the plant wants it: it begins when the batch comes to
review, begins anew when something came after its end, and its end is what a release waits for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from server.core.kinds import Decide, Entry, Fact, Ruling
from server.engines.flows import kinds as flows
from server.engines.flows import queries as instances
from server.engines.flows import standing, starting
from server.engines.forms.records import model as records
from server.production import model as production
from server.production import queries as batches
from server.production.descent import model as descent
from server.production.issuing import model as issuing
from server.quality import model as quality
from server.quality import queries as deviations
from server.quality.requests import model as requests
from server.release import model, recorded
from server.release.dossier.words import word
from server.release.model import DISPOSITIONS, HARMLESS, REVIEW_FLOW, REVIEWED, review_subject
from server.release.paper import model as paper
from sync.log.tables import log_entry

_MOST = 100_000
# What is said in a form about the batch.
RECORDED = (records.OPENED, *records.WORK, records.SETTLED)
_OBSERVED = (
    *production.IN_ROOM,
    *production.COURSE,
    production.REMARK,
    production.PHOTO,
    production.REPORTED,
    production.REQUESTED,
    production.EXPLAINED,
    *quality.RESULTS,
    *records.WORK,
    model.ANSWERED_KIND,
)
# What can come to the stream of a batch that waits for its review, and says something of it.
_SAYS_SOMETHING = (
    *production.IN_ROOM,
    *production.COURSE,
    production.REMARK,
    production.PHOTO,
    production.VERIFIED,
    production.EXCEPTION,
    production.REPORTED,
    production.REQUESTED,
    production.EXPLAINED,
    production.ALLOCATED,
    production.DEALLOCATED,
    issuing.ALLOCATED,
    issuing.ISSUED,
    issuing.RETURNED,
    *quality.RESULTS,
    quality.DEVIATION_OPENED,
    quality.DEVIATION_CLOSED_V1,
    quality.DEVIATION_CLOSED,
    model.RESOLVED_KIND,
    model.ASSESSED_KIND,
    model.SET_ASIDE,
    model.WAIVED_KIND,
    model.EXPLAINED_KIND,
    model.ASKED_KIND,
    model.ANSWERED_KIND,
    *paper.OF_COPIES,
    requests.ANSWERED,
    requests.UNTESTED,
    *RECORDED,
    "handheld.lease_issued.v1",
    "handheld.lease_revoked.v1",
)
# The server states these as a consequence of another entry, for which the review has begun already.
_FOLLOWING = (production.EXCEPTION, quality.DEVIATION_OPENED)


def judge_work(connection: Connection, entry: Entry) -> Ruling:
    """An entry of a batch that waits for its review, or comes to wait for it with this very entry."""
    if (entry.actor == "server" and entry.kind in _FOLLOWING) or not instances.is_enabled(connection, REVIEW_FLOW):
        return Ruling()
    batch = _batch_of(connection, entry)
    if batch is None or not _is_made(connection, batch, entry):
        return Ruling()
    last = instances.last_about(connection, REVIEW_FLOW, review_subject(batch))
    if last is None or last.ended_at is not None:
        return Ruling(consequences=_begun(connection, batch))
    if entry.kind not in _OBSERVED:
        return Ruling()
    # Whoever signs next must have seen it.
    return Ruling(
        consequences=[starting.noted(last.instance, word(entry.kind, "zh"), word(entry.kind, "en"), entry.id)]
    )


def _batch_of(connection: Connection, entry: Entry) -> str | None:
    if entry.kind not in RECORDED:
        return quality.subject_of(entry.header.stream)[0]
    if entry.kind == records.OPENED:
        return quality.subject_of(entry.payload["subject"] or "")[0]
    return deviations.batch_of_record(connection, entry)


def _is_made(connection: Connection, batch: str, entry: Entry) -> bool:
    """Whether every phase of a batch has ended, with what this entry says; of what is whole in others nothing is
    reviewed any more, and of history nothing ever. A batch that came of a finished one has no phases."""
    more = [entry.payload["phase"]] if entry.kind in production.ENDS else []
    if not has_ended(connection, batch, more):
        return False
    line = batches.batch_line(connection, batch)
    return line is not None and line.status not in (production.HISTORICAL, *production.GONE)


def has_ended(connection: Connection, batch: str, more: Sequence[str] = ()) -> bool:
    """Whether every phase of a batch was completed, aborted or skipped."""
    found = batches.find_batch(connection, batch)
    done = {*batches.ended_phases(connection, batch), *more}
    return found is not None and all(phase["id"] in done for phase in found.phases)


def judge_descent(connection: Connection, entry: Entry) -> Ruling:
    """What is whole in others is reviewed there: its own review ends. What comes of finished batches by a split or a
    merge waits for its review at once."""
    given, parents = entry.payload, descent.parents(entry.kind, entry.payload)
    running = (instances.running_about(connection, REVIEW_FLOW, review_subject(one)) for one in parents)
    ended = [_called_off(row, given["reason"]) for row in running if row is not None]
    whole = entry.kind != descent.REWORK_KIND and all(has_ended(connection, one) for one in parents)
    if not whole or not instances.is_enabled(connection, REVIEW_FLOW):
        return Ruling(consequences=ended)
    born = [given["batch"]] if entry.kind == descent.MERGED_KIND else [one["batch"] for one in given["parts"]]
    return Ruling(consequences=[*ended, *_once(fact for one in born for fact in _begun(connection, one))])


def _called_off(row: Row[Any], reason: str) -> Fact:
    said = {"instance": row.instance, "reason": reason}
    return Fact(flows.CANCELLED, flows.instance_stream(row.instance), said, subject=row.subject)


def _once(facts: Iterable[Fact]) -> list[Fact]:
    """The definitions that come with the product are taken in once."""
    return [*{(fact.kind, fact.stream): fact for fact in facts}.values()]


def judge_switch(connection: Connection, entry: Entry) -> Ruling:
    """Put to use, the flow begins for every batch that waits already."""
    if entry.payload["flow"] != REVIEW_FLOW:
        return Ruling()
    waiting = batches.batch_lines(connection, (production.AWAITING_REVIEW,), limit=_MOST)[0]
    goes_on = [instances.running_about(connection, REVIEW_FLOW, review_subject(one.number)) for one in waiting]
    fresh = [line for line, row in zip(waiting, goes_on, strict=True) if row is None]
    return Ruling(consequences=_once(fact for line in fresh for fact in _begun(connection, line.number)))


def judge_end(connection: Connection, entry: Entry) -> Ruling:
    """A review that somebody has called off begins anew, by the version that is in force by then."""
    given = entry.payload
    batch = quality.subject_of(given["subject"])[0]
    called_off = given["flow"] == REVIEW_FLOW and given["result"] == "cancelled"
    if batch is None or not called_off or not instances.is_enabled(connection, REVIEW_FLOW):
        return Ruling()
    line = batches.batch_line(connection, batch)
    gone = line is not None and line.status in production.GONE
    return Ruling() if gone else Ruling(consequences=_begun(connection, batch))


def _begun(connection: Connection, batch: str) -> list[Fact]:
    return starting.begun_if_it_can(connection, REVIEW_FLOW, review_subject(batch), {}, "server")


def against(connection: Connection, batch: str) -> list[str] | None:
    """Why the review of a batch does not stand: a code, none where it does; None where no flow reviews batches."""
    if not instances.is_enabled(connection, REVIEW_FLOW):
        return None
    last = instances.last_about(connection, REVIEW_FLOW, review_subject(batch))
    if last is None:
        return ["not_begun"]
    if last.ended_at is None:
        return ["running"]
    if last.result != REVIEWED:
        return ["not_passed"]
    return ["came_after"] if told_after(connection, batch, standing.ended_place(connection, last.instance)) else []


def told_after(connection: Connection, batch: str, place: int) -> bool:
    """Whether anything that says something of the batch came after this place in the log, but for its signatures."""
    here = (log_entry.c.stream == production.batch_stream(batch)) & (log_entry.c.idx > place)
    seal = log_entry.c.kind.in_(DISPOSITIONS) & (log_entry.c.device == "server")
    later = exists().where(here, log_entry.c.kind.not_in(HARMLESS), ~seal)
    if bool(connection.execute(select(later)).scalar_one()):
        return True
    return recorded.last_said(connection, [batch]).get(batch, -1) > place


JUDGES: Mapping[str, Decide] = {
    **dict.fromkeys(_SAYS_SOMETHING, judge_work),
    **dict.fromkeys(descent.DECISIONS, judge_descent),
    flows.ENABLED: judge_switch,
    flows.ENDED: judge_end,
}
