"""Random flows in random orders: joins open when the oracle says, replays are byte-identical, what is accepted ends."""

import re
from collections import Counter
from random import Random
from typing import Any

import flow_oracle
import pytest
from flow_support import AROUND, Driver

from server.engines.flows import parsing, publishing
from server.engines.flows.model import Definition, Edge, Finding, Refused
from server.engines.flows.publishing import Surroundings
from server.engines.flows.tokens import Tokens

pytestmark = pytest.mark.urs("ENG-02")
PEOPLE = ["li", "wu", "xu"]
# A random run that has not ended by now would not; loops are left for good long before.
MOST = 2_000


def happenings(driver: Driver) -> list[tuple[str, str]]:
    """What may happen next, in the words of the oracle."""
    assert driver.state is not None
    found = [("complete", name) for _, name in driver.tasks()]
    for one in driver.state["timers"].values():
        late = one["node"].endswith("_b")
        found.append(("late", one["node"].removesuffix("_b")) if late else ("timer", one["node"]))
    return sorted(found + [("wait", one["node"]) for one in driver.state["waits"].values()])


def take(driver: Driver, what: str, name: str, values: dict[str, bool], turn: int) -> None:
    if what == "complete":
        driver.complete(name, None, **values)
    elif what == "wait":
        driver.receive(name)
    else:
        driver.fire(f"{name}_b" if what == "late" else name, f"{2027 + turn}-01-01T00:00:00.000Z")


def chosen(random: Random, decisions: list[str], turn: int) -> dict[str, bool]:
    """Each decision at random; loops become rarer, and end."""
    likely = {one: 0.3 if one.endswith("_again") and turn < 60 else 0.5 for one in decisions}
    return {one: turn < 200 and random.random() < likely[one] for one in decisions}


def findings(definitions: dict[str, Definition]) -> list[Finding]:
    found = []
    for code, definition in definitions.items():
        others = {key: one for key, one in definitions.items() if key != code}
        found += publishing.check(definition, Surroundings(AROUND.roles, {}, others))
    return found


def inside(block: flow_oracle.Block) -> list[str]:
    parts = [*block.parts, *([block.late] if block.late else [])]
    return [block.name, *(name for part in parts for name in inside(part))]


def run_beside_the_oracle(seed: int, size: int) -> Counter[str]:
    making = flow_oracle.Making(seed)
    flow = making.flow(size)
    random = Random(f"orders {seed}")
    documents = {one.code: flow_oracle.Writing(one).document() for one in making.flows}
    assert findings({code: parsing.parse(data) for code, data in documents.items()}) == [], seed
    decisions = {name: one.decisions for one in making.flows for name in inside(one.body)}
    oracle = flow_oracle.begun(flow, {"reviewers": PEOPLE})
    others = [data for code, data in documents.items() if code != flow.code]
    driver = Driver(documents[flow.code], *others, reviewers=PEOPLE)
    taken: Counter[str] = Counter()
    while not oracle.done:
        turn = taken.total()
        expected = sorted(oracle.open())
        assert happenings(driver) == expected, (seed, turn)
        what, name = random.choice(expected)
        values = chosen(random, decisions[name], turn) if what == "complete" else {}
        oracle.act(what, name, values)
        take(driver, what, name, values, turn)
        taken[what] += 1
        assert turn < MOST, seed
    assert driver.ended == {"result": None}, seed
    assert driver.replayed() == driver.states, seed
    return taken


def test_random_flows_do_what_their_blocks_mean() -> None:
    taken = sum((run_beside_the_oracle(seed, 3 + seed % 10) for seed in range(150)), Counter[str]())
    assert taken["complete"] > 500
    assert min(taken[one] for one in ("late", "timer", "wait")) > 20


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_thousands_of_random_flows_do_what_their_blocks_mean(part: int) -> None:
    for seed in range(10_000 + part * 500, 10_000 + (part + 1) * 500):
        run_beside_the_oracle(seed, 3 + seed % 18)


