"""Puts the question to the rules: gathers what they need from the rooms, and words their answer as entries."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from server.core import days
from server.core.kinds import Entry, Fact, Ruling
from server.core.qualifications import missing_by_clock
from server.core.steps import NOT_QUALIFIED
from server.equipment import queries as equipment
from server.identity import countersigning, grants
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.masters import queries as masters
from server.materials.stock import queries as stock
from server.production import allocating, asking, model, queries, rules
from server.production.controls import judging as controls
from server.production.course import judging as course
from server.production.course import sampling
from server.production.descent import queries as births
from server.production.dispensing import judging as dispensing
from server.production.dispensing import queries as portions
from server.production.model import WITNESSES, WORKERS, Batch, BatchEntry, Judgement
from server.production.packaging import judging as packaging
from server.production.paper import judging as papers
from server.production.paper import queries as typed_in
from server.production.paper.model import FROM_PAPER, Copying
from server.production.paper.rules import happened
from server.production.sensing import judging as sensing
from server.production.surroundings import judging as surroundings
from server.production.yields import judging as yields
from server.production.yields.rules import UNEXPLAINED
from server.recipes.model import find_phase

# Exceptions of a phase, whatever of its work brings them to light.
_ONCE = ("phase_order", UNEXPLAINED, asking.MISSING)


def judge_observation(connection: Connection, entry: Entry) -> Ruling:
    """An observation of a batch: kept whatever is wrong with it; each thing that is wrong is an exception for QA.

    What comes after the seal is flagged so, which the room of quality makes a deviation.
    """
    given, header = entry.payload, entry.header
    batch, paper = queries.find_batch(connection, given["batch"]), typed_in.typed(connection, entry)
    at = happened(entry.kind, header.captured_at, paper)
    found = rules.judge_place(entry.kind, given, header.subject, header.stream, batch)
    come: list[Fact] = []
    found += _judge_person(connection, entry)
    found += _judge_correction(connection, entry)
    found += _judge_photo(connection, entry)
    if batch is not None:
        found += [] if paper is not None else _judge_area(connection, entry, batch)
        found += _judge_work(connection, entry, batch, at, paper)
        found += papers.judge(connection, entry, batch)
        unasked, come = sampling.judge(connection, entry, batch, at)
        found += unasked
    flags = [*([FROM_PAPER] if paper is not None else []), *(judgement.code for judgement in found)]
    facts = [
        _exception(entry, judgement) for judgement in found if not _waits_already(connection, entry, judgement)
    ] + come
    if entry.kind in model.WEIGHINGS and batch is not None:
        more, touching = allocating.judge_use(connection, entry)
        flags += more
        facts += touching
    more, following = course.judge(connection, entry, batch, at)
    flags += more
    facts += following
    more, following = surroundings.judge(connection, entry, batch, at)
    flags += more
    facts += following
    more, following = controls.judge(connection, entry, batch, at)
    flags += more
    facts += following
    more, following = yields.judge_stale(connection, entry, batch)
    flags += more
    facts += following
    rivals = _rivals(connection, entry)
    if rivals:
        flags.append("conflict")
        facts.append(_conflict(entry, [*rivals, entry.id]))
    if _sealed(connection, header.stream, batch):
        flags.append(model.POST_SEAL)
    return Ruling(flags=tuple(dict.fromkeys(flags)), consequences=facts)


def _sealed(connection: Connection, stream: str, batch: Batch | None) -> bool:
    """Whether QA has disposed of the batch that an entry is about, or of the one in whose stream it stands; of one that
    is whole in others, whether of any of these."""
    if batch is not None and _is_disposed(connection, batch):
        return True
    if batch is not None and stream == model.batch_stream(batch.number):
        return False
    other = queries.find_batch(connection, stream.removeprefix(model.batch_stream("")))
    return other is not None and _is_disposed(connection, other)


def _is_disposed(connection: Connection, batch: Batch) -> bool:
    return batch.disposed or (batch.status in model.GONE and births.is_disposed_below(connection, batch.number))


def judge_report(connection: Connection, entry: Entry) -> Ruling:
    """An exception: what the server itself states stands; a tablet's is judged like any observation."""
    return Ruling() if entry.header.device == "server" else judge_observation(connection, entry)


