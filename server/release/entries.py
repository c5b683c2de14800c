"""The kinds of release: QA's decisions on conflicts and exceptions, the disposition that seals the batch, waivers."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, validate
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Decide, Entry, Fact, Kind, Room, Ruling
from server.engines.forms.records import model as records
from server.identity import signing
from server.production import queries as batches
from server.production.descent import queries as births
from server.production.descent.model import REWORK_KIND
from server.production.issuing import queries as issuing
from server.production.model import EXCEPTION, POST_SEAL, batch_stream
from server.quality import queries as quality
from server.quality.model import RESULTS, subject_of
from server.quality.requests.model import ANSWERED, UNTESTED
from server.quality.usage.model import CHECKED
from server.recipes.model import find_phase
from server.release import differences, gates, late, model, projection, queries, questions, recorded, reviewing, rules
from server.release.audit import entries as audit
from server.release.paper import entries as paper


class ConflictResolved(Schema):
    batch = fields.code()
    conflict = fields.entry_id()
    chosen = fields.entry_id()
    reason = fields.text(2000)


class ExceptionAssessed(Schema):
    batch = fields.code()
    exception = fields.entry_id()
    assessment = fields.text(4000)


class RecordSetAside(Schema):
    """A filled form about the batch that was opened in vain, and why its release need not wait for it."""

    batch = fields.code()
    record = fields.code()
    reason = fields.text(2000)


class _ByPassword(Schema):
    """A signature as it was before it said how it was proved: always by the password."""

    batch = fields.code()
    signer = fields.nested(signing.Signer)
    signed_at = fields.time()
    offset = fields.Whole(required=True, validate=validate.Range(-840, 840))
    method = fields.choice("password")


class _Signed(signing.Signed):
    batch = fields.code()


class _Disposition(Schema):
    meaning = signing.meaning(*model.MEANINGS)
    digest = fields.sha256()
    stream_seq = fields.whole()
    stream_hash = fields.sha256()
    reason = fields.text(2000, none=True)


class _Head(Schema):
    device = fields.code()
    seq = fields.sequence()
    hash = fields.sha256()


class _Seal(_Disposition):
    """`stream_seq` entries of the batch's stream up to the head `stream_hash`, and the head of every device that has
    entries in it or held the batch: what comes later is outside of the seal."""

    devices = fields.many(_Head)


class BatchDisposed(_ByPassword, _Disposition):
    """Before the seal named the devices."""


class BatchSealedV2(_ByPassword, _Seal):
    """Before the signature said how it was proved."""


class BatchSealed(_Signed, _Seal):
    """A disposition, which seals the batch."""


class ProductionReviewed(_Signed, _Seal):
    """Production's review of its own record, of which it seals as much as a disposition does."""

    meaning = signing.meaning(model.PRODUCTION_MEANING["code"])


class _Waiver(Schema):
    device = fields.code()
    known = fields.sequence()
    delivered = fields.sequence()
    meaning = signing.meaning(model.WAIVER_MEANING["code"])
    reason = fields.text(2000)


class DeviceWaivedV1(_ByPassword, _Waiver):
    """Before the signature said how it was proved."""


class DeviceWaived(_Signed, _Waiver):
    """QA no longer waits for a device: it is known to have written up to `known`, and has delivered `delivered`."""


class DifferenceExplained(signing.Signed):
    """Why a batch does not account for so much of a material; null: it cannot be told how much."""

    batch = fields.code()
    material = fields.code()
    difference = fields.nested(fields.QuantityShape, none=True)
    meaning = signing.meaning(model.DIFFERENCE_MEANING["code"])
    reason = fields.text(2000)


class QuestionAsked(Schema):
    """The review asks the floor about a batch, or a phase of it; `about` are the entries that made it ask."""

    batch = fields.code()
    phase = fields.code(none=True)
    about = fields.words(0, 20)
    text = fields.text(2000)


