"""A witness finds a server that puts a form in force which nobody else approved, or opens records of another."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from form_support import weighing_record
from plant import PASSWORD, PlantUnderTest
from witness_support import Rig, Story

from server.core import clock
from server.engines.forms import model
from server.engines.forms.records.model import OPENED

pytestmark = pytest.mark.urs("PLT-18", "ENG-01")
FORM = "weighing-record"
DAY = clock.now_text()[:10]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The first version is in force, a record of it is open, and the second waits for approval."""
    folder = tmp_path_factory.mktemp("forms")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    engineer, qa = site.client("zhou"), site.client("li")
    for _ in range(2):
        draft = {"revision": None, "definition": weighing_record()}
        revision = engineer.post(f"/api/forms/{FORM}/draft", json=draft).json["revision"]
        view = engineer.post(f"/api/forms/{FORM}/versions", json={"revision": revision, "comment": None}).json
        newest = view["versions"][-1]
        if newest["version"] == 1:
            signed = {"sha256": newest["sha256"], "effective_from": DAY, "reason": None, "login": "li"}
            answer = qa.post(f"/api/forms/{FORM}/versions/1/approve", json={**signed, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
    opened = site.client("zhang").post("/api/records", json={"form": FORM, "subject": None})
    assert opened.status_code == 201, opened.text
    yield Story.of(site.plant)
    site.close()


@pytest.fixture
def rig(tmp_path: Path, story: Story) -> Iterator[Rig]:
    made = Rig(tmp_path / "witness", story)
    yield made
    made.folder.close()


def stated(story: Story, kind: str, stream: str, payload: Mapping[str, Any], actor: str) -> Story:
    """The log with one more entry, as somebody with the server's key would write it."""
    return story.then(story.pen("server", story.signer).write(kind, stream, dict(payload), actor=actor))


def payloads(story: Story, kind: str) -> list[dict[str, Any]]:
    return [dict(story.entries[index].envelope.body) for index in story.indices(kind)]


def approval(story: Story, version: int) -> dict[str, Any]:
    [approved] = payloads(story, model.VERSION_APPROVED)
    return {**approved, "version": version}


def test_forms_and_records_of_them_are_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


def test_so_is_an_approval_by_another(rig: Rig, story: Story) -> None:
    later = stated(story, model.VERSION_APPROVED, f"form/{FORM}", approval(story, 2), "P-0004")
    assert rig.show(later) == 200, rig.why


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
    payload = {**approval(story, 2), **change}
    payload["signer"] = {**payload["signer"], "id": actor}
    assert rig.show(stated(story, model.VERSION_APPROVED, f"form/{FORM}", payload, actor)) == 422
    assert rig.found == (code, len(story.entries))


def test_a_record_of_a_form_that_is_not_in_force_is_found(rig: Rig, story: Story) -> None:
    [record] = payloads(story, OPENED)
    for change in ({"version": 2}, {"sha256": "0" * 64}, {"form": "made-up"}):
        payload = {**record, "record": "R-2", **change}
        assert rig.show(stated(story, OPENED, "record/R-2", payload, "P-0001")) == 422
        assert rig.found == ("form_not_effective", len(story.entries))
