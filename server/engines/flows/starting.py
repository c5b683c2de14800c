"""How another room starts a flow by an entry of its own, so that both stand or fall together."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from server.core import clock
from server.core.complaints import complain
from server.core.errors import PestleError
from server.core.kinds import Fact, Ruling
from server.engines.flows import kinds, packing, queries, stepping, values
from server.engines.flows.model import FlowError, Flows
from server.engines.flows.publishing import link
from sync.entry import new_id


def begun(
    connection: Connection, flow: str, subject: str, given: Mapping[str, Sequence[str]], person: str
) -> list[Fact]:
    """The facts of a new instance by the version in force, with what the log does not hold yet of the definitions that
    come with the product. `given`: the texts of the values that the flow asks for at its start, by variable.
    PestleError `flow_not_in_force`."""
    force = queries.all_in_force(connection)
    now, flows = _linked(force, flow)
    return [*_fresh(force, flows), _started(now, flows, subject, _asked(now, given), person)]


def begin(connection: Connection, flow: str, subject: str, given: Mapping[str, Sequence[str]], person: str) -> Ruling:
    """The ruling of an entry with which a flow begins: those facts, or refused with what speaks against it."""
    try:
        return Ruling(consequences=begun(connection, flow, subject, given, person))
    except PestleError as error:
        return Ruling(refusal=error.code, details=error.details)


def begun_if_it_can(
    connection: Connection, flow: str, subject: str, given: Mapping[str, Sequence[str]], person: str
) -> list[Fact]:
    """The same with those of the values for which the version in force asks; nothing where it asks for more. What
    happened must be taken in, whatever a plant has drawn: it is then decided as if no flow carried it."""
    force = queries.all_in_force(connection)
    try:
        now, flows = _linked(force, flow)
        known = _asked(now, given)
        plain = values.plain(now.definition.variables, _given(known))
        event = {"type": "started", "at": clock.now_text(), "subject": subject, "starter": person, "values": plain}
        stepping.step(flows, None, event)
    except (PestleError, FlowError) as error:
        # Its room goes on without it: whoever runs the plant must hear that the drawing cannot begin.
        complain("flows", error)
        return []
    return [*_fresh(force, flows), _started(now, flows, subject, known, person)]


def _asked(now: queries.InForce, given: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Of what a room could give, that for which the version in force asks."""
    asked = {name for name, one in now.definition.variables.items() if one.start}
    return {name: texts for name, texts in given.items() if name in asked}


def _linked(force: Mapping[str, queries.InForce], flow: str) -> tuple[queries.InForce, Flows]:
    now = force.get(flow)
    try:
        flows = None if now is None else link(now.definition, {code: one.definition for code, one in force.items()})
    except KeyError:
        flows = None
    if now is None or flows is None:
        raise PestleError("flow_not_in_force", {"flow": flow, "version": None})
    return now, flows


def delivered(connection: Connection, flow: str) -> list[Fact]:
    """What the log does not hold yet of a flow that came with the product and of all that it calls."""
    force = queries.all_in_force(connection)
    if flow not in force:
        return []
    return _fresh(force, link(force[flow].definition, {code: one.definition for code, one in force.items()}))


def noted(instance: str, zh: str, en: str, entry: str | None) -> Fact:
    """What whoever signs next in an instance must have seen; `entry`: the identifier of the one that it is about."""
    said = {"instance": instance, "text": {"zh": zh, "en": en}, "entry": entry}
    return Fact(kinds.NOTED, kinds.instance_stream(instance), said, subject=instance)


def _fresh(force: Mapping[str, queries.InForce], flows: Flows) -> list[Fact]:
    return [_delivered(force[code]) for code in flows.pins if force[code].delivered]


def _delivered(one: queries.InForce) -> Fact:
    name = one.definition.name
    said = {"flow": one.flow, "version": one.version, "sha256": packing.sha256(one.data)}
    said |= {"title": {"zh": name.zh, "en": name.en}, "definition": packing.pack(one.data)}
    return Fact(kinds.DELIVERED, kinds.flow_stream(one.flow), said, subject=one.flow)


def _started(now: queries.InForce, flows: Flows, subject: str, given: Mapping[str, Sequence[str]], person: str) -> Fact:
    number = new_id(int(clock.now().timestamp() * 1000))
    said = {"instance": number, "flow": now.flow, "version": now.version, "subject": subject}
    said |= {"pins": [{"flow": code, "sha256": sha256} for code, sha256 in flows.pins.items()]}
    said |= {"values": _given(given)}
    return Fact(kinds.STARTED, kinds.instance_stream(number), said, subject=subject, actor=person)


def _given(texts: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
    return [{"variable": name, "value": [*said]} for name, said in texts.items()]