class QuestionAnswered(Schema):
    """`question` is the id of the entry that asked."""

    batch = fields.code()
    question = fields.entry_id()
    text = fields.text(4000)


class ReviewTimed(Schema):
    """`seconds` that the page of the review was open, visible and in use on the signer's device, up to the signature
    of the kind `signed`; of the batch no rule asks for it."""

    batch = fields.code()
    signed = fields.choice(model.PRODUCTION_KIND, model.RELEASED_KIND, model.REJECTED_KIND)
    digest = fields.sha256()
    seconds = fields.whole(0, model.MOST_SECONDS)


class ReleaseRefused(Schema):
    batch = fields.code()
    open = fields.words(1)
    person = fields.code()


def decide_resolution(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    refusal = _closed(connection, entry, given["conflict"], "conflict")
    if refusal is not None:
        return refusal
    found = batches.find_item(connection, given["conflict"])
    if found is None or given["chosen"] not in found[1].entries:
        return Ruling(refusal="chosen_unknown", details={"chosen": given["chosen"]})
    return Ruling()


def decide_assessment(connection: Connection, entry: Entry) -> Ruling:
    return _closed(connection, entry, entry.payload["exception"], "exception") or Ruling()


def decide_aside(connection: Connection, entry: Entry) -> Ruling:
    """QA no longer waits for a form about this batch that is not complete, or in which something waits."""
    batch, name = entry.payload["batch"], entry.payload["record"]
    found = {one.record: one for one in recorded.of_batch(connection, batch)}
    if name not in found:
        return Ruling(refusal="not_found", details={"record": name})
    if recorded.is_done(found[name]) or name in recorded.aside(connection, batch):
        return Ruling(refusal="item_closed", details={"record": name})
    return Ruling()


def decide_release(connection: Connection, entry: Entry) -> Ruling:
    return _decide_disposition(connection, entry, "released")


def decide_rejection(connection: Connection, entry: Entry) -> Ruling:
    return _decide_disposition(connection, entry, "rejected")


def decide_production(connection: Connection, entry: Entry) -> Ruling:
    """Production reviews its record once every phase has ended, where no flow has this step (CN GMP 2010, 230)."""
    given, person, batch = entry.payload, entry.actor, entry.payload["batch"]
    unsigned = signing.refusal(connection, entry, model.said(entry.kind, given))
    if unsigned is not None:
        return unsigned
    line = batches.batch_line(connection, batch)
    if line is None:
        return Ruling(refusal="not_found", details={"batch": batch})
    if reviewing.against(connection, batch) is not None:
        return Ruling(refusal="production_by_flow", details={"batch": batch})
    before = queries.reviewed_by_production(connection, batch)
    covered = before is not None and not queries.is_outdated(connection, batch, before)
    decided = queries.standing(connection, batch) is not None
    ended = reviewing.has_ended(connection, batch)
    code = rules.production_refused(
        line.status, decided, covered, ended, queries.produced(connection, batch, person)
    ) or _unlike(connection, given)
    return Ruling() if code is None else Ruling(refusal=code, details={"batch": batch})


def _unlike(connection: Connection, given: Mapping[str, Any]) -> str | None:
    """That what production signs is not the review as it stands."""
    batch = given["batch"]
    heads = queries.true_heads(connection, batch, given["devices"])
    seen = queries.review(connection, batch, heads)
    shown = (given["digest"], given["stream_seq"], given["stream_hash"])
    same = heads is not None and shown == (seen.digest, seen.stream_seq, seen.stream_hash)
    return None if same else "digest_stale"


def decide_waiver(connection: Connection, entry: Entry) -> Ruling:
    """QA names the device that the batch shall not wait for, and why (PLT-11)."""
    given, person = entry.payload, entry.actor
    unsigned = signing.refusal(connection, entry, model.said(entry.kind, given))
    if unsigned is not None:
        return unsigned
    batch = given["batch"]
    before = queries.current_disposition(connection, batch)
    stale = before is not None and queries.is_stale(connection, batch, before)
    held = {one.device: one for one in gates.holdings(connection, batch)}
    shown = (given["known"], given["delivered"])
    produced = queries.produced(connection, batch, person)
    code = rules.waiver_refused(held.get(given["device"]), shown, before, stale, produced)
    return Ruling() if code is None else Ruling(refusal=code, details={"device": given["device"]})


def decide_explanation(connection: Connection, entry: Entry) -> Ruling:
    """What a batch does not account for is explained as it stands, by somebody who neither made the batch nor handed
    out its material, nor what it came of."""
    given, person = entry.payload, entry.actor
    unsigned = signing.refusal(connection, entry, model.said(entry.kind, given))
    if unsigned is not None:
        return unsigned
    batch, details = given["batch"], {"material": given["material"]}
    settled = _settled(connection, batch)
    if settled is not None:
        return settled
    found = differences.find(connection, batch, given["material"])
    if found is None or found.settled:
        return Ruling(refusal="difference_none", details=details)
    if not differences.same_amount(given["difference"], found.value):
        return Ruling(refusal="difference_stale", details=details | {"difference": found.value})
    issued = (
        one for each in (batch, *births.ancestors(connection, batch)) for one in issuing.issues_of(connection, each)
    )
    handed = {name for one in issued for name in (one.by, one.returned_by)}
    if person in handed or queries.produced(connection, batch, person):
        return Ruling(refusal="difference_own", details=details)
    return Ruling()


def decide_question(connection: Connection, entry: Entry) -> Ruling:
    """About a batch on which nothing is decided yet; what came after its signature makes it undecided again."""
    given = entry.payload
    known = batches.find_batch(connection, given["batch"])
    if known is None or (given["phase"] and find_phase(known.phases, given["phase"]) is None):
        return Ruling(refusal="not_found", details={"batch": given["batch"], "phase": given["phase"]})
    if len(queries.places_in_stream(connection, given["batch"], given["about"])) < len(set(given["about"])):
        return Ruling(refusal="not_found", details={"about": given["about"]})
    return _settled(connection, given["batch"]) or Ruling()


def decide_answer(connection: Connection, entry: Entry) -> Ruling:
    """By somebody else than who asked, once."""
    given = entry.payload
    asked = questions.find(connection, given["question"])
    code = rules.answer_refused(asked, given["batch"], entry.actor)
    if code is not None:
        return Ruling(refusal=code, details={"question": given["question"]})
    return _settled(connection, given["batch"]) or Ruling()


def _settled(connection: Connection, batch: str) -> Ruling | None:
    if queries.standing(connection, batch) is None:
        return None
    return Ruling(refusal="batch_disposed", details={"batch": batch})


def judge_results(connection: Connection, entry: Entry) -> Ruling:
    """Results of a batch that come after its seal, like any other entry of it; those of a lot are of no batch."""
    batch, _, _ = subject_of(entry.header.stream)
    if batch is None or not queries.is_sealed(connection, batch):
        return Ruling()
    return Ruling(flags=(POST_SEAL,), consequences=quality.after_seal(connection, entry))


def judge_drawn(connection: Connection, entry: Entry) -> Ruling:
    """What a sampling request came to is said before the batch is decided on: it holds that."""
    return _settled(connection, entry.payload["batch"]) or reviewing.judge_work(connection, entry)


def refused(batch: str, person: str, codes: list[str], stream: str | None = None) -> Fact:
    """The entry that a refused signature leaves."""
    payload = {"batch": batch, "open": codes, "person": person}
    return Fact(model.REFUSED_KIND, stream or batch_stream(batch), payload, subject=batch_stream(batch), actor=person)


def _closed(connection: Connection, entry: Entry, item_id: str, type_: str) -> Ruling | None:
    """Why an item cannot be decided now, None if it can."""
    found = batches.find_item(connection, item_id)
    if found is None or found[0] != entry.payload["batch"] or found[1].type != type_:
        return Ruling(refusal="not_found", details={type_: item_id})
    if found[1].state != "open":
        return Ruling(refusal="item_closed", details={type_: item_id, "state": found[1].state})
    return None


def _decide_disposition(connection: Connection, entry: Entry, decision: str) -> Ruling:
    given, person = entry.payload, entry.actor
    unsigned = signing.refusal(connection, entry, model.said(entry.kind, given))
    if unsigned is not None:
        return unsigned
    batch = given["batch"]
    line = batches.batch_line(connection, batch)
    if line is None:
        return Ruling(refusal="not_found", details={"batch": batch})
    before = queries.current_disposition(connection, batch)
    stale = before is not None and queries.is_stale(connection, batch, before)
    reviewed = queries.reviewed_by_production(connection, batch)
    # Who has reviewed it for production does not do so again for quality.
    own = reviewed is not None and reviewed.signer["id"] == person
    produced = own or queries.produced(connection, batch, person)
    code = rules.refusal(decision, given["meaning"]["code"], line.status, before, stale, produced)
    if code is not None:
        return _refuse(batch, person, code, {"batch": batch})
    heads = queries.true_heads(connection, batch, given.get("devices", ()))
    seen = queries.review(connection, batch, heads)
    sealed = (given["stream_seq"], given["stream_hash"]) == (seen.stream_seq, seen.stream_hash)
    if heads is None or not sealed:
        return _refuse(batch, person, "digest_stale", {"digest": seen.digest})
    code = rules.blocked(decision, seen, given["digest"])
    if code == "release_blocked":
        open_gates = [gate.payload() for gate in seen.unmet]
        return _refuse(batch, person, code, {"open": open_gates}, [gate.code for gate in seen.unmet])
    if code is not None:
        return _refuse(batch, person, code, {"digest": seen.digest})
    return Ruling()


def _refuse(batch: str, person: str, code: str, details: Mapping[str, Any], codes: list[str] | None = None) -> Ruling:
    return Ruling(refusal=code, details=details, consequences=[refused(batch, person, codes or [code])])


def deny_disposition(entry: Entry, permission: str) -> Ruling:
    """That somebody wanted to release who may not is a part of the batch's story."""
    return _refuse(entry.payload["batch"], entry.actor, "not_permitted", {"permission": permission})


def decide_no_more(connection: Connection, entry: Entry) -> Ruling:
    """A disposition is a seal that names devices, and says how it was proved; others can no longer be signed."""
    return Ruling(refusal="kind_superseded", details={"kind": entry.kind})


def rooms_of_batch(connection: Connection, entry: Entry) -> list[str]:
    """Whoever disposes of a batch answers for all of it, whatever room it was made in."""
    batch = batches.find_batch(connection, entry.payload["batch"])
    return [] if batch is None else batches.rooms_of(batch.phases)


_REVIEWS, _RELEASES = ("batch.review",), ("batch.release",)
# Who knows what happened on the floor, or can find out.
_ANSWERS = ("batch.work", "order.release", "batch.review")


def _seal(name: str, decide: Decide) -> Kind:
    release, rooms = _RELEASES, rooms_of_batch
    return Kind(
        name, BatchSealed, "decision", decide, projection.dispose, by=release, deny=deny_disposition, places=rooms
    )


def _waive(name: str, shape: type[Schema], decide: Decide) -> Kind:
    return Kind(name, shape, "decision", decide, projection.waive, by=_RELEASES, places=rooms_of_batch)


KINDS = (
    Kind(model.RESOLVED_KIND, ConflictResolved, "decision", decide_resolution, by=_REVIEWS),
    Kind(model.ASSESSED_KIND, ExceptionAssessed, "decision", decide_assessment, by=_REVIEWS),
    Kind(model.SET_ASIDE, RecordSetAside, "decision", decide_aside, projection.put_aside, by=_REVIEWS),
    Kind(model.RELEASED_V1, BatchDisposed, "decision", decide_no_more, projection.dispose, by=_RELEASES),
    Kind(model.REJECTED_V1, BatchDisposed, "decision", decide_no_more, projection.dispose, by=_RELEASES),
    Kind(model.RELEASED_V2, BatchSealedV2, "decision", decide_no_more, projection.dispose, by=_RELEASES),
    Kind(model.REJECTED_V2, BatchSealedV2, "decision", decide_no_more, projection.dispose, by=_RELEASES),
    _seal(model.RELEASED_KIND, decide_release),
    _seal(model.REJECTED_KIND, decide_rejection),
    Kind(
        model.PRODUCTION_KIND,
        ProductionReviewed,
        "decision",
        decide_production,
        projection.review_production,
        by=(model.REVIEWS_PRODUCTION,),
        places=rooms_of_batch,
    ),
    _waive(model.WAIVED_V1, DeviceWaivedV1, decide_no_more),
    _waive(model.WAIVED_KIND, DeviceWaived, decide_waiver),
    Kind(
        model.EXPLAINED_KIND,
        DifferenceExplained,
        "decision",
        decide_explanation,
        projection.explain,
        by=_REVIEWS,
        places=rooms_of_batch,
    ),
    Kind(model.ASKED_KIND, QuestionAsked, "decision", decide_question, projection.ask, by=_REVIEWS),
    Kind(model.ANSWERED_KIND, QuestionAnswered, "decision", decide_answer, projection.answer, by=_ANSWERS),
    Kind(model.REFUSED_KIND, ReleaseRefused, "observation", by_server=True),
    Kind(model.TIMED_KIND, ReviewTimed, "observation", project=projection.time_review, by_server=True),
    *audit.KINDS,
    *paper.KINDS,
)


def judge_recorded(connection: Connection, entry: Entry) -> Ruling:
    """Results of a batch: after its seal, and for its review."""
    sealed, begun = judge_results(connection, entry), reviewing.judge_work(connection, entry)
    return Ruling(flags=sealed.flags, consequences=[*sealed.consequences, *begun.consequences])


def judge_checked(connection: Connection, entry: Entry) -> Ruling:
    """The check of a batch's results is for its review; of a batch whose signature stands nobody checks any more, since
    the signature would no longer cover everything."""
    batch = subject_of(entry.header.stream)[0]
    if batch is None:
        return Ruling()
    return _settled(connection, batch) or reviewing.judge_work(connection, entry)


def judge_filled(connection: Connection, entry: Entry) -> Ruling:
    """What is filled into a form about a batch: after its seal, and for its review."""
    batch, begun = quality.batch_of_record(connection, entry), reviewing.judge_work(connection, entry)
    if batch is None or not queries.is_sealed(connection, batch):
        return begun
    return Ruling((POST_SEAL,), [*quality.after_seal(connection, entry), *begun.consequences])


def judge_rework(connection: Connection, entry: Entry) -> Ruling:
    """Nobody decides on the rework of what they have made (DR 22; CN GMP 2010, 134)."""
    batch = entry.payload["batch"]
    if queries.produced(connection, batch, entry.actor):
        return Ruling(refusal="rework_own", details={"batch": batch})
    return reviewing.judge_descent(connection, entry)


JUDGES: Mapping[str, Decide] = {
    **reviewing.JUDGES,
    REWORK_KIND: judge_rework,
    **dict.fromkeys(RESULTS, judge_recorded),
    CHECKED: judge_checked,
    EXCEPTION: late.judge_exception,
    ANSWERED: judge_drawn,
    UNTESTED: judge_drawn,
    **dict.fromkeys(records.WORK, judge_filled),
}
ROOM = Room("release", KINDS, judges=JUDGES)
