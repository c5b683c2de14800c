"""The definitions that come with the product: each passes publication, and is walked by all of its ways."""

from itertools import product
from random import Random
from typing import Any

import pytest
from flow_support import Driver
from lxml import etree
from support import ROOT

from server.engines.flows import living, parsing, publishing
from server.engines.flows.model import Definition, Node
from server.engines.flows.publishing import Surroundings
from server.identity.model import ROLES

pytestmark = pytest.mark.urs("ENG-02")
FOLDER = ROOT / "server" / "engines" / "flows" / "delivered"
DATA = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.bpmn"))}
FLOWS = {code: parsing.parse(data) for code, data in DATA.items()}
# How each may end, as its listeners hear it.
RESULTS: dict[str, set[str | None]] = {
    "form-approval": {"approved", "returned"},
    "flow-approval": {"approved", "returned"},
    "recipe-approval": {"approved", "returned"},
    "specification-approval": {"approved", "returned"},
    "material-approval": {"approved", "returned"},
    "purchase-requisition": {"approved", "rejected"},
    "purchase-order": {"approved", "rejected"},
    "batch-order-release": {"released", "rejected", "withdrawn"},
    "deviation": {"closed"},
    "capa": {"effective", "rejected"},
    "change": {"closed", "rejected"},
    "batch-review": {"reviewed", "rejected"},
}
GIVEN: dict[str, Any] = {"text": "x", "decimal": "60000", "list(person)": ["li", "wu", "xu"], "person": "li"}
GIVEN |= {"list(text)": ["API-0107 A-5/2"], "date": "2027-01-01"}


def others(code: str) -> dict[str, Definition]:
    return {key: one for key, one in FLOWS.items() if key != code}


def test_there_is_one_for_each_use() -> None:
    assert set(FLOWS) == set(RESULTS)
    assert all(one.code == code for code, one in FLOWS.items())


@pytest.mark.parametrize("code", RESULTS)
def test_each_passes_publication_and_speaks_both_languages(code: str) -> None:
    assert publishing.check(FLOWS[code], Surroundings(frozenset(ROLES), {}, others(code))) == []
    for scope in FLOWS[code].scopes.values():
        named = [node for node in scope.nodes.values() if node.kind in ("task", "end", "call", "sub")]
        assert all(node.name.zh and node.name.en and node.name.zh != node.name.en for node in named)
        choosing = [node for node in scope.nodes.values() if node.kind != "parallel" and len(node.out) > 1]
        assert all(edge.name.zh and edge.name.en for node in choosing for edge in scope.leaving(node.id))


@pytest.mark.parametrize("code", RESULTS)
def test_each_is_drawn_whole_and_no_two_nodes_lie_on_one_another(code: str) -> None:
    root = etree.fromstring(DATA[code])
    di, dc = "{http://www.omg.org/spec/BPMN/20100524/DI}", "{http://www.omg.org/spec/DD/20100524/DC}"
    boxes = {}
    for shape in root.iter(f"{di}BPMNShape"):
        bounds = shape.find(f"{dc}Bounds")
        assert bounds is not None
        boxes[shape.get("bpmnElement")] = [int(str(bounds.get(key))) for key in ("x", "y", "width", "height")]
    drawn = set(boxes) | {one.get("bpmnElement") for one in root.iter(f"{di}BPMNEdge")}
    for scope in FLOWS[code].scopes.values():
        assert {*scope.nodes, *scope.edges} <= drawn
        flat = [boxes[node.id] for node in scope.nodes.values() if node.kind != "boundary"]
        for one, two in product(flat, flat):
            apart = one[0] + one[2] <= two[0] or two[0] + two[2] <= one[0]
            assert one is two or apart or one[1] + one[3] <= two[1] or two[1] + two[3] <= one[1]


def given(definition: Definition, node: Node, random: Random) -> dict[str, Any]:
    """What somebody might write into what this task asks for."""
    found: dict[str, Any] = {}
    for one in node.sets:
        kind = definition.variables[one.variable].type
        if kind == "yes_no":
            found[one.variable] = random.random() < 0.5
        elif kind == "decimal":
            found[one.variable] = random.choice(["100.00", "50000.00"])
        elif kind == "time":
            found[one.variable] = "2027-01-01T00:00:00.000Z"
        else:
            found[one.variable] = GIVEN[kind]
    return found


def walk(code: str, seed: int) -> tuple[str | None, set[str]]:
    """One instance to its end at random: its result, and the nodes that it went over."""
    random, turn = Random(f"{code} {seed}"), 0
    start = {name: GIVEN[one.type] for name, one in FLOWS[code].variables.items() if one.start}
    driver = Driver(FLOWS[code], *(DATA[other] for other in others(code)), **start)
    while driver.ended is None:
        turn += 1
        assert turn < 2_000
        assert driver.state is not None
        tasks = [("task", one.id, one.path, one.node) for one in living.tasks(driver.flows, driver.state)]
        timers = [("timer", one.id, one.path, one.node) for one in living.timers(driver.flows, driver.state)]
        kind, number, path, node = random.choice(tasks + timers)
        if kind == "timer":
            driver.at = f"{2028 + turn}-01-01T00:00:00.000Z"
            driver.take({"type": "fired", "timer": number})
            continue
        outcome = random.choice([one.code for one in node.outcomes]) if node.outcomes else None
        values = given(driver.flows.definition(path), node, random)
        driver.take({"type": "completed", "task": number, "outcome": outcome, "values": values})
    assert driver.replayed() == driver.states
    happened = [one for step in driver.steps for one in step.happened if one.path.partition("/")[0] == code]
    return driver.ended["result"], {one.node for one in happened if one.what in ("passed", "opened")}


@pytest.mark.parametrize("code", RESULTS)
def test_each_is_walked_by_all_its_ways(code: str) -> None:
    results: set[str | None] = set()
    nodes: set[str] = set()
    every = {node for scope in FLOWS[code].scopes.values() for node in scope.nodes}
    for seed in range(400):
        result, seen = walk(code, seed)
        results.add(result)
        nodes |= seen
        if nodes == every and results == RESULTS[code]:
            break
    assert results == RESULTS[code]
    assert nodes == every


@pytest.mark.parametrize("code", [code for code in RESULTS if code.endswith("approval")])
def test_whoever_prepared_or_reviewed_does_not_approve(code: str) -> None:
    nodes = FLOWS[code].scopes[code].nodes
    # Where submitting is the room's, who started it has prepared it.
    prepared = {"prepare", "starter"}
    assert prepared & set(nodes["decide"].not_by)
    reviews = [node for node in nodes.values() if node.id.startswith("review_")]
    assert reviews
    assert all(prepared & set(node.not_by) for node in reviews)


@pytest.mark.parametrize("code", RESULTS)
def test_what_is_signed_says_what_it_means(code: str) -> None:
    for scope in FLOWS[code].scopes.values():
        for node in scope.nodes.values():
            for outcome in ("approve", "reject", "release"):
                if outcome in [one.code for one in node.outcomes]:
                    meaning = {"approve": "approved", "reject": "rejected", "release": "released"}[outcome]
                    assert node.meaning_of(outcome) == meaning
