"""Reads of reviews, dispositions with their seals, and waivers."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, Row, exists, func, literal, select

from server.core import days
from server.production import model as production
from server.production import queries as batches
from server.production.descent import queries as births
from server.production.paper import queries as typed_in
from server.quality import queries as quality
from server.quality.model import Result
from server.quality.requests import queries as requests
from server.quality.specifications import queries as specified
from server.quality.usage import queries as usage
from server.release import alarms, differences, questions, recorded, reviewing, rules
from server.release import gates as other_gates
from server.release.model import (
    DISPOSITIONS,
    HARMLESS,
    OF_QUALITY,
    DeviceHead,
    Disposition,
    Gate,
    Notice,
    Review,
    Waiver,
)
from server.release.paper import copied
from server.release.projection import disposition, production_review, waiver
from sync.entry import FIRST_PREV, Receipt
from sync.log.tables import log_entry, log_head

_IS_SEAL = log_entry.c.kind.in_(DISPOSITIONS) & (log_entry.c.device == "server")


def gates(connection: Connection, batch: str) -> list[Gate]:
    """All gates of a batch, those of the handheld room after those of batch and laboratory, and what is open of the
    batches that it came of."""
    above = {one: _own_gates(connection, one) for one in births.ancestors(connection, batch)}
    return [
        *_own_gates(connection, batch),
        *rules.parents_gates(above, births.same_made(connection, batch) if above else ()),
    ]


def _own_gates(connection: Connection, batch: str) -> list[Gate]:
    known = batches.find_batch(connection, batch)
    phases = known.phases if known is not None else ()
    results = quality.results_of_batch(connection, batch)
    done, entries = batches.completed_phases(connection, batch), batches.entries_of(connection, batch)
    items, unreviewed = batches.items_of(connection, batch), reviewing.against(connection, batch)
    signed = standing(connection, batch)
    return [
        rules.phases_gate(phases, done, entries, items),
        *rules.items_gates(items),
        *differences.gates(differences.of_batch(connection, batch)),
        *rules.results_gates(results, batches.yields_of(connection, batch)),
        *_specification(connection, batch, results, signed),
        *_checks(connection, batch, results, signed),
        *recorded.gates(connection, batch),
        *rules.questions_gates(questions.of_batch(connection, batch)),
        *rules.requests_gates(
            requests.of_batch(connection, batch), requests.holding(connection, batch, signed is not None)
        ),
        *copied.gates(connection, batch, signed is not None),
        *(_production(connection, batch, signed) if unreviewed is None else [rules.gate("batch_reviewed", unreviewed)]),
        *other_gates.from_sources(connection, batch),
    ]


def _specification(
    connection: Connection, batch: str, results: Sequence[Result], signed: Disposition | None
) -> list[Gate]:
    """Only where what the batch makes has a specification for its release in force: now, or when it was signed."""
    stream, day = production.batch_stream(batch), days.today(connection)
    found = specified.effective_for(connection, stream, "release", day)
    if found is not None and signed is not None:
        found = specified.effective_for(connection, stream, "release", days.of(connection, signed.signed_at))
    return [] if found is None else [rules.specification_gate(found.tests, results)]


def _checks(connection: Connection, batch: str, results: Sequence[Result], signed: Disposition | None) -> list[Gate]:
    unchecked = usage.unchecked_of_batch(connection, batch) if results else []
    return rules.checks_gates(results, unchecked, signed is not None)


def _production(connection: Connection, batch: str, signed: Disposition | None) -> list[Gate]:
    """Where no flow has production's step: of an older signature of quality that stands it is not asked."""
    reviewed = reviewed_by_production(connection, batch)
    if reviewed is None and signed is not None:
        return []
    stale = reviewed is not None and is_outdated(connection, batch, reviewed)
    return [rules.production_gate(reviewed is not None, stale)]


