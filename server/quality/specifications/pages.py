"""What screens show of specifications: the list, one with its versions, and one version."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from server.engines.flows import queries as flows
from server.equipment import queries as equipment
from server.equipment.model import Equipment
from server.identity import queries as identity
from server.quality import queries as quality
from server.quality.inspection import plans
from server.quality.inspection import queries as inspections
from server.quality.model import subject_of
from server.quality.requests import queries as requests
from server.quality.specifications import model, queries
from server.quality.specifications.model import Specification

Answer = dict[str, Any]
_EXAMPLES = (3, 10, 50, 100, 400)


def listing(connection: Connection, day: str) -> Answer:
    """All specifications by code, and all that one may be written for."""
    names = queries.names(connection)
    items = [_line(versions, names, day) for versions in queries.all_versions(connection).values()]
    return {"items": items, "subjects": [{"code": code, "name": name} for code, name in sorted(names.items())]}


def one(connection: Connection, code: str, day: str) -> Answer | None:
    """A specification with its versions, the newest first."""
    versions = queries.versions_of(connection, code)
    if not versions:
        return None
    people = identity.people(connection, _people(versions))
    first, in_force = versions[0], queries.in_force(versions, day)
    return {
        "specification": code,
        "material": first.material,
        "stage": first.stage,
        "subject": queries.names(connection).get(first.material),
        "versions": [_version(connection, each, in_force, people) for each in reversed(versions)],
    }


def judging(connection: Connection, stream: str, stage: str, day: str) -> Answer:
    """The version by which results are judged now, null where none is in force; what may be tested with, the samples
    that may be tested, and with what the results that stand were found."""
    found = queries.effective_for(connection, stream, stage, day)
    if found is None:
        return {"specification": None, "instruments": [], "samples": [], "made": []}
    people = identity.people(connection, _people([found]))
    version = {"specification": found.specification, **_version(connection, found, found, people)}
    instruments = [_instrument(one) for one in equipment.all_equipment(connection)]
    made = [_made(one) for one in quality.analyses(connection, stream, stage)]
    return {
        "specification": version,
        "instruments": instruments,
        "samples": _samples(connection, stream),
        "made": made,
    }


def _made(one: Row[Any]) -> Answer:
    names = ("entry", "test", "sample", "instrument")
    return {name: getattr(one, name) for name in names} | {"reagents": orjson.loads(one.reagents)}


def _samples(connection: Connection, stream: str) -> list[Answer]:
    """The newest first; of a batch those that the floor has asked for and the laboratory has drawn."""
    batch, material, lot = subject_of(stream)
    if batch is not None:
        drawn = [one.number for one in requests.of_batch(connection, batch) if one.number is not None]
        return [{"sample": number, "purpose": "test"} for number in reversed(drawn)]
    found = [] if material is None or lot is None else inspections.testable(connection, material, lot)
    return [{"sample": one.sample, "purpose": one.purpose} for one in reversed(found)]


def _instrument(one: Equipment) -> Answer:
    return {"equipment": one.equipment, "name": dict(one.name), "calibration_due": one.calibration_due}


def opened(sampling: Mapping[str, Any] | None) -> list[Answer]:
    """How many containers are opened of so many, as examples of a sampling plan; none where there is no plan."""
    if sampling is None:
        return []
    return [{"containers": n, **plans.plan(sampling, n).payload()} for n in _EXAMPLES]


def _line(versions: Sequence[Specification], names: Mapping[str, Any], day: str) -> Answer:
    newest, in_force = versions[-1], queries.in_force([*versions], day)
    return {
        "specification": newest.specification,
        "material": newest.material,
        "subject": names.get(newest.material),
        "stage": newest.stage,
        "name": dict(newest.name),
        "newest": newest.version,
        "state": state(newest, in_force),
        "effective": None if in_force is None else in_force.version,
        "tests": len(newest.tests),
    }


def _people(versions: Sequence[Specification]) -> set[str]:
    named = (who for each in versions for who in (each.submitted_by, each.decided_by))
    return {who for who in named if who is not None}


def state(one: Specification, in_force: Specification | None) -> str:
    """submitted, approved (its day has not come), effective, superseded, returned."""
    if one.state != model.APPROVED or in_force is None or one.version > in_force.version:
        return one.state
    return "effective" if one.version == in_force.version else "superseded"


def _version(
    connection: Connection, one: Specification, in_force: Specification | None, people: Mapping[str, Any]
) -> Answer:
    running = flows.last_about(connection, model.FLOW, model.subject(one.specification, one.version))
    same = ("version", "material", "stage", "sha256", "effective_from", "first_day", "reason")
    return {name: getattr(one, name) for name in same} | {
        "name": dict(one.name),
        "tests": [_test(test) for test in one.tests],
        "sampling": one.sampling,
        "opened": opened(one.sampling),
        "state": state(one, in_force),
        "by": people.get(one.submitted_by),
        "at": one.submitted_at,
        "decided_by": people.get(one.decided_by or ""),
        "decided_at": one.decided_at,
        "decided_reason": one.decided_reason,
        "instance": None if running is None else running.instance,
    }


def _test(test: model.Test) -> Answer:
    return {name: getattr(test, name) for name in test.__slots__ if name != "options"} | {"options": [*test.options]}
