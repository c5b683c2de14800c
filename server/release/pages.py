"""What the screens of batches, lots and review show, put together from the rooms below."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from server.engines.flows import standing
from server.engines.forms import queries as forms
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.model import Lot
from server.production import model as production
from server.production import queries as batches
from server.production.model import Batch, BatchLine
from server.quality import model as deviations
from server.quality import queries as quality
from server.recipes.model import find_phase
from server.release import gates, queries, questions, recorded, timing
from server.release.audit import pages as audits
from server.release.model import REVIEW_FLOW, DeviceHead, Disposition, Notice, review_subject
from sync.log import reading
from sync.log.tables import log_head

_LISTED = 50
_RECENT = 10


def home(connection: Connection) -> dict[str, Any]:
    """The work of the plant at a glance; each list ends after 50 batches."""

    def of(status: str, limit: int = _LISTED) -> list[dict[str, Any]]:
        return lines(connection, batches.batch_lines(connection, (status,), limit=limit)[0])

    counts = batches.status_counts(connection)
    return {
        "counts": {status: counts.get(status, 0) for status in production.STATUSES},
        "in_progress": of(production.IN_PROGRESS),
        "ordered": of(production.ORDERED),
        "review": of(production.AWAITING_REVIEW),
        "attention": lines(connection, batches.batches_with_open_items(connection, _LISTED)),
        "released_recent": of(production.RELEASED, _RECENT),
        "devices_owing": gates.devices_owing(connection),
        "log": _log(connection),
    }


def _log(connection: Connection) -> dict[str, Any]:
    """The size of the last checkpoint, and when the last entry under it was recorded; null for an empty log."""
    size = connection.execute(select(log_head.c.size)).scalar_one()
    last = reading.one(connection, size - 1) if size else None
    return {"size": size, "checkpoint_at": None if last is None else last.stamp.recorded_at}


def batch_page(connection: Connection, number: str, day: str) -> dict[str, Any] | None:
    """A batch with its phases and their entries, lots, results, yields, leases and disposition."""
    line, known = batches.batch_line(connection, number), batches.find_batch(connection, number)
    if line is None or known is None:
        return None
    return {
        "batch": lines(connection, [line])[0],
        "recipe": batches.recipe_of(connection, number),
        "phases": _phases(connection, known),
        "lots": _lots(connection, batches.lots_of(connection, number), day),
        "results": [result.payload() for result in quality.results_of_batch(connection, number)],
        "yields": batches.yields_of(connection, number),
        "leases": gates.leases(connection, number),
        "disposition": disposition(connection, number),
        "audit_review": audits.of_batch(connection, number),
    }


def _phases(connection: Connection, batch: Batch) -> list[dict[str, Any]]:
    of_phase = {entry.index: entry.phase for entry in batches.entries_of(connection, batch.number)}
    views = batches.entry_views(connection, [index for index, phase in of_phase.items() if phase is not None])
    done = batches.ended_phases(connection, batch.number)
    return [
        {
            "id": phase["id"],
            "type": phase["type"],
            "name": phase["name"],
            "done": phase["id"] in done,
            "definition": phase,
            "entries": [view for view in views if of_phase[view["index"]] == phase["id"]],
        }
        for phase in batch.phases
    ]


def _lots(connection: Connection, keys: Sequence[tuple[str, str]], day: str) -> list[dict[str, Any]]:
    """Lots by their keys; one that was never received here has no status."""
    known = {(lot.material, lot.lot): lot for lot in materials.lots_of(connection, keys, day)}
    names = materials.material_names(connection, [material for material, _ in keys])
    return [
        {
            "material": material,
            "name": names.get(material),
            "lot": number,
            "status": known[material, number].status if (material, number) in known else None,
        }
        for material, number in keys
    ]


def batch_entries(connection: Connection, number: str) -> list[dict[str, Any]]:
    """Every entry of the batch's stream, in the order of the log."""
    indices = [entry.index for entry in reading.of_stream(connection, production.batch_stream(number), 0)]
    return batches.entry_views(connection, indices)


def review_page(connection: Connection, number: str) -> dict[str, Any] | None:
    """The review of a batch: what is open, what is notable, how many entries are clean, gates and digest."""
    line = batches.batch_line(connection, number)
    if line is None:
        return None
    review = queries.review(connection, number)
    known = batches.find_batch(connection, number)
    show = _Notices(connection, number, known.phases if known is not None else (), [*review.open, *review.notable])
    return {
        "batch": lines(connection, [line])[0],
        "open": [show(notice) for notice in review.open],
        "notable": [show(notice) for notice in review.notable],
        "clean": review.clean,
        "entries": review.entries,
        "gates": [gate.payload() for gate in review.gates],
        "holdings": _holdings(connection, number),
        "seal": {
            **_seal(connection, number, review.stream_seq, review.stream_hash, review.devices),
            "size": queries.log_size(connection),
        },
        "digest": review.digest,
        "disposition": disposition(connection, number),
        "production": _production(connection, number),
        "audit_review": audits.of_batch(connection, number),
        "flow": _review_flow(connection, number),
        "records": _records(connection, number),
        "times": _times(connection, number),
    }


