"""Documents that somebody has tampered with: refused with reasons or sound, converted or refused, nothing else."""

from random import Random
from typing import Any

import pytest
from flow_support import Driver
from lxml import etree
from support import ROOT, shared

from server.engines.flows import converting, living, parsing, publishing, walking, words
from server.engines.flows.model import Definition, Finding, FlowError, Refused
from server.engines.flows.publishing import Surroundings
from server.identity.model import ROLES

pytestmark = pytest.mark.urs("ENG-02")
FOLDER = ROOT / "server" / "engines" / "flows" / "delivered"
DATA = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.bpmn"))}
FLOWS = {code: parsing.parse(data) for code, data in DATA.items()}
ODD = [
    "",
    " ",
    "\u202e",
    "x" * 5_000,
    "<b>&amp;</b>",
    "P9999W",
    "-1",
    "true",
    "start",
    "../..",
    "{0}",
    "%s",
    "变量",
    "1e9",
]
KINDS = {"text": "x", "decimal": "1", "yes_no": True, "date": "2027-01-01", "time": "2027-01-01T00:00:00.000Z"}
VALUES = {**KINDS, "person": "li", "list(text)": ["x"], "list(person)": ["li"]}


def tampered(random: Random, data: bytes) -> bytes:
    """Some elements moved, doubled or gone; some attributes and texts changed, or of another element."""
    root = etree.fromstring(data)
    for _ in range(random.randint(1, 4)):
        elements = [one for one in root.iter() if one is not root and isinstance(one.tag, str)]
        one = random.choice(elements)
        around = one.getparent()
        assert around is not None
        roll = random.random()
        if roll < 0.2:
            around.remove(one)
        elif roll < 0.35:
            random.choice(elements).append(etree.fromstring(etree.tostring(one)))
        elif roll < 0.45:
            one.tag = random.choice(elements).tag
        elif roll < 0.85 and one.attrib:
            name = random.choice(list(one.attrib))
            values = [value for other in elements for value in other.attrib.values()]
            one.set(name, str(random.choice([*ODD, *random.sample(values, 5)])))
        else:
            one.text = random.choice(ODD)
    return etree.tostring(root)


def judged(data: bytes) -> tuple[Definition | None, list[Finding]]:
    try:
        definition = parsing.parse(data)
    except Refused as refused:
        return None, list(refused.findings)
    others = {code: one for code, one in FLOWS.items() if code != definition.code}
    return definition, publishing.check(definition, Surroundings(frozenset(ROLES), {}, others))


def run(definition: Definition, random: Random) -> None:
    """A published flow takes any event that is not refused by a reason of its own."""
    given = {name: VALUES[one.type] for name, one in definition.variables.items()}
    start: dict[str, Any] = {name: value for name, value in given.items() if definition.variables[name].start}
    others = [data for code, data in DATA.items() if code != definition.code]
    driver = Driver(definition, *others, **start)
    for turn in range(40):
        if driver.ended is not None:
            return
        assert driver.state is not None
        tasks = living.tasks(driver.flows, driver.state)
        timers = living.timers(driver.flows, driver.state)
        driver.at = f"{2028 + turn}-01-01T00:00:00.000Z"
        if timers and (not tasks or random.random() < 0.2):
            driver.take({"type": "fired", "timer": timers[0].id})
        elif tasks:
            one = random.choice(tasks)
            outcome = random.choice([each.code for each in one.node.outcomes] or [None])
            values = {each.variable: given[each.variable] for each in one.node.sets if each.variable in given}
            try:
                driver.take({"type": "completed", "task": one.id, "outcome": outcome, "values": values})
            except FlowError as error:
                if error.code not in ("flow_value_missing", "flow_variable_unknown", "flow_value_wrong"):
                    raise
    assert driver.replayed() == driver.states


def tamper(seed: int) -> bool:
    random = Random(f"tampered {seed}")
    data = tampered(random, DATA[random.choice(sorted(DATA))])
    definition, findings = judged(data)
    assert definition is not None or findings
    for one in findings:
        assert all(words.said(one.code, one.details).values()), one
    if definition is not None and not findings:
        run(definition, random)
    return definition is not None and not findings


def test_a_tampered_definition_is_refused_with_reasons_or_runs() -> None:
    accepted = sum(tamper(seed) for seed in range(100))
    assert 5 < accepted < 95


@pytest.mark.slow
def test_thousands_of_tampered_definitions_are_refused_with_reasons_or_run() -> None:
    accepted = sum(tamper(seed) for seed in range(1_000, 2_500))
    assert 150 < accepted < 1_450


def convert(seed: int) -> bool:
    random = Random(f"converted {seed}")
    sources = sorted(shared("data", "bpmn-miwg").glob("*.bpmn"))
    done = converting.convert(tampered(random, random.choice(sources).read_bytes()), "qa")
    assert (done.xml is None) == bool(done.refused)
    if done.xml is not None:
        parsing.parse(done.xml)
    return done.xml is not None


def test_tampered_models_are_converted_or_refused() -> None:
    assert 5 < sum(convert(seed) for seed in range(50)) < 50


def test_a_walk_is_bounded() -> None:
    flows = publishing.link(FLOWS["form-approval"], FLOWS)
    with pytest.raises(FlowError, match="flow_too_big"):
        walking.steps(flows, "2026-11-26T08:00:00.000Z", "zhang", {}, [{"complete": "1"}] * 501)
    with pytest.raises(FlowError, match="flow_task_not_open"):
        walking.steps(flows, "2026-11-26T08:00:00.000Z", "zhang", {}, [{"complete": "999"}])
    with pytest.raises(FlowError, match="flow_timer_not_due"):
        walking.steps(flows, "2026-11-26T08:00:00.000Z", "zhang", {}, [{"fire": "1"}])
