"""Messages between flows: one after the other however long the chain is, kept for who comes later, and bounded."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from approval_support import publish
from flow_support import AROUND, arrows, extension, flow, node, task
from plant import PlantUnderTest
from sqlalchemy import Connection

from server.alerts.watch import Watch
from server.core import rebuild
from server.core.kinds import Entry, Fact, Ruling
from server.engines.flows import kinds, parsing, projection, publishing, queries, running

pytestmark = pytest.mark.urs("ENG-02")
GO = '<bpmn:message id="m" name="go"/>'
DATE = "<bpmn:timerEventDefinition><bpmn:timeDate>at</bpmn:timeDate></bpmn:timerEventDefinition>"


OUT = '<pestle:outcome code="x" zh="x" en="x"/><pestle:sets variable="at"/>'


def said(key: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="m" pestle:key="{key}"/>'


def named(data: bytes) -> bytes:
    return data.replace(b'isExecutable="true"', 'isExecutable="true" name="试" pestle:nameEn="Trial"'.encode())


THROW = node("startEvent", "s") + node("intermediateThrowEvent", "t", "", said("then")) + node("endEvent", "e")
CATCH = THROW + node("intermediateCatchEvent", "c", "", said("subject"))
KICK = named(flow(THROW, arrows("s>t>e"), code="kick", variables={"then": "text"}, around=GO))
LINK = named(flow(CATCH, arrows("s>c>t>e"), code="link", variables={"then": "text"}, around=GO))


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    for data in (KICK, LINK):
        publish(made.plant, data)
    yield made
    made.close()


def start(site: PlantUnderTest, code: str, subject: str, then: str) -> str:
    return running.start(site.plant, code, subject, [{"variable": "then", "value": [then]}], "P-0006")


def states(site: PlantUnderTest, *numbers: str) -> list[bool]:
    """Whether each has ended."""
    with site.reading() as connection:
        rows = [queries.find_instance(connection, number) for number in numbers]
    return [row is not None and row.ended_at is not None for row in rows]


def kept(site: PlantUnderTest) -> int:
    with site.reading() as connection:
        return len([*connection.execute(projection.message.select())])


def entries(site: PlantUnderTest) -> int:
    with site.reading() as connection:
        return site.plant.log.head(connection).size


def told(site: PlantUnderTest) -> list[str]:
    """The instances of which who manages flows is told that they cannot go on."""
    items = site.client("li").get("/api/alerts").json["items"]
    return [one["link"] for one in items if one["code"] == "flow_stuck" and one["over_at"] is None]


def sound(site: PlantUnderTest) -> bool:
    return bool(rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"])


def test_a_chain_of_a_hundred_messages_arrives_at_its_end(site: PlantUnderTest) -> None:
    numbers = [start(site, "link", f"S-{place}", f"S-{place + 1}") for place in range(100)]
    start(site, "kick", "K", "S-0")
    assert states(site, numbers[0]) == [False]
    fired = [running.fire_due(site.plant) for _ in range(3)]
    assert (sum(fired), fired[-1]) == (100, 0)
    assert all(states(site, *numbers))
    assert kept(site) == 1
    assert sound(site)


def test_a_message_is_kept_for_the_first_who_comes_to_wait_for_it_and_for_nobody_else(site: PlantUnderTest) -> None:
    start(site, "kick", "K", "S-1")
    assert (running.fire_due(site.plant), kept(site)) == (0, 1)
    other, first, second = (start(site, "link", subject, "nobody") for subject in ("S-2", "S-1", "S-1"))
    assert running.fire_due(site.plant) == 1
    assert states(site, other, first, second) == [False, True, False]
    start(site, "kick", "K", "S-1")
    assert running.fire_due(site.plant) == 1
    assert states(site, other, first, second) == [False, True, True]
    assert sound(site)


def test_of_messages_for_which_nobody_comes_the_newest_are_kept(
    site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "MOST_KEPT", 3)
    for _ in range(5):
        start(site, "kick", "K", "S-1")
    assert kept(site) == 3
    assert sound(site)


def test_a_time_that_has_passed_runs_in_a_circle_only_so_often_and_a_person_brings_it_on(
    site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "MOST_ALONE", 10)
    once = task("a", 'pestle:role="engineer" pestle:into="o"', extension(OUT))
    late = node("boundaryEvent", "b", 'attachedToRef="a"', DATE)
    parts = node("startEvent", "s") + node("exclusiveGateway", "g") + once + late + node("endEvent", "e")
    parts += node("exclusiveGateway", "x", 'default="x-g"')
    ways = arrows("s>g>a>x>g", 'x>e if o == "x"', "b>g")
    made = flow(parts, ways, code="circle", variables={"at": "time", "o": "text"})
    publish(site.plant, named(made))
    values = [{"variable": "at", "value": ["2020-01-01T00:00:00.000Z"]}, {"variable": "o", "value": ["-"]}]
    number = running.start(site.plant, "circle", "S-1", values, "P-0006")
    assert running.fire_due(site.plant) == 11
    assert running.fire_due(site.plant) == 0
    watch = Watch(site.plant, lambda: None)
    watch.sweep()
    assert told(site) == [f"/instances/{number}"]
    engineer = site.client("zhou")
    assert {one["flow"]: one["stuck"] for one in engineer.get("/api/flows").json["items"]}["circle"] == 1
    view = engineer.get(f"/api/instances/{number}").json
    assert (view["stuck"], len(view["tasks"])) == ("flow_runs_on", 1)
    path = f"/api/instances/{number}/tasks/{view['tasks'][0]['id']}/complete"
    done = engineer.post(path, json={"outcome": "x", "values": [], "comment": None})
    assert (done.status_code, done.json["stuck"]) == (200, None)
    assert done.json["ended"] is not None
    watch.sweep()
    assert told(site) == []
    assert sound(site)


def test_what_a_room_refuses_of_a_step_is_tried_once_and_left_to_people(
    site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(connection: Connection, entry: Entry) -> Ruling:
        if entry.payload["flow"] not in ("link", "later") or entry.payload["result"] == "cancelled":
            return Ruling()
        said = {"flow": "nothing", "reason": "never"}
        return Ruling(consequences=[Fact(kinds.ENABLED, kinds.flow_stream("nothing"), said)])

    judges = site.plant.registry._judges
    monkeypatch.setitem(judges, kinds.ENDED, (*judges[kinds.ENDED], refusing))
    catch = node("intermediateCatchEvent", "c", "", DATE)
    parts = node("startEvent", "s") + catch + node("endEvent", "e")
    publish(site.plant, named(flow(parts, arrows("s>c>e"), code="later", variables={"at": "time"})))
    values = [{"variable": "at", "value": ["2020-01-01T00:00:00.000Z"]}]
    numbers = [running.start(site.plant, "later", "S-1", values, "P-0006"), start(site, "link", "S-2", "nobody")]
    start(site, "kick", "K", "S-2")
    assert running.fire_due(site.plant) == 0
    assert [one["code"] for one in site.payloads(kinds.HALTED)] == ["flow_switch_wrong"] * 2
    size = entries(site)
    assert [running.fire_due(site.plant) for _ in range(3)] == [0, 0, 0]
    assert entries(site) == size
    manager = site.client("li")
    for number in numbers:
        view = manager.get(f"/api/instances/{number}").json
        assert (view["stuck"], view["history"][-1]["event"]) == ("flow_switch_wrong", "halted")
        assert manager.post(f"/api/instances/{number}/cancel", json={"reason": "not needed"}).json["ended"] is not None
    assert sound(site)


def test_a_date_that_nothing_in_a_cycle_sets_is_refused_at_publication() -> None:
    way = extension('<pestle:outcome code="x" zh="x" en="x"/>')
    parts = node("startEvent", "s") + node("exclusiveGateway", "g") + node("endEvent", "e")
    parts += node("boundaryEvent", "b", 'attachedToRef="a"', DATE) + node("exclusiveGateway", "x", 'default="x-g"')
    parts += task("a", 'pestle:role="qa" pestle:into="o"', way)
    ways = arrows("s>g>a>x>g", 'x>e if o == "x"', "b>g")
    found = publishing.check(parsing.parse(flow(parts, ways, variables={"at": "time", "o": "text"})), AROUND)
    assert [(one.code, one.element) for one in found] == [("date_same_in_cycle", "b")]


@pytest.mark.parametrize("duration", ["PT0S", "P0D", "-P1D"])
def test_a_time_of_nothing_is_refused_at_publication(duration: str) -> None:
    late = node("boundaryEvent", "b", 'attachedToRef="a"', DATE.replace("timeDate>at</", f"timeDuration>{duration}</"))
    late = late.replace("timeDate", "timeDuration")
    parts = node("startEvent", "s") + node("exclusiveGateway", "g") + task("a") + late + node("endEvent", "e")
    data = flow(parts, arrows("s>g>a>e", "b>g"))
    try:
        found = publishing.check(parsing.parse(data), AROUND)
    except parsing.Refused as refused:
        found = [*refused.findings]
    assert (found[0].code, found[0].element) in (("duration_nothing", "b"), ("duration_wrong", "b"))
