"""The kinds of inspections: opened with a receipt, drawn again with more of it; samples taken, and handed on."""

from collections.abc import Collection
from typing import Any

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import days, fields
from server.core.kinds import Entry, Fact, Kind, Room, Ruling
from server.core.numbering import is_next
from server.core.outcomes import SERVER
from server.identity import queries as identity
from server.materials import queries as materials
from server.materials.receiving import queries as receiving
from server.quality.inspection import model, plans, projection, queries, rules
from server.quality.inspection.settling import settle_lot, settled
from server.quality.specifications.entries import Sampling
from server.quality.usage import outcomes


def inspection_number() -> plain.String:
    return plain.String(required=True, validate=validate.Regexp(r"INS-[0-9]{4}-[0-9]{4,9}\Z"))


def sample_number() -> plain.String:
    """That of its inspection, and what tells it from the others: a device without network makes one as well."""
    return plain.String(required=True, validate=validate.Regexp(r"SMP-[0-9]{4}-[0-9]{4,9}-[0-9A-Z]{2,8}\Z"))


def _labels() -> Any:
    return plain.List(fields.number(), required=True, allow_none=True, validate=validate.Length(0, 10_000))


class _Draw(Schema):
    """`containers` came, `number` are sampled; `drawn`: which of those with labels, null where all are."""

    inspection = inspection_number()
    containers = fields.whole(0, 1_000_000)
    number = fields.whole(0, 1_000_000)
    drawn = _labels()


class Plan(Sampling):
    """What the specification says, with the severity that the switching rules come to where it leaves it to them."""

    severity = fields.choice(*plans.SEVERITIES, none=True)


class InspectionOpened(_Draw):
    """By the specification in force, or by the rule of the site where there is none. `reason`: why, where no receipt
    is the cause."""

    material = fields.code()
    lot = fields.number()
    specification = fields.code(none=True)
    version = fields.whole(1, 9_999, none=True)
    plan = fields.nested(Plan)
    reason = fields.text(2000, none=True)


class InspectionDrawn(_Draw):
    """After more of the lot has come."""


class SampledContainer(Schema):
    """`quantity` went out of it. Another than was drawn has its `reason`, and says `instead_of` which it was opened."""

    container = fields.number()
    quantity = fields.nested(fields.AmountShape)
    instead_of = fields.number(none=True)
    reason = fields.text(2000, none=True)


class SampleTaken(Schema):
    inspection = inspection_number()
    sample = sample_number()
    purpose = fields.choice(*model.PURPOSES)
    containers = fields.many(SampledContainer, 1, 100)
    comment = fields.text(2000, none=True)


class SampleHanded(Schema):
    """`to`: the person who is to receive it; `until`: the last day on which it is kept; `reason` for destroying it."""

    sample = sample_number()
    step = fields.choice(*model.STEPS)
    place = fields.text(none=True)
    to = fields.code(none=True)
    until = fields.day(none=True)
    reason = fields.text(2000, none=True)


class SampleVoided(Schema):
    """`reason`: what was wrong with it, as the wrong container. Another is taken in its place; what stock says was
    taken stays, and a count sets it right."""

    sample = sample_number()
    reason = fields.text(2000)


def decide_void(connection: Connection, entry: Entry) -> Ruling:
    """Of a sample that counts, in the stream of its lot."""
    found = queries.find_sample(connection, entry.payload["sample"])
    inspection = None if found is None else queries.find(connection, found.inspection)
    code = rules.void_refused(found is not None and found.counts)
    if inspection is None or entry.header.stream != model.stream(inspection.material, inspection.lot):
        code = "sample_unknown"
    return Ruling() if code is None else Ruling(refusal=code, details={"sample": entry.payload["sample"]})


def decide_opening(connection: Connection, entry: Entry) -> Ruling:
    """With the next number of the year, of a lot that is there, by the plan of the specification that is in force,
    drawn as anybody would draw it."""
    given = entry.payload
    parsed = model.parse_number(given["inspection"])
    last = 0 if parsed is None else queries.last_number(connection, parsed[0])
    if not is_next(model.PREFIX, given["inspection"], entry.header.captured_at, last):
        return _refused("inspection_number_wrong", given)
    lot = materials.find_lot(connection, given["material"], given["lot"])
    if lot is None:
        return Ruling(refusal="lot_unknown", details={"lot": f"{given['material']}/{given['lot']}"})
    asked = queries.plan_of(connection, given["material"], days.captured(connection, entry))
    asked = outcomes.plan_for(connection, asked, given["material"], lot.supplier)
    if not asked.items() <= given.items():
        return _refused("inspection_draw_wrong", given)
    return _drawn_right(connection, given, given)


def decide_draw(connection: Connection, entry: Entry) -> Ruling:
    found = queries.find(connection, entry.payload["inspection"])
    if found is None:
        return _refused("inspection_unknown", entry.payload)
    about = {"material": found.material, "lot": found.lot, "plan": found.sampling}
    return _drawn_right(connection, entry.payload, about)


def _drawn_right(connection: Connection, given: model.Payload, about: model.Payload) -> Ruling:
    labels = queries.labels_of(connection, about["material"], about["lot"])
    drawn = rules.draw(given["inspection"], about, labels, given["containers"])
    return Ruling() if drawn.items() <= given.items() else _refused("inspection_draw_wrong", given)


def _refused(code: str, given: model.Payload) -> Ruling:
    return Ruling(refusal=code, details={"inspection": given["inspection"]})