def judge_verification(connection: Connection, entry: Entry) -> Ruling:
    """A second person confirms afterwards: another one than who recorded it, permitted, qualified, by their own key.

    That it came afterwards stays visible: the exception of a weight that nobody had confirmed is QA's to assess.
    """
    given = entry.payload
    verified, verifier = queries.find_entry(connection, given["entry"]), given["verified_by"]
    known = verified is not None and verified.batch == given["batch"] and verified.kind in model.WEIGHINGS
    claim = {"verified_by": verifier, "source": "manual"}
    performer = "" if verified is None else _performer(connection, verified)
    signed, permitted = cosigned(connection, entry, verifier), _stood_by(connection, entry, verifier, None)
    found = [] if known else [Judgement("verification_unknown", {"entry": given["entry"]})]
    found += rules.judge_verifier(claim, performer, signed, permitted)
    found += _judge_second_area(connection, entry, verifier)
    found += _judge_qualified(connection, verifier, rules.SECOND_CHECK, entry)
    ruling = judge_observation(connection, entry)
    flags = (*ruling.flags, *(one.code for one in found))
    return Ruling(tuple(dict.fromkeys(flags)), [*ruling.consequences, *(_exception(entry, one) for one in found)])


def _performer(connection: Connection, of: BatchEntry) -> str:
    """Who did what an entry says, also where somebody else has typed it in from paper."""
    paper = None if of.paper is None else typed_in.find(connection, of.paper)
    return of.actor if paper is None else paper.done_by


def judge_import(connection: Connection, entry: Entry) -> Ruling:
    """History is a fact; a number that stands here already is kept in the log only."""
    known = queries.batch_line(connection, entry.payload["batch"]) is not None
    return Ruling(flags=("batch_known",)) if known else Ruling()


def _judge_person(connection: Connection, entry: Entry) -> list[Judgement]:
    allowed = WITNESSES if entry.kind in model.BESIDE else WORKERS
    if _permitted(connection, entry.actor, allowed):
        return []
    return [Judgement("person_not_permitted", {"person": entry.actor})]


def _judge_area(connection: Connection, entry: Entry, batch: Batch) -> list[Judgement]:
    """Work in a room of an area in which the person may not work: it was done, so it is kept (IDN-01). Where somebody
    only types in what was done on paper is no matter."""
    number = entry.payload.get("phase")
    phase = find_phase(batch.phases, number) if number is not None and entry.kind in model.IN_ROOM else None
    rooms = queries.rooms_of([phase]) if phase is not None else []
    if not _permitted(connection, entry.actor, WORKERS):
        return []
    if any(identity.permitted_at(connection, entry.actor, permission, rooms) for permission in WORKERS):
        return []
    details = {"person": entry.actor, "room": rooms[0], "area": identity.areas_of(connection, rooms)[rooms[0]]}
    return [Judgement("area_not_permitted", details)]


def _judge_second_area(connection: Connection, entry: Entry, person: str) -> list[Judgement]:
    """A second person whose roles did not hold in the area of the room when they stood by (IDN-01)."""
    batch = queries.find_batch(connection, entry.payload["batch"])
    number = entry.payload.get("phase")
    phase = find_phase(batch.phases, number) if batch is not None and number is not None else None
    areas = identity.areas_of(connection, queries.rooms_of([phase]) if phase is not None else [])
    for room, area in areas.items():
        if _stood_by(connection, entry, person, None) and not _stood_by(connection, entry, person, area):
            return [Judgement(model.SECOND_ELSEWHERE, {"person": person, "room": room, "area": area})]
    return []


def _stood_by(connection: Connection, entry: Entry, person: str, area: str | None) -> bool:
    """Whether a second person might stand by when the entry was captured, whatever they may by now."""
    held = identity.grants_within(connection, person, entry.header)
    return any(grants.permits(one, permission, area) for one in held for permission in WITNESSES)


def _permitted(connection: Connection, person: str, permissions: Iterable[str]) -> bool:
    return any(identity.permitted(connection, person, permission) for permission in permissions)


def _judge_correction(connection: Connection, entry: Entry) -> list[Judgement]:
    if entry.header.corrects is None:
        return []
    corrected = queries.find_entry(connection, entry.header.corrects)
    slot = rules.slot_of(entry.kind, entry.payload)
    # The slot of another batch is another slot.
    if corrected is not None and entry.payload["batch"] != corrected.batch:
        return [Judgement("correction_unknown", {"problem": "other_batch"})]
    return rules.judge_correction(entry.kind, slot, entry.header.reason, corrected)