class Counting(Driver):
    """Counts the tokens on each way into every parallel join, and how often it opened: no sooner and no later."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *documents: bytes) -> None:
        self.came: dict[tuple[str, str], Counter[str]] = {}
        self.opened: Counter[tuple[str, str]] = Counter()
        follow, consume = Tokens.follow, Tokens.consume

        def followed(run: Tokens, scope: str, edge: Edge) -> None:
            node = run.scope(scope).nodes[edge.target]
            if node.kind == "parallel" and len(node.into) > 1:
                self.came.setdefault((scope, node.id), Counter(dict.fromkeys(node.into, 0)))[edge.id] += 1
            follow(run, scope, edge)

        def consumed(run: Tokens, scope: str, node: Any) -> None:
            self.opened[scope, node.id] += node.kind == "parallel"
            consume(run, scope, node)

        monkeypatch.setattr(Tokens, "follow", followed)
        monkeypatch.setattr(Tokens, "consume", consumed)
        super().__init__(*documents, reviewers=PEOPLE)

    def check(self) -> None:
        assert self.state is not None
        for (scope, join), ways in self.came.items():
            if scope in self.state["scopes"]:
                assert self.opened[scope, join] == min(ways.values()), (join, ways)
            assert max(ways.values()) - min(ways.values()) <= 1, (join, ways)


def changed(random: Random, data: bytes) -> bytes:
    """The same flow with one gateway of another kind, or one arrow that leads elsewhere."""
    text = data.decode()
    gateways = re.findall(r'<bpmn:(\w+)Gateway id="(\w+)"', text)
    arrows = re.findall(r'sourceRef="\w+" targetRef="(\w+)"', text)
    if gateways and random.random() < 0.5:
        kind, name = random.choice(gateways)
        other = random.choice([one for one in ("exclusive", "parallel", "inclusive") if one != kind])
        return text.replace(f'<bpmn:{kind}Gateway id="{name}"', f'<bpmn:{other}Gateway id="{name}"').encode()
    places = [found.span(1) for found in re.finditer(r'targetRef="(\w+)"', text)]
    begin, end = random.choice(places)
    return bytes((text[:begin] + random.choice(arrows) + text[end:]).encode())


def run_changed(seed: int) -> str:
    """A flow that no longer is a tree of blocks: refused, or it ends in every order tried."""
    random = Random(f"changes {seed}")
    making = flow_oracle.Making(seed)
    flow = making.flow(3 + seed % 8, depth=2)
    documents = {one.code: flow_oracle.Writing(one).document() for one in making.flows}
    documents[flow.code] = changed(random, documents[flow.code])
    try:
        definitions = {code: parsing.parse(data) for code, data in documents.items()}
    except Refused:
        return "unreadable"
    if findings(definitions):
        return "refused"
    others = [data for code, data in documents.items() if code != flow.code]
    decisions = {name: one.decisions for one in making.flows for name in inside(one.body)}
    for order in range(3):
        turns = Random(f"{seed} {order}")
        with pytest.MonkeyPatch.context() as patch:
            driver = Counting(patch, documents[flow.code], *others)
            while driver.ended is None:
                driver.check()
                turn = len(driver.events)
                what, name = turns.choice(happenings(driver))
                # Where a changed arrow leads, the default may be the way round again: nothing but chance is fair.
                values = {one: turns.random() < 0.5 for one in decisions[name]} if what == "complete" else {}
                take(driver, what, name, values, turn)
                assert turn < MOST, seed
            driver.check()
        assert driver.replayed() == driver.states, seed
    return "ended"


def test_changed_flows_are_refused_or_end() -> None:
    ended = Counter(run_changed(seed) for seed in range(200))
    assert ended["ended"] > 30
    assert ended["refused"] > 30


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_thousands_of_changed_flows_are_refused_or_end(part: int) -> None:
    ended = Counter(run_changed(seed) for seed in range(10_000 + part * 1_000, 10_000 + (part + 1) * 1_000))
    assert min(ended["ended"], ended["refused"]) > 150
