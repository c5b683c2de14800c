"""How the review of a batch record is carried by a flow where the plant wants it: it begins when the batch comes to
review, begins anew when something came after its end, and its end is what a release waits for."""

from collections.abc import Mapping

from sqlalchemy import Connection, exists, select

from server.core.kinds import Decide, Entry, Fact, Ruling
from server.engines.flows import kinds as flows
from server.engines.flows import queries as instances
from server.engines.flows import standing, starting
from server.engines.forms.records import model as records
from server.production import model as production
from server.production import queries as batches
from server.production.issuing import model as issuing
from server.quality import model as quality
from server.quality import queries as deviations
from server.release import model, recorded
from server.release.dossier.words import word
from server.release.model import DISPOSITIONS, HARMLESS, REVIEW_FLOW, REVIEWED, review_subject
from sync.log.tables import log_entry

_MOST = 100_000
# What is said in a form about the batch.
RECORDED = (records.OPENED, *records.WORK, records.SETTLED)
_OBSERVED = (
    *production.IN_ROOM,
    *production.COURSE,
    production.REMARK,
    production.PHOTO,
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
    """Whether every phase of a batch has ended, with what this entry says."""
    found = batches.find_batch(connection, batch)
    if found is None or not found.phases:
        return False
    done = set(batches.ended_phases(connection, batch))
    if entry.kind in production.ENDS:
        done.add(entry.payload["phase"])
    return all(phase["id"] in done for phase in found.phases)


def judge_switch(connection: Connection, entry: Entry) -> Ruling:
    """Put to use, the flow begins for every batch that waits already."""
    if entry.payload["flow"] != REVIEW_FLOW:
        return Ruling()
    waiting = batches.batch_lines(connection, (production.AWAITING_REVIEW,), limit=_MOST)[0]
    goes_on = [instances.running_about(connection, REVIEW_FLOW, review_subject(one.number)) for one in waiting]
    fresh = [line for line, row in zip(waiting, goes_on, strict=True) if row is None]
    facts = [fact for line in fresh for fact in _begun(connection, line.number)]
    # The definitions that come with the product are taken in once.
    return Ruling(consequences=[*{(fact.kind, fact.stream): fact for fact in facts}.values()])


def judge_end(connection: Connection, entry: Entry) -> Ruling:
    """A review that somebody has called off begins anew, by the version that is in force by then."""
    given = entry.payload
    batch = quality.subject_of(given["subject"])[0]
    called_off = given["flow"] == REVIEW_FLOW and given["result"] == "cancelled"
    if batch is None or not called_off or not instances.is_enabled(connection, REVIEW_FLOW):
        return Ruling()
    return Ruling(consequences=_begun(connection, batch))


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
    flows.ENABLED: judge_switch,
    flows.ENDED: judge_end,
}