def _judge_photo(connection: Connection, entry: Entry) -> list[Judgement]:
    if entry.kind not in (model.REPORTED, model.PAPER_BEGUN) or entry.payload["photo"] is None:
        return []
    named = queries.find_entry(connection, entry.payload["photo"])
    is_photo = named is not None and (named.kind, named.batch) == (model.PHOTO, entry.payload["batch"])
    return rules.judge_photo(entry.payload["photo"], is_photo)


def _judge_work(connection: Connection, entry: Entry, batch: Batch, at: str, paper: Copying | None) -> list[Judgement]:
    """`at`: when it was done; who only types in what somebody did on `paper` needs no qualification for it."""
    given = entry.payload
    found: list[Judgement] = []
    if entry.kind in model.WORK and entry.header.corrects is None:
        ended = queries.ended_phases(connection, batch.number)
        missing = rules.judge_order(batch.phases, given["phase"], ended, at)
        if missing:
            found.append(Judgement("phase_order", {"before": missing}))
    phase = find_phase(batch.phases, given["phase"]) if given.get("phase") is not None else None
    if paper is None:
        found += _judge_qualified(connection, entry.actor, rules.needs_of(entry.kind, given, phase), entry)
    if entry.kind == model.PAPER_ENDED and given["verified_by"] is not None:
        found += _judge_checker(connection, entry, given["verified_by"])
    own = masters.links(connection, given["material"]) if entry.kind == model.WEIGHED else ()
    found += rules.judge_values(entry.kind, given, phase, own)
    if entry.kind in model.WEIGHINGS:
        performer = entry.actor if paper is None else paper.done_by
        found += _judge_weighing(connection, entry, batch, phase, at, performer)
    if entry.kind == model.REQUESTED:
        found += asking.judge(given, phase)
    if entry.kind in model.PARAMETERS:
        found += sensing.judge(connection, entry, phase)
    if entry.kind == model.DISPENSED:
        found += dispensing.judge_portion(connection, entry, phase)
    elif entry.kind == model.RESTED:
        found += _judge_on_balance(connection, entry) + dispensing.judge_rest(connection, entry)
    elif entry.kind == model.COMPLETED and phase is not None and phase["type"] == "dispensing":
        found += dispensing.judge_completed(connection, entry, phase)
    found += packaging.judge(connection, entry, phase)
    return found + yields.judge(connection, entry, batch, at)


def _judge_checker(connection: Connection, entry: Entry, person: str) -> list[Judgement]:
    """Who compares what was typed in with the sheet stands by like any second person."""
    permitted = _stood_by(connection, entry, person, None)
    found = [] if permitted else [Judgement("person_not_permitted", {"person": person})]
    found += _judge_qualified(connection, person, rules.SECOND_CHECK, entry)
    return found + _judge_second_area(connection, entry, person)


def _judge_weighing(
    connection: Connection, entry: Entry, batch: Batch, phase: Mapping[str, Any] | None, at: str, performer: str
) -> list[Judgement]:
    """The lot as it was on the day when it was weighed; the balance as it was when that told the reading. `performer`
    weighed, which is not who types it in from paper."""
    given = entry.payload
    found = dispensing.judge_source(connection, entry.kind, given)
    found += rules.judge_lot(given, batch, phase, _status(connection, given, days.of(connection, at)))
    if given["source"] == "device":
        found += _judge_on_balance(connection, entry)
    verifier = given["verified_by"]
    signed = verifier is not None and cosigned(connection, entry, verifier)
    permitted = verifier is not None and _stood_by(connection, entry, verifier, None)
    found += rules.judge_verifier(given, performer, signed, permitted)
    if verifier is not None:
        found += _judge_qualified(connection, verifier, rules.SECOND_CHECK, entry)
        found += _judge_second_area(connection, entry, verifier)
    return found


def _status(connection: Connection, given: Mapping[str, Any], day: str) -> str | None:
    """Of the lot that is named, or of the container where that alone must not be used; None of a lot that nobody has
    received."""
    lot = materials.find_lot(connection, given["material"], given["lot"], day)
    named = None if given["container"] is None else stock.find_standing(connection, given["container"], day)
    barred = (
        named is not None
        and named.restricted is not None
        and (named.material, named.lot)
        == (
            given["material"],
            given["lot"],
        )
    )
    if barred and lot is not None and lot.status == "released":
        return "restricted"
    return None if lot is None else lot.status


def _judge_qualified(connection: Connection, person: str, needs: Sequence[str], entry: Entry) -> list[Judgement]:
    """On tablets who lacks something is stopped beforehand; what was done nevertheless is kept."""
    return rules.judge_qualified(person, missing_by_clock(connection, person, needs, entry.header.captured_at))


