"""A witness finds a server that puts a specification in force which nobody else approved, or in no flow."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from plant import PlantUnderTest
from specification_support import CODE, approve, definition, numeric, submit
from witness_support import Rig, Story

from server.quality.specifications import model

pytestmark = pytest.mark.urs("PLT-18", "QUA-01")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The first version is in force, the second waits."""
    folder = tmp_path_factory.mktemp("specifications")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    material = {"material": "api-1", "name": {"zh": "原料药", "en": "API"}, "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", "material/api-1", material)
    approve(site)
    assert submit(site, definition(numeric(low="99.0"))).status_code == 201
    yield Story.of(site.plant)
    site.close()


def stated(story: Story, kind: str, payload: Mapping[str, Any], actor: str) -> Story:
    """The log with one more entry, as somebody with the server's key would write it."""
    return story.then(
        story.pen("server", story.signer).write(kind, f"specification/{CODE}", dict(payload), actor=actor)
    )


def test_specifications_that_flows_approved_are_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize(
    ("change", "actor", "code"),
    [
        ({}, "P-0005", "specification_own"),
        ({"version": 1}, "P-0004", "specification_stale"),
        ({"sha256": "0" * 64}, "P-0004", "specification_stale"),
        # Not by whom it was prepared; but the flow that is named has decided on the first version.
        ({}, "P-0004", "flow_approval_missing"),
    ],
)
def test_an_approval_that_cannot_be_is_found(
    rig: Rig, story: Story, change: dict[str, Any], actor: str, code: str
) -> None:
    [approved] = story.payloads(model.APPROVED_KIND)
    waiting = story.payloads(model.SUBMITTED_KIND)[1]
    payload = {**approved, "version": 2, "sha256": waiting["sha256"], **change}
    assert rig.show(stated(story, model.APPROVED_KIND, payload, actor)) == 422
    assert rig.found == (code, len(story.entries))


def test_a_definition_that_is_not_what_was_signed_is_found(rig: Rig, story: Story) -> None:
    waiting = story.payloads(model.SUBMITTED_KIND)[1]
    returned = {name: waiting[name] for name in ("specification", "version", "sha256")}
    story = stated(story, model.RETURNED_KIND, {**returned, "reason": None, "instance": "I-1"}, "server")
    assert rig.show(story) == 200, rig.why
    wrong = {**waiting, "version": 3, "tests": [numeric(low="50.0")]}
    assert rig.show(stated(story, model.SUBMITTED_KIND, wrong, "P-0005")) == 422
    assert rig.found == ("specification_faulty", len(story.entries))
