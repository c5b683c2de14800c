"""Duties that are kept apart: in whatever order they are done, each flow for itself, and each person with one word."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from approval_support import publish
from flow_support import arrows, flow, node, task
from plant import PlantUnderTest, number_of
from sqlalchemy import event

from server.core import rebuild
from server.engines.flows import asking, queries, running

pytestmark = pytest.mark.urs("ENG-02")
ROLE = 'pestle:role="engineer qa" name="甲" pestle:nameEn="A"'
NAMED = 'isExecutable="true" name="试" pestle:nameEn="Trial"'
START = node("startEvent", "s") + node("endEvent", "e")


def named(data: bytes) -> bytes:
    return data.replace(b'isExecutable="true"', NAMED.encode())


BOTH = node("parallelGateway", "p") + node("parallelGateway", "j") + task("a", ROLE)
BOTH += task("b", f'{ROLE} pestle:notBy="a"')
TWO = named(flow(START, BOTH, arrows("s>p>a>j>e", "p>b>j"), code="two"))
INNER = named(flow(START, task("a", ROLE), task("c", f'{ROLE} pestle:notBy="a"'), arrows("s>a>c>e"), code="inner"))
CALL = node("callActivity", "call", 'calledElement="inner"')
TASKS = task("a", ROLE) + task("c", f'{ROLE} pestle:notBy="a"')
OUTER = named(flow(START, CALL, TASKS, arrows("s>call>a>c>e"), code="outer"))
REPEAT = 'isSequential="false" pestle:collection="people" pestle:element="one"'
EACH = task("v", 'pestle:person="one" name="甲"', f"<bpmn:multiInstanceLoopCharacteristics {REPEAT}/>")
VOTE = named(flow(START, EACH, arrows("s>v>e"), code="vote", variables={"people": "list(person)"}))


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def done(site: PlantUnderTest, number: str, name: str, login: str) -> str | None:
    """The code with which it was refused; None where it was taken."""
    client = site.client(login)
    one = next(one for one in client.get(f"/api/instances/{number}").json["tasks"] if one["node"] == name)
    path = f"/api/instances/{number}/tasks/{one['id']}/complete"
    answer = client.post(path, json={"outcome": None, "values": [], "comment": None})
    assert one["mine"] == (answer.status_code == 200)
    return answer.json.get("code")


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("b", "a")])
def test_two_duties_that_wait_at_once_are_kept_apart_in_whatever_order(
    site: PlantUnderTest, first: str, second: str
) -> None:
    publish(site.plant, TWO)
    number = running.start(site.plant, "two", "S-1", [], "P-0003")
    assert done(site, number, first, "zhou") is None
    assert done(site, number, second, "zhou") == "flow_not_by_same"
    with site.reading() as connection:
        [row] = queries.tasks_of(connection, number)
        assert number_of("zhou") not in asking.candidates(connection, number, row.task, None)
    assert done(site, number, second, "li") is None
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_a_called_flow_keeps_its_own_duties_apart(site: PlantUnderTest) -> None:
    publish(site.plant, INNER)
    publish(site.plant, OUTER)
    number = running.start(site.plant, "outer", "S-1", [], "P-0003")
    assert done(site, number, "a", "zhou") is None
    assert done(site, number, "c", "zhou") == "flow_not_by_same"
    assert done(site, number, "c", "li") is None
    # The element of that name in the flow that called: another, and `li` has done none of it.
    assert done(site, number, "a", "li") is None
    assert done(site, number, "c", "li") == "flow_not_by_same"
    assert done(site, number, "c", "zhou") is None


def statements(site: PlantUnderTest, act: Callable[[], object]) -> int:
    """How often the database is asked."""
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    event.listen(site.plant.engine, "before_cursor_execute", note)
    act()
    event.remove(site.plant.engine, "before_cursor_execute", note)
    return len(asked)


def test_an_instance_and_what_is_late_are_read_at_once_however_many_tasks_wait(site: PlantUnderTest) -> None:
    publish(site.plant, VOTE)
    found = []
    for people in (2, 40):
        listed = [{"variable": "people", "value": [f"P-9{place:03d}" for place in range(people)]}]
        number = running.start(site.plant, "vote", "S-1", listed, "P-0003")
        with site.reading() as connection:
            rows = queries.tasks_of(connection, number)
            late = statements(site, partial(queries.told_when_late, connection, rows))
        client = site.client("li")
        found.append((late, statements(site, partial(client.get, f"/api/instances/{number}"))))
        assert len(rows) == people
    assert found[0] == found[1]


def test_nobody_stands_twice_in_a_list_of_people(site: PlantUnderTest) -> None:
    publish(site.plant, VOTE)
    twice = {"subject": "S-1", "values": [{"variable": "people", "value": ["P-0004", "P-0006", "P-0004"]}]}
    refused = site.client("zhou").post("/api/flows/vote/instances", json=twice)
    assert (refused.status_code, refused.json["code"]) == (422, "flow_person_twice")
    once = {"subject": "S-1", "values": [{"variable": "people", "value": ["P-0004", "P-0006"]}]}
    assert site.client("zhou").post("/api/flows/vote/instances", json=once).status_code == 201