def _judge_reading(
    connection: Connection, entry: Entry, name: str, shown: Sequence[Mapping[str, str]]
) -> list[Judgement]:
    """`name` is the field that names the reading; `shown` what that may have been, the first where it was none."""
    named = entry.payload[name]
    reading = None if named is None else equipment.find_reading(connection, named["id"])
    of = {} if name == "reading" else {"of": name.removesuffix("_reading")}
    if reading is None:
        found = rules.judge_reading({"reading": named}, None, False, None)
    else:
        read = {"value": reading.value, "unit": reading.unit}
        claimed = {"reading": named, "net": read if read in shown else shown[0]}
        known = {key: getattr(reading, key) for key in ("device", "balance", "quality", "value", "unit")}
        from_bridge = identity.device_role(connection, reading.device) == "bridge"
        found = rules.judge_reading(claimed, known, from_bridge, _used_by(connection, entry, name, reading.id))
    return [Judgement(one.code, {**one.details, **of}) for one in found]


def _used_by(connection: Connection, entry: Entry, name: str, reading: str) -> str | None:
    """What has taken this reading already: another weight, a tare, or a check of the balance."""
    given, slot, correcting = entry.payload, rules.slot_of(entry.kind, entry.payload), entry.header.corrects is not None
    if name != "reading" and reading == (given["reading"] or {}).get("id"):
        return entry.id
    about = (connection, reading, given["batch"], slot, correcting)
    used = queries.reading_used_by(*about) or portions.tare_read_by(*about)
    return used or equipment.check_of_reading(connection, reading)


def _judge_on_balance(connection: Connection, entry: Entry) -> list[Judgement]:
    """What was weighed by a balance: its readings, and what it may be used for."""
    found: list[Judgement] = []
    for name, shown in rules.weights_read(entry.kind, entry.payload):
        found += _judge_reading(connection, entry, name, shown)
    return found + _judge_balance(connection, entry)


def _judge_balance(connection: Connection, entry: Entry) -> list[Judgement]:
    """A weight beyond the range of its balance, below its minimum weight, or on one that was not checked (EQP-04)."""
    given = entry.payload
    if given["reading"] is None:
        return []
    balance = given["reading"]["balance"]
    found = equipment.doubts_of(connection, balance, given["net"], entry.header.captured_at, given.get("gross"))
    return [Judgement(code, {"balance": balance, **details, "severity": model.MAJOR}) for code, details in found]


def cosigned(connection: Connection, entry: Entry, person: str) -> bool:
    """Whether the signatures line holds this person's own signature over the header: by PIN, or by passkey."""
    return countersigning.signed(connection, entry.header, entry.signatures, person)


def _waits_already(connection: Connection, entry: Entry, judgement: Judgement) -> bool:
    """Work of a whole phase out of its turn, or after a yield that nobody has explained, is one exception, not one for
    each of its values; so is that of one person without a qualification."""
    batch, phase = entry.payload["batch"], entry.payload.get("phase")
    if judgement.code == NOT_QUALIFIED:
        return queries.open_about(connection, batch, NOT_QUALIFIED, phase, judgement.details["person"])
    return judgement.code in _ONCE and queries.open_items(connection, batch, judgement.code, phase)


def _rivals(connection: Connection, entry: Entry) -> list[str]:
    if entry.kind not in model.SINGLE_VALUED and entry.header.corrects is None:
        # Nothing can rival it; a batch may have thousands of remarks.
        return []
    slot = rules.slot_of(entry.kind, entry.payload)
    current = queries.current_in(connection, entry.payload["batch"], slot)
    return rules.rivals(entry.kind, entry.header.corrects, current)


def _exception(entry: Entry, judgement: Judgement) -> Fact:
    given = entry.payload
    slot = rules.slot_of(entry.kind, given)
    payload = {
        "batch": given["batch"],
        "code": judgement.code,
        "phase": given.get("phase"),
        "slot": slot,
        "entries": [entry.id],
        "details": dict(judgement.details),
        "comment": given.get("comment"),
    }
    return Fact(model.EXCEPTION, model.batch_stream(given["batch"]), payload, subject=slot)


def _conflict(entry: Entry, ids: list[str]) -> Fact:
    given = entry.payload
    slot = rules.slot_of(entry.kind, given)
    payload = {"batch": given["batch"], "slot": slot, "phase": given.get("phase"), "entries": ids}
    return Fact(model.CONFLICT, model.batch_stream(given["batch"]), payload, subject=slot)
