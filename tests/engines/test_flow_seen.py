"""Whoever signs in a flow has seen all that happened in it; rooms add to what is to be seen, and witnesses ask."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest, number_of
from witness_support import Rig, Story

from server.core import rebuild
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.engines.flows import kinds, starting

pytestmark = pytest.mark.urs("ENG-02")
Json = dict[str, Any]


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def begun(site: PlantUnderTest) -> str:
    """A change that waits for its description, which is signed."""
    body = {"subject": "CHG-1", "values": [{"variable": "what", "value": ["mix for 18 min"]}]}
    answer = site.client("zhou").post("/api/flows/change/instances", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json["instance"])


def view(site: PlantUnderTest, number: str) -> Json:
    found: Json = site.client("zhou").get(f"/api/instances/{number}").json
    return found


def signing(site: PlantUnderTest, number: str, seen: int | None) -> Any:
    task = view(site, number)["tasks"][0]
    body = {"outcome": task["outcomes"][0]["code"] if task["outcomes"] else None, "comment": None, "seen": seen}
    body |= {"values": [{"variable": one["name"], "value": ["x"]} for one in task["sets"] if one["type"] == "text"]}
    meaning = task["outcomes"][0]["meaning"] if task["outcomes"] else None
    body |= {"login": "zhou", "password": PASSWORD, "meaning": meaning or task["meaning"]}
    return site.client("zhou").post(f"/api/instances/{number}/tasks/{task['id']}/complete", json=body)


def test_whoever_signs_has_seen_the_newest_entry_of_the_instance(site: PlantUnderTest) -> None:
    number = begun(site)
    before = view(site, number)["seen"]
    task = view(site, number)["tasks"][0]["id"]
    hold: Json = {"text": "hold on", "attachments": []}
    said = site.client("zhou").post(f"/api/instances/{number}/tasks/{task}/comment", json=hold)
    assert said.status_code == 200, said.text
    assert said.json["seen"] > before
    for seen in (before, said.json["seen"] + 1, None):
        refused = signing(site, number, seen)
        assert (refused.status_code, refused.json["code"]) == (409, "flow_changed_since")
    done = signing(site, number, said.json["seen"])
    assert done.status_code == 200, done.text
    [signed] = site.payloads(kinds.TASK_SIGNED)
    assert (signed["seen"], signed["meaning"]["code"]) == (said.json["seen"], "prepared")


def test_what_a_room_notes_is_in_the_history_and_must_be_seen_before_signing(site: PlantUnderTest) -> None:
    number = begun(site)
    before = view(site, number)["seen"]
    site.plant.recorder.state(starting.noted(number, "登记了偏差。", "A deviation was raised.", None))
    assert signing(site, number, before).json["code"] == "flow_changed_since"
    now = view(site, number)
    assert now["history"][-1]["noted"] == {"zh": "登记了偏差。", "en": "A deviation was raised."}
    assert signing(site, number, now["seen"]).status_code == 200
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_nobody_signs_in_the_shape_that_says_nothing_of_that(site: PlantUnderTest) -> None:
    number = begun(site)
    signing(site, number, view(site, number)["seen"])
    [signed] = site.payloads(kinds.TASK_SIGNED)
    old = {name: value for name, value in signed.items() if name != "seen"}
    fact = Fact(kinds.TASK_SIGNED_V1, kinds.instance_stream(number), old, actor=number_of("zhou"))
    with pytest.raises(PestleError, match="kind_superseded"):
        site.plant.recorder.state(fact)


@pytest.mark.urs("PLT-18")
def test_a_witness_finds_a_signature_of_somebody_who_was_not_shown_everything(tmp_path: Path) -> None:
    site = PlantUnderTest(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    number = begun(site)
    signing(site, number, view(site, number)["seen"])
    story = Story.of(site.plant)
    site.close()
    rig = Rig(tmp_path / "witness", story)
    assert rig.show(story) == 200, rig.why
    index = story.indices(kinds.TASK_SIGNED)[0]
    said = dict(story.entries[index].envelope.body)
    pen = story.pen("server", story.signer)
    later = story.then(pen.write(kinds.TASK_SIGNED, kinds.instance_stream(number), said, actor=number_of("zhou")))
    assert rig.show(later) == 422
    assert rig.found == ("flow_changed_since", len(story.entries))
    rig.folder.close()
