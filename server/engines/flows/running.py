"""What moves flows from outside of people: what comes with the product is taken in, and time passes.

Timers that are due are fired in the order (due, instance, timer), and messages handed to whom they reach, before and
after anybody's command, when a process starts, and about once a second. Several processes may see the same one: the
second finds nothing there, and says so.
"""

from collections.abc import Callable, Mapping, Sequence
from threading import Event, Thread
from typing import Any

from sqlalchemy import Row

from server.core import clock
from server.core.complaints import complain
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.core.record import Recorded
from server.engines.flows import kinds, queries, starting

SECONDS = 1.0
# Events in one transaction: few enough that nobody's command waits long behind them.
_TOGETHER = 20
# One after the other in one go: a date that has passed may stand in a loop, and a message make another.
_ROUNDS = 50


def deliver(plant: Plant, code: str) -> None:
    """Take into the log what a flow is by delivery, with all that it calls."""

    def facts() -> list[Fact]:
        with plant.engine.connect() as connection:
            return starting.delivered(connection, code)

    _once_more(plant, facts)


def start(plant: Plant, flow: str, subject: str, given: Sequence[Mapping[str, Any]], person: str) -> str:
    """A new instance by the version in force; its identifier. `given`: the values that the flow asks for at its start,
    [{variable, value: [text, …]}]. PestleError `flow_not_in_force`, and those of a step."""
    texts = {one["variable"]: one["value"] for one in given}

    def facts() -> list[Fact]:
        with plant.engine.connect() as connection:
            begun = starting.begun(connection, flow, subject, texts, person)
        unknown = texts.keys() - {one["variable"] for one in begun[-1].payload["values"]}
        if unknown:
            raise PestleError("flow_variable_unknown", {"variable": min(unknown)})
        return begun

    stated = _once_more(plant, facts)
    return str(next(one for one in stated if one.envelope.head.kind == kinds.STARTED).envelope.body["instance"])


def _once_more(plant: Plant, facts: Callable[[], list[Fact]]) -> list[Recorded]:
    """State them; again, as they are by then, where another request took a delivered flow in meanwhile."""
    try:
        return plant.recorder.state(*facts())
    except PestleError as error:
        if error.code != "flow_version_wrong":
            raise
        return plant.recorder.state(*facts())


def fire_due(plant: Plant) -> int:
    """Fire what is due, hand over what was sent, and what comes of that; how many. What cannot be fired keeps nothing
    else from it, and what comes due again and again waits for the next time."""
    fired = 0
    for _ in range(_ROUNDS):
        with plant.engine.connect() as connection:
            found = [_fact(*one) for one in queries.due_timers(connection, clock.now_text())]
            found += [_message(row) for row in queries.deliverable(connection)]
        now = 0
        for begin in range(0, len(found), _TOGETHER):
            now += _fired(plant, found[begin : begin + _TOGETHER])
        fired += now
        if now == 0:
            break
    return fired


def _fired(plant: Plant, facts: Sequence[Fact]) -> int:
    """All in one transaction; where that fails each alone, so that one instance stops no other."""
    try:
        plant.recorder.state(*facts)
    except Exception as error:
        if len(facts) > 1:
            return sum(_fired(plant, [fact]) for fact in facts)
        if isinstance(error, PestleError):
            _halt(plant, facts[0], error.code)
        else:
            complain("flows", error)
        return 0
    return len(facts)


def _halt(plant: Plant, fact: Fact, code: str) -> None:
    """A rule has refused what follows, as it would each time: said once, and left to people."""
    number = fact.payload["instance"]
    said = {"instance": number, "code": code}
    try:
        plant.recorder.state(Fact(kinds.HALTED, kinds.instance_stream(number), said, subject=number))
    except Exception as error:
        complain("flows", error)


def _fact(due: str, instance: str, timer: str) -> Fact:
    said = {"instance": instance, "timer": timer, "due": due}
    return Fact(kinds.FIRED, kinds.instance_stream(instance), said, subject=instance)


def _message(row: Row[Any]) -> Fact:
    said = {"instance": row.instance, "wait": row.wait, "name": row.name, "key": row.key or None, "sender": row.sender}
    return Fact(kinds.MESSAGE, kinds.instance_stream(row.instance), said, subject=row.instance)


class Clockwork:
    """The thread of a process that lets time pass in flows."""

    def __init__(self, plant: Plant) -> None:
        self._plant, self._stop = plant, Event()
        self._thread = Thread(target=self._run, name="flows", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                fire_due(self._plant)
            except Exception as error:
                complain("flows", error)
            self._stop.wait(SECONDS)