def judge_sample(connection: Connection, entry: Entry) -> Ruling:
    """What was taken was taken; what is wrong about it is flagged."""
    given = entry.payload
    found = queries.find(connection, given["inspection"])
    labels = [] if found is None else queries.labels_of(connection, found.material, found.lot)
    known = queries.find_sample(connection, given["sample"]) is not None
    permitted = identity.permitted(connection, entry.actor, model.TAKES)
    return Ruling(flags=tuple(rules.flags(found, _rooted(connection, found, given), labels, known, permitted)))


def _rooted(connection: Connection, found: model.Inspection | None, given: model.Payload) -> model.Payload:
    parents = {} if found is None else queries.parents_of(connection, found)
    return {**given, "containers": [rules.rooted(one, parents) for one in given["containers"]]}


def judge_step(connection: Connection, entry: Entry) -> Ruling:
    """A link of the chain of custody: where it is broken, it says so."""
    given = entry.payload
    found = queries.find_sample(connection, given["sample"])
    may = any(identity.permitted(connection, entry.actor, one) for one in (model.TAKES, model.RECORDS))
    flags = [] if may else [model.NOT_PERMITTED]
    if found is None:
        return Ruling(flags=(*flags, "sample_unknown"))
    steps = [one for _, one in queries.steps_of(connection, [given["sample"]])]
    same = {name: given[name] for name in ("step", "place", "to", "until", "reason")}
    new = model.Step(entry=entry.id, by=entry.actor, at=entry.header.captured_at, **same)
    if rules.custody(found, [*steps, new], days.zones(connection))[-1].breaks:
        flags.append("custody_broken")
    return Ruling(flags=tuple(flags))


def judge_receipt(connection: Connection, entry: Entry) -> Ruling:
    """With a receipt its inspection is there; of a lot that has one, more came (MAT-04)."""
    given = entry.payload
    found = queries.of_lot(connection, given["material"], given["lot"])
    came = given["containers"] or 0
    if found is None:
        about = given["material"], given["lot"]
        supplier = _supplier(connection, entry)
        return Ruling(consequences=[opening(connection, *about, entry.recorded_at, came, supplier=supplier)])
    again = bool(came) and _receives(connection, entry)
    return Ruling(consequences=_again(connection, found, (), found.containers + came) if again else ())


def _supplier(connection: Connection, entry: Entry) -> str | None:
    """Who will have delivered the lot of a receipt, once it is taken in."""
    given = entry.payload
    known, named = materials.find_lot(connection, given["material"], given["lot"]), receiving.named(given)
    if known is None:
        return named
    return known.supplier or (named if _receives(connection, entry) else None)


def judge_containers(connection: Connection, entry: Entry) -> Ruling:
    """Containers that join a lot join the draw."""
    given = entry.payload
    found = queries.of_lot(connection, given["material"], given["lot"])
    if found is None or not _receives(connection, entry):
        return Ruling()
    named = [one["container"] for one in given["containers"]]
    known = {one.container for one in materials.containers(connection, named)}
    return Ruling(consequences=_again(connection, found, [one for one in named if one not in known], 0))


def _receives(connection: Connection, entry: Entry) -> bool:
    by_server = entry.actor == entry.header.device == SERVER
    return by_server or identity.permitted(connection, entry.actor, "lot.receive")


def _again(connection: Connection, found: model.Inspection, new: Collection[str], containers: int) -> tuple[Fact, ...]:
    """The draw with what has come; none where it comes to the same."""
    labels = {*queries.labels_of(connection, found.material, found.lot), *new}
    about = {"material": found.material, "lot": found.lot, "plan": found.sampling}
    count = max(found.containers, containers, len(labels))
    drawn = rules.draw(found.inspection, about, labels, count)
    before: dict[str, Any] = {"containers": found.containers, "number": found.number}
    before["drawn"] = None if found.drawn is None else [*found.drawn]
    if drawn == before:
        return ()
    said = {"inspection": found.inspection, **drawn}
    return (Fact(model.DRAWN, model.stream(found.material, found.lot), said, subject=found.inspection),)


def opening(
    connection: Connection,
    material: str,
    lot: str,
    now: str,
    came: int = 0,
    reason: str | None = None,
    actor: str = SERVER,
    *,
    supplier: str | None,
) -> Fact:
    """What opens an inspection of a lot of a supplier: by the specification in force on the day, of as many containers
    as there are or as are said to have come."""
    labels = queries.labels_of(connection, material, lot)
    number = queries.next_number(connection, now)
    said: dict[str, Any] = {"inspection": number, "material": material, "lot": lot, "reason": reason}
    asked = queries.plan_of(connection, material, days.of(connection, now))
    said |= outcomes.plan_for(connection, asked, material, supplier)
    said |= rules.draw(number, said, labels, max(came, len(labels)))
    return Fact(model.OPENED, model.stream(material, lot), said, subject=number, actor=actor)


KINDS = (
    Kind(
        model.OPENED,
        InspectionOpened,
        "decision",
        decide_opening,
        projection.open_inspection,
        by=("server", model.RECORDS, model.DECIDES),
    ),
    Kind(model.DRAWN, InspectionDrawn, "decision", decide_draw, settled(projection.draw_again), by=("server",)),
    Kind(model.TAKEN, SampleTaken, "observation", judge_sample, settled(projection.take)),
    Kind(
        model.VOIDED,
        SampleVoided,
        "decision",
        decide_void,
        settled(projection.void),
        by=(model.TAKES, model.RECORDS),
    ),
    Kind(model.HANDED_KIND, SampleHanded, "observation", judge_step, settled(projection.hand)),
)
ROOM = Room(
    "quality",
    KINDS,
    listeners=dict.fromkeys(model.CONTAINERS_RECEIVED, settle_lot),
    judges={model.LOT_RECEIVED: judge_receipt, **dict.fromkeys(model.CONTAINERS_RECEIVED, judge_containers)},
)