def questions_page(connection: Connection, number: str) -> list[dict[str, Any]] | None:
    """What the review has asked about a batch: {id, phase, text, by, at, answer {by, at, text}}."""
    known = batches.find_batch(connection, number)
    if known is None:
        return None
    found = questions.of_batch(connection, number)
    people = {one.by for one in found} | {one.answer["by"] for one in found if one.answer}
    names = identity.people(connection, people)
    rows = []
    for one in found:
        phase = find_phase(known.phases, one.phase) if one.phase else None
        answer = None if one.answer is None else {**one.answer, "by": names[one.answer["by"]]}
        rows.append(
            {
                "id": one.entry,
                "phase": None if phase is None else {"id": phase["id"], "name": phase["name"]},
                "text": one.text,
                "by": names[one.by],
                "at": one.at,
                "answer": answer,
            }
        )
    return rows


def _times(connection: Connection, number: str) -> list[dict[str, Any]]:
    """How long each signature's review took: {signed, seconds, by, at}."""
    found = timing.signed(connection, number)
    names = identity.people(connection, {one["by"] for one in found})
    return [{**one, "by": names[one["by"]]} for one in found]


def _records(connection: Connection, number: str) -> list[dict[str, Any]]:
    """The filled forms about the batch."""
    found, away = recorded.of_batch(connection, number), recorded.aside(connection, number)
    same = ("record", "form", "version", "status", "open_items", "opened_at", "completed_at")
    return [
        {**{name: getattr(one, name) for name in same}, "title": forms.title(connection, one.sha256)}
        | {"set_aside": one.record in away}
        for one in found
    ]


def _review_flow(connection: Connection, number: str) -> dict[str, Any] | None:
    """Where the flow stands that reviews the batch; of several the newest."""
    rows = [*standing.last_about(connection, REVIEW_FLOW, [review_subject(number)]).values()]
    return standing.shown(connection, rows)[rows[0].instance] if rows else None


def _holdings(connection: Connection, number: str) -> list[dict[str, Any]]:
    """The devices that held the batch: what they owe it, and the gates that they stand against."""
    held = gates.holdings(connection, number)
    names = identity.devices(connection, {one.device for one in held})
    shown = ("returned_at", "known", "delivered")
    return [
        {
            "device": names[one.device],
            **{name: getattr(one, name) for name in shown},
            "blocks": list(one.blocks),
            "waived": list(one.waived),
        }
        for one in held
    ]


def _seal(
    connection: Connection, number: str, entries: int, head: str, devices: Sequence[DeviceHead] | None
) -> dict[str, Any]:
    """What a disposition seals: entries of the batch, the head of its stream, and where each device's chain stood."""
    names = identity.devices(connection, {one.device for one in devices or ()})
    waived = {one.device for one in queries.waivers(connection, number)}
    shown = [
        {"device": names[one.device], "seq": one.seq, "hash": one.hash, "waived": one.device in waived}
        for one in devices or ()
    ]
    more = {"devices": None if devices is None else shown, "beside": queries.beside(connection, number, entries)}
    return {"entries": entries, "head": head, **more}


class _Notices:
    """Shows notices with their entries and names, read for all of them at once."""

    def __init__(
        self, connection: Connection, number: str, phases: Sequence[Mapping[str, Any]], notices: Sequence[Notice]
    ) -> None:
        self._phases = phases
        named = {entry for notice in notices for entry in notice.entries}
        # Deviations are also about what is no observation of the batch record, such as results.
        places = {*batches.places_of(connection, number, named), *queries.places_in_stream(connection, number, named)}
        # An exception about a container that two batches used shows the facts of both.
        for other in {batch for notice in notices for batch in _touched(notice)} - {number}:
            places |= set(batches.places_of(connection, other, named))
        places |= set(queries.places_in_records(connection, number, named))
        # An alarm of a machine may have been raised elsewhere.
        places |= {notice.details["index"] for notice in notices if notice.type == "alarm"}
        self._entries = {view["id"]: view for view in batches.entry_views(connection, places)}
        deciders = {notice.decision["by"] for notice in notices if notice.decision is not None}
        self._people = identity.people(connection, deciders)
        about = {notice.details["device"] for notice in notices if isinstance(notice.details.get("device"), str)}
        self._devices = identity.devices(connection, about)
        self._stale = queries.stale_waivers(connection, number)
        self._flows = _flows_of(connection, notices)
        self._opened: dict[str, list[str]] = {}
        for one in quality.deviations_of_batch(connection, number):
            if one.entry is not None:
                self._opened.setdefault(one.entry, []).append(one.number)

    def __call__(self, notice: Notice) -> dict[str, Any]:
        phase = find_phase(self._phases, notice.phase) if notice.phase is not None else None
        decision = notice.decision
        return {
            "id": notice.id,
            "type": notice.type,
            "code": notice.code,
            "phase": None if phase is None else {"id": phase["id"], "name": phase["name"]},
            "slot": notice.slot,
            "state": notice.state,
            "entries": [self._entries[entry] for entry in notice.entries if entry in self._entries],
            "details": notice.details,
            "device": self._devices.get(notice.details.get("device", "")),
            "comment": notice.comment,
            "stale": notice.id in self._stale,
            "flow": self._flows.get(notice.id),
            "deviations": self._opened.get(notice.id, []),
            "decision": None if decision is None else {**decision, "by": self._people[decision["by"]]},
        }


