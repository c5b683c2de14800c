"""A witness finds a server that puts a form in force which nobody else approved, or opens records of another."""

from collections.abc import Iterator
from typing import Any

import pytest
from approval_support import approve
from form_support import submission, weighing_record
from plant import PASSWORD, PlantUnderTest
from witness_support import Rig, Story

from server.engines.flows import kinds
from server.engines.forms import model
from server.engines.forms.records.model import OPENED

pytestmark = pytest.mark.urs("PLT-18", "ENG-01")
FORM = "weighing-record"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The first version is in force, a record of it is open, and the second waits for approval."""
    folder = tmp_path_factory.mktemp("forms")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    engineer = site.client("zhou")
    for version in (1, 2):
        draft = {"revision": None, "definition": weighing_record()}
        revision = engineer.post(f"/api/forms/{FORM}/draft", json=draft).json["revision"]
        body = submission(weighing_record(), revision, version) | {"login": "zhou", "password": PASSWORD}
        view = engineer.post(f"/api/forms/{FORM}/versions", json=body).json
        newest = view["versions"][-1]
        if newest["version"] == 1:
            approve(site.plant, f"form/{FORM}/1", {"review_supervisor": "P-0003"}, "P-0004")
    opened = site.client("zhang").post("/api/records", json={"form": FORM, "subject": None})
    assert opened.status_code == 201, opened.text
    yield Story.of(site.plant)
    site.close()


def decided(story: Story, outcome: str, meaning: str, signer: str) -> tuple[Story, dict[str, Any]]:
    """The log with a second approval of the form that ends as somebody with the server's key would have it; and what
    puts the second version in force by it."""
    [approved] = story.payloads(model.VERSION_APPROVED)
    number = story.payloads(kinds.STARTED)[-1]["instance"]
    signed = next(one for one in story.payloads(kinds.TASK_SIGNED) if one["outcome"] == "approve")
    signed |= {"instance": number, "meaning": kinds.meaning(meaning)}
    signed["signer"] = {**signed["signer"], "id": signer}
    [ended] = story.payloads(kinds.ENDED)
    ended |= {"instance": number, "subject": f"form/{FORM}/2", "result": outcome}
    stream = kinds.instance_stream(number)
    signed["seen"] = max(one.index for one in story.entries if one.head.stream == stream)
    longer = story.stated(kinds.TASK_SIGNED, stream, signed, signer)
    longer = longer.stated(kinds.ENDED, stream, ended, "server")
    return longer, {**approved, "version": 2, "instance": number}


def test_forms_and_records_of_them_are_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


def test_so_is_an_approval_by_another(rig: Rig, story: Story) -> None:
    longer, given = decided(story, "approved", "approved", "P-0004")
    later = longer.stated(model.VERSION_APPROVED, f"form/{FORM}", given, "P-0004")
    assert rig.show(later) == 200, rig.why


@pytest.mark.parametrize(
    ("outcome", "meaning", "signer"),
    [("returned", "approved", "P-0004"), ("approved", "reviewed", "P-0004"), ("approved", "approved", "P-0003")],
)
def test_an_approval_that_no_flow_came_to_is_found(
    rig: Rig, story: Story, outcome: str, meaning: str, signer: str
) -> None:
    longer, given = decided(story, outcome, meaning, signer)
    assert rig.show(longer.stated(model.VERSION_APPROVED, f"form/{FORM}", given, "P-0004")) == 422
    assert rig.found == ("flow_approval_missing", len(longer.entries))


def test_an_approval_by_the_flow_of_another_version_is_found(rig: Rig, story: Story) -> None:
    [approved] = story.payloads(model.VERSION_APPROVED)
    again = {**approved, "version": 2}
    assert rig.show(story.stated(model.VERSION_APPROVED, f"form/{FORM}", again, "P-0004")) == 422
    assert rig.found == ("flow_approval_missing", len(story.entries))


@pytest.mark.parametrize(
    ("change", "actor", "code"),
    [
        ({"version": 1}, "P-0004", "form_version_stale"),
        ({"sha256": "0" * 64}, "P-0004", "form_version_stale"),
        ({"effective_from": "2020-01-01"}, "P-0004", "form_day_past"),
        ({}, "P-0006", "form_own"),
    ],
)
def test_an_approval_that_cannot_be_is_found(
    rig: Rig, story: Story, change: dict[str, Any], actor: str, code: str
) -> None:
    longer, given = decided(story, "approved", "approved", actor)
    assert rig.show(longer.stated(model.VERSION_APPROVED, f"form/{FORM}", {**given, **change}, actor)) == 422
    assert rig.found == (code, len(longer.entries))


def test_a_record_of_a_form_that_is_not_in_force_is_found(rig: Rig, story: Story) -> None:
    [record] = story.payloads(OPENED)
    for change in ({"version": 2}, {"sha256": "0" * 64}, {"form": "made-up"}):
        payload = {**record, "record": "R-2", **change}
        assert rig.show(story.stated(OPENED, "record/R-2", payload, "P-0001")) == 422
        assert rig.found == ("form_not_effective", len(story.entries))
