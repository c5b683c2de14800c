"""The BPMN MIWG reference models: each is converted and runs to its end, or is refused with all that is in the way."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from flow_support import AROUND, Driver
from lxml import etree
from support import shared

from server.engines.flows import converting, living, parsing, publishing, words
from server.engines.flows.reading import B, local

pytestmark = pytest.mark.urs("ENG-02")
# What is refused of each model; none: it is converted and runs.
MODELS: dict[str, dict[str, str]] = {
    "A.1.0": {},
    "A.2.0": {},
    "A.2.1": {},
    "A.3.0": {},
    "A.4.0": {},
    "A.4.1": {},
    "B.1.0": {},
    "B.2.0": {
        "_68ca1f8b-5028-4079-9e35-619b529f4d71": "conditionalEventDefinition",
        "_be29f267-9d56-46ef-8bbc-e13513b25fce": "eventBasedGateway",
        "_f27040d5-765c-493c-bbe7-9fb6ad04cbdc": "linkEventDefinition",
        "_4f5e6e50-d9d0-4f97-959a-d1b8e1e32788": "linkEventDefinition",
    },
    "C.1.0": {},
    "C.1.1": {},
    "C.2.0": {},
    "C.3.0": {},
    "C.4.0": {},
    "C.5.0": {},
    "C.6.0": {
        "_6a5cdbbf-2618-496e-b728-955dc215ef9d": "compensateEventDefinition",
        "_7ab6dbdf-f55b-4be6-bb41-d99793135c1d": "eventBasedGateway",
        "_e880bf53-84ca-4776-aa75-d1bf53172240": "subProcess",
        "_b25ecc7c-4eff-4a70-96f2-6b2f94cf19b1": "compensateEventDefinition",
        "_fe3f9094-097b-416d-adeb-4b7e7e753f3c": "compensateEventDefinition",
    },
    "C.7.0": {},
    "C.8.0": {},
    "C.8.1": {},
    "C.9.0": {"Activity_1ke2ixr": "subProcess", "Activity_0vp33kx": "subProcess"},
    "C.9.1": {},
    "C.9.2": {"Activity_0uvp3cb": "subProcess", "Activity_1esx1s7": "subProcess", "Activity_02a6b2h": "subProcess"},
}


def model(name: str) -> bytes:
    return Path(shared("data", "bpmn-miwg", f"{name}.bpmn")).read_bytes()


def run(xml: bytes, seed: int) -> tuple[int, set[str]]:
    """An instance to its end by random choices: how many events that took, and which nodes were passed."""
    random, turn, passed = Random(f"{seed}"), 0, set[str]()
    definition = parsing.parse(xml)
    given: dict[str, Any] = {name: ["a", "b"] for name, one in definition.variables.items() if one.start}
    driver = Driver(definition, **given)
    while driver.ended is None:
        turn += 1
        assert turn < 1_000
        assert driver.state is not None
        events = [("completed", "task", one.id, one.node) for one in living.tasks(driver.flows, driver.state)]
        events += [("fired", "timer", one.id, one.node) for one in living.timers(driver.flows, driver.state)]
        events += [("received", "wait", one.id, one.node) for one in living.waits(driver.flows, driver.state)]
        kind, key, number, node = random.choice(events)
        outcome = random.choice([one.code for one in node.outcomes]) if node.outcomes else None
        values = {one.variable: random.random() < 0.5 for one in node.sets}
        driver.at = f"{2027 + turn}-01-01T00:00:00.000Z"
        driver.take({"type": kind, key: number, "outcome": outcome, "values": values})
    assert driver.replayed() == driver.states
    passed = {one.node for step in driver.steps for one in step.happened if one.what in ("passed", "opened")}
    return turn, passed


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_converted_and_runs_or_is_refused_element_by_element(name: str) -> None:
    data = model(name)
    converted = converting.convert(data, "qa")
    assert all(words.said(one.code, one.details)["zh"] for one in converted.changes)
    assert all(words.said(one.code, one.details)["zh"] for one in converted.refused)
    assert {one.element: one.details["element"] for one in converted.refused} == MODELS[name]
    if MODELS[name]:
        assert converted.xml is None
        return
    assert converted.xml is not None
    assert publishing.check(parsing.parse(converted.xml), AROUND) == []
    seen: set[str] = set()
    for seed in range(40):
        seen |= run(converted.xml, seed)[1]
    nodes = {node for scope in parsing.parse(converted.xml).scopes.values() for node in scope.nodes}
    assert nodes <= seen


def test_the_table_has_every_model() -> None:
    found = {path.stem for path in Path(shared("data", "bpmn-miwg")).glob("*.bpmn")}
    assert found == set(MODELS)


@pytest.mark.parametrize("name", [name for name, refused in MODELS.items() if not refused])
def test_everything_that_is_not_in_the_draft_is_on_the_list(name: str) -> None:
    """Each node of the source is in the draft, of the kind that it had, or a change names it or what is around it."""
    converted = converting.convert(model(name), "qa")
    assert converted.xml is not None
    source, draft = etree.fromstring(model(name)), etree.fromstring(converted.xml)
    kept = {one.get("id"): local(one) for one in draft.iter(f"{B}*")}
    named = {one.element for one in converted.changes}
    plain = {"task": "userTask", "manualTask": "userTask"}
    for process in source.findall(f"{B}process"):
        for one in process.iter(f"{B}*"):
            kind, around = local(one), {up.get("id") for up in one.iterancestors()}
            if not kind.endswith(("Task", "task", "Event", "Gateway", "subProcess", "callActivity", "dataObject")):
                continue
            same = kept.get(one.get("id")) == plain.get(kind, kind)
            assert same or one.get("id") in named or around & named, (kind, one.get("id"))


def test_a_draft_has_a_diagram_of_everything() -> None:
    converted = converting.convert(model("C.4.0"), "qa")
    assert converted.xml is not None
    draft = etree.fromstring(converted.xml)
    drawn = {one.get("bpmnElement") for one in draft.iter("{http://www.omg.org/spec/BPMN/20100524/DI}*")}
    definition = parsing.parse(converted.xml)
    for scope in definition.scopes.values():
        assert {*scope.nodes, *scope.edges} <= drawn


def test_conversion_reads_no_dtd_and_needs_a_process() -> None:
    assert [one.code for one in converting.convert(b"<!DOCTYPE x>" + model("A.1.0")).refused] == ["dtd_forbidden"]
    assert [one.code for one in converting.convert(b"<a/>").refused] == ["not_bpmn"]
    empty = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'
    assert [one.code for one in converting.convert(empty).refused] == ["process_not_one"]