def review(connection: Connection, batch: str, devices: Sequence[DeviceHead] | None = None) -> Review:
    """What QA is shown and signs; `devices` are the heads of the seal where they are not those of this moment."""
    entries = batches.entries_of(connection, batch)
    deviations, filled = quality.deviations_of_batch(connection, batch), recorded.of_batch(connection, batch)
    notices = [
        *rules.notices(batches.items_of(connection, batch), entries, waivers(connection, batch), deviations),
        *differences.notices(differences.of_batch(connection, batch)),
        *recorded.notices(connection, batch),
        *questions.notices(questions.of_batch(connection, batch)),
        *requested(connection, batch),
        *copied.notices(connection, batch, entries),
        *alarms.notices(connection, batch),
    ]
    clean = rules.clean(notices, entries)
    passed = gates(connection, batch)
    heads = device_heads(connection, batch, log_size(connection)) if devices is None else list(devices)
    seq, running = covered(connection, batch)
    return Review(
        batch=batch,
        open=tuple(notice for notice in notices if notice.state == "open"),
        notable=tuple(notice for notice in notices if notice.state != "open"),
        clean=clean,
        entries=len(entries),
        gates=tuple(passed),
        stream_seq=seq,
        stream_hash=running,
        devices=tuple(heads),
        digest=rules.digest(
            batch,
            notices,
            (clean, len(entries)),
            passed,
            (seq, running),
            heads,
            recorded.heads(connection, filled),
        ),
    )


def places_in_stream(connection: Connection, batch: str, ids: Collection[str]) -> list[int]:
    """Where in the log those of the entries stand that belong to the batch's stream."""
    here = log_entry.c.stream == production.batch_stream(batch)
    return list(connection.execute(select(log_entry.c.idx).where(here, log_entry.c.id.in_(ids))).scalars())


def places_in_records(connection: Connection, batch: str, ids: Collection[str]) -> list[int]:
    """The same of those that belong to a record of a form about the batch."""
    streams = [one.stream for one in recorded.of_batch(connection, batch)]
    here = log_entry.c.stream.in_(streams) & log_entry.c.id.in_(ids)
    return list(connection.execute(select(log_entry.c.idx).where(here)).scalars()) if streams else []


def log_size(connection: Connection) -> int:
    size: int = connection.execute(select(log_head.c.size)).scalar_one()
    return size


def device_heads(connection: Connection, batch: str, size: int) -> list[DeviceHead]:
    """Where the chains of the sealed devices stood when the log had `size` entries, by device."""
    return [_device_head(connection, name, size) for name in sorted(_devices(connection, batch))]


def _devices(connection: Connection, batch: str) -> dict[str, int]:
    """Every device with entries in what is sealed of the batch or that ever held it, to its last sequence there.

    Not `server`: its entries of the batch are in the stream, and it owes nothing.
    """
    query = select(log_entry.c.device, func.max(log_entry.c.seq).label("seq"))
    inside = log_entry.c.stream_seq <= covered(connection, batch)[0]
    here = query.where(log_entry.c.stream == production.batch_stream(batch), inside).group_by(log_entry.c.device)
    held = {str(lease["device"]["id"]): 0 for lease in other_gates.leases(connection, batch)}
    found = held | {str(row.device): int(row.seq) for row in connection.execute(here)}
    found.pop("server", None)
    return found


def _device_head(connection: Connection, device: str, size: int) -> DeviceHead:
    # Backwards from the end of the chain: what came since a review was opened is little.
    last = select(log_entry.c.seq, log_entry.c.header).where(log_entry.c.device == device, log_entry.c.idx < size)
    row = connection.execute(last.order_by(log_entry.c.seq.desc()).limit(1)).first()
    return DeviceHead(device, 0, FIRST_PREV) if row is None else _head(device, row.seq, row.header)


def _head(device: str, seq: int, header: bytes) -> DeviceHead:
    return DeviceHead(device, seq, sha256(header).hexdigest())


def true_heads(connection: Connection, batch: str, given: Sequence[Mapping[str, Any]]) -> list[DeviceHead] | None:
    """The heads that a seal names, or None if they are none: a device is missing or too many, a head is not one of
    its chain, or the batch holds a later entry of the device."""
    least = _devices(connection, batch)
    heads = [DeviceHead(one["device"], one["seq"], one["hash"]) for one in given]
    if [head.device for head in heads] != sorted(least):
        return None
    right = all(least[head.device] <= head.seq and _stands(connection, head) for head in heads)
    return heads if right else None


def _stands(connection: Connection, head: DeviceHead) -> bool:
    if head.seq == 0:
        return head.hash == FIRST_PREV
    here = select(log_entry.c.header).where(log_entry.c.device == head.device, log_entry.c.seq == head.seq)
    header = connection.execute(here).scalar()
    return header is not None and _head(head.device, head.seq, header) == head