def _flows_of(connection: Connection, notices: Sequence[Notice]) -> dict[str, dict[str, Any]]:
    """By deviation, where the flow stands that carries it."""
    numbers = [notice.id for notice in notices if notice.type == "deviation"]
    subjects = {deviations.subject_of_number(number): number for number in numbers}
    rows = standing.last_about(connection, deviations.FLOW, subjects)
    shown = standing.shown(connection, [*rows.values()])
    return {subjects[subject]: shown[row.instance] for subject, row in rows.items()}


def _touched(notice: Notice) -> list[str]:
    """The batches that an exception is about."""
    named = notice.details.get("batches")
    return [one for one in named if isinstance(one, str)] if isinstance(named, list) else []


def disposition(connection: Connection, number: str) -> dict[str, Any] | None:
    """The signature of a batch, what it seals, and whether entries came after it."""
    signed = queries.current_disposition(connection, number)
    return None if signed is None else _signed(connection, number, signed, queries.is_stale(connection, number, signed))


def _production(connection: Connection, number: str) -> dict[str, Any] | None:
    """Production's signature under its record, shown as a disposition is."""
    signed = queries.reviewed_by_production(connection, number)
    if signed is None:
        return None
    return _signed(connection, number, signed, queries.is_outdated(connection, number, signed))


def _signed(connection: Connection, number: str, signed: Disposition, stale: bool) -> dict[str, Any]:
    return {
        "decision": signed.decision,
        "meaning": dict(signed.meaning),
        "signer": dict(signed.signer),
        "signed_at": signed.signed_at,
        "offset": signed.offset,
        "method": signed.method,
        "components": signed.components,
        "digest": signed.digest,
        "seal": _seal(connection, number, signed.stream_seq, signed.stream_hash, signed.devices),
        "reason": signed.reason,
        "stale": stale,
    }


def lots_page(connection: Connection, words: str, offset: int, limit: int, day: str) -> dict[str, Any]:
    """Lots with how many batches each went into and how many results each has."""
    lots, total = materials.search_lots(connection, words, offset, limit, day)
    keys = [(lot.material, lot.lot) for lot in lots]
    uses, results = batches.use_counts(connection, keys), quality.result_counts(connection, keys)
    rows = [
        {**_lot(lot), "batches": uses.get(key, 0), "results": results.get(key, 0)}
        for lot, key in zip(lots, keys, strict=True)
    ]
    return {"items": rows, "total": total}


def lot_page(connection: Connection, material: str, number: str, day: str) -> dict[str, Any] | None:
    """A lot with its results and the batches it went into."""
    lot = materials.find_lot(connection, material, number, day)
    if lot is None:
        return None
    results = quality.results_of_lot(connection, material, number)
    used = batches.lines_of(connection, batches.batches_using(connection, material, number))
    row = {**_lot(lot), "batches": len(used), "results": len(results)}
    return {"lot": row, "results": [result.payload() for result in results], "batches": lines(connection, used)}


def _lot(lot: Lot) -> dict[str, Any]:
    shown = ("material", "name", "lot", "status", "expiry", "received_at")
    more = ("quantity", "containers", "supplier", "supplier_lot")
    return {name: getattr(lot, name) for name in shown + more}


def lines(connection: Connection, found: Sequence[BatchLine]) -> list[dict[str, Any]]:
    """Batches as lists show them; `stale` where the signature of one no longer covers everything."""
    numbers = [line.number for line in found]
    stale, times = queries.stale_of(connection, numbers), timing.of_batches(connection, numbers)
    return [
        {**line.payload(), "stale": line.number in stale, "review_seconds": times.get(line.number)} for line in found
    ]