def waivers(connection: Connection, batch: str) -> list[Waiver]:
    query = select(waiver).where(waiver.c.batch == batch).order_by(waiver.c.idx)
    return [_waiver(row) for row in connection.execute(query)]


def stale_waivers(connection: Connection, batch: str) -> frozenset[str]:
    """Entries of waivers whose device has delivered more since: what was signed is no longer what stands (IDN-04)."""
    delivered = {one.device: one.delivered for one in other_gates.holdings(connection, batch)}
    found = waivers(connection, batch)
    return frozenset(one.entry for one in found if delivered.get(one.device, one.delivered) > one.delivered)


def covered(connection: Connection, batch: str) -> tuple[int, str]:
    """How far the batch's stream says something about the batch, which is what is sealed: the sequence of the last such
    entry and the running hash there; (0, zeros) for none."""
    here = (log_entry.c.stream == production.batch_stream(batch)) & log_entry.c.kind.not_in(HARMLESS)
    query = select(log_entry.c.receipt).where(here).order_by(log_entry.c.stream_seq.desc()).limit(1)
    line = connection.execute(query).scalar()
    receipt = None if line is None else Receipt.parse(line)
    return (0, FIRST_PREV) if receipt is None else (receipt.stream_seq, receipt.stream_hash)


def beside(connection: Connection, batch: str, after: int) -> list[dict[str, Any]]:
    """{index, kind} of each harmless entry of the batch's stream beyond `after`: a seal does not cover them."""
    here = (log_entry.c.stream == production.batch_stream(batch)) & log_entry.c.kind.in_(HARMLESS)
    query = select(log_entry.c.idx.label("index"), log_entry.c.kind).where(here, log_entry.c.stream_seq > after)
    return [dict(row._mapping) for row in connection.execute(query.order_by(log_entry.c.stream_seq))]


def current_disposition(connection: Connection, batch: str) -> Disposition | None:
    query = select(disposition).where(disposition.c.batch == batch).order_by(disposition.c.idx.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _disposition(row)


def standing(connection: Connection, batch: str) -> Disposition | None:
    """The signature of a batch that covers everything; None where there is none, or something came after it."""
    signed = current_disposition(connection, batch)
    return None if signed is None or is_stale(connection, batch, signed) else signed


def is_sealed(connection: Connection, batch: str) -> bool:
    """Whether QA has disposed of a batch, or of anything that came of it."""
    return current_disposition(connection, batch) is not None or births.is_disposed_below(connection, batch)


def production_reviews(connection: Connection, batch: str) -> list[Disposition]:
    """Every signature of production under its record, the oldest first; the last one counts."""
    query = select(production_review).where(production_review.c.batch == batch).order_by(production_review.c.idx)
    return [_disposition(row) for row in connection.execute(query)]


def reviewed_by_production(connection: Connection, batch: str) -> Disposition | None:
    return next(reversed(production_reviews(connection, batch)), None)


def awaits_production(connection: Connection, batch: str) -> bool:
    """Whether production has still to review a batch of which every phase has ended, or to review it again."""
    if reviewing.against(connection, batch) is not None or not reviewing.has_ended(connection, batch):
        return False
    return any(not gate.met for gate in _production(connection, batch, standing(connection, batch)))


def is_outdated(connection: Connection, batch: str, reviewed: Disposition) -> bool:
    """Whether something of how the batch was made came after production's signature."""
    return is_stale(connection, batch, reviewed, OF_QUALITY)


def is_stale(connection: Connection, batch: str, signed: Disposition, besides: Sequence[str] = ()) -> bool:
    """Whether entries came after a signature, which it therefore does not cover (IDN-04): to the batch, or to one that
    it came of; kinds in `besides` need not be covered."""
    passed = (*HARMLESS, *besides)
    here = (log_entry.c.stream == production.batch_stream(batch)) & (log_entry.c.stream_seq > signed.stream_seq)
    later = exists().where(here, log_entry.c.kind.not_in(passed), ~_IS_SEAL)
    if bool(connection.execute(select(later)).scalar_one()):
        return True
    above = births.ancestors(connection, batch)
    if any(index > signed.index for index in recorded.last_said(connection, [batch, *above], besides).values()):
        return True
    streams = log_entry.c.stream.in_([production.batch_stream(one) for one in above])
    since = exists().where(streams, log_entry.c.idx > signed.index, log_entry.c.kind.not_in(passed))
    return bool(above) and bool(connection.execute(select(since)).scalar_one())


def stale_of(connection: Connection, numbers: Collection[str]) -> frozenset[str]:
    """Those of the batches whose newest signature no longer covers everything, by one query for all of them but those
    that came of others (IDN-04).

    From each batch's signature on the log is read by the index of its stream: that is little, however long the log.
    """
    newest = select(disposition.c.batch, func.max(disposition.c.stream_seq).label("covered"))
    signed = newest.where(disposition.c.batch.in_(set(numbers))).group_by(disposition.c.batch).subquery()
    stream = literal(production.batch_stream("")).concat(signed.c.batch)
    after = (log_entry.c.stream == stream) & (log_entry.c.stream_seq > signed.c.covered)
    later = exists().where(after, log_entry.c.kind.not_in(HARMLESS), ~_IS_SEAL)
    stale = set(connection.execute(select(signed.c.batch).where(later)).scalars())
    last = recorded.last_said(connection, numbers)
    places = select(disposition.c.batch, func.max(disposition.c.idx).label("idx")).where(disposition.c.batch.in_(last))
    rows = connection.execute(places.group_by(disposition.c.batch)).all() if last else []
    stale |= {row.batch for row in rows if last[row.batch] > row.idx}
    return frozenset(stale | {one for one in births.born(connection, numbers) if _is_stale_now(connection, one)})


def _is_stale_now(connection: Connection, batch: str) -> bool:
    signed = current_disposition(connection, batch)
    return signed is not None and is_stale(connection, batch, signed)


def dispositions(connection: Connection, batch: str) -> list[Disposition]:
    """Every signature over the batch, the oldest first; the last one counts."""
    query = select(disposition).where(disposition.c.batch == batch).order_by(disposition.c.idx)
    return [_disposition(row) for row in connection.execute(query)]


def produced(connection: Connection, batch: str, person: str) -> bool:
    """Whether somebody performed or verified anything in a batch or what it came of, on paper or in a form about it too
    (DR 22)."""
    every = (batch, *births.ancestors(connection, batch))
    entries = (entry for one in every for entry in batches.entries_of(connection, one))
    if any(person in (entry.actor, entry.verifier) for entry in entries):
        return True
    if recorded.filled(connection, every, person):
        return True
    return any(person == sheet.done_by for one in every for sheet in typed_in.of_batch(connection, one))


def _disposition(row: Row[Any]) -> Disposition:
    return Disposition(
        decision=row.decision,
        **_signature(row),
        digest=row.digest,
        stream_seq=row.stream_seq,
        stream_hash=row.stream_hash,
        devices=None if row.devices is None else tuple(DeviceHead(**one) for one in orjson.loads(row.devices)),
        reason=row.reason,
        index=row.idx,
    )


def _waiver(row: Row[Any]) -> Waiver:
    same = ("entry", "device", "known", "delivered", "reason", "recorded_at")
    return Waiver(**_signature(row), **{name: getattr(row, name) for name in same})


def _signature(row: Row[Any]) -> dict[str, Any]:
    return {
        "meaning": {"code": row.meaning_code, "zh": row.meaning_zh, "en": row.meaning_en},
        "signer": {"id": row.signer, "name": row.signer_name, "name_en": row.signer_name_en},
        "signed_at": row.signed_at,
        "offset": row.offset,
        "method": row.method,
        "components": row.components,
    }


def requested(connection: Connection, batch: str) -> list[Notice]:
    """The samples that the floor has asked for."""
    signed = standing(connection, batch) is not None
    return rules.requests_notices(requests.of_batch(connection, batch), requests.holding(connection, batch, signed))


def open_requests(connection: Connection, batch: str) -> int:
    """How many samples the floor waits for."""
    return sum(one.is_open for one in requests.of_batch(connection, batch))


def open_questions(connection: Connection, batch: str) -> int:
    """How many questions of its review the floor has not answered yet."""
    return sum(one.is_open for one in questions.of_batch(connection, batch))
