"""A witness judges versions of the third form as it judges those before them."""

from collections.abc import Iterator

import pytest
from approval_support import approve
from plant import PlantUnderTest
from recipe_support import CODE, REVIEWERS, master, stock, submit
from witness_support import Rig, Story

from server.recipes import model

pytestmark = pytest.mark.urs("PLT-18", "PRD-02", "PRD-03")
STREAM = model.recipe_stream(CODE)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Version 1 is in force and version 2 waits, both of the third form."""
    folder = tmp_path_factory.mktemp("masters")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    stock(site)
    assert submit(site, master()).status_code == 201
    approve(site.plant, f"recipe/{CODE}/1", REVIEWERS, "P-0004")
    assert submit(site, master(2)).status_code == 201
    yield Story.of(site.plant)
    site.close()


def test_versions_of_the_third_form_are_cosigned(rig: Rig, story: Story) -> None:
    assert len(story.payloads(model.MASTER_SUBMITTED)) == 2
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("number", [2, 3])
def test_a_second_submission_is_found(rig: Rig, story: Story, number: int) -> None:
    submitted = story.payloads(model.MASTER_SUBMITTED)[-1] | {"version": number}
    assert rig.show(story.stated(model.MASTER_SUBMITTED, STREAM, submitted, "P-0006")) == 422
    assert rig.found == ("recipe_waiting", len(story.entries))


def test_a_submission_under_the_digest_of_something_else_is_found(rig: Rig, story: Story) -> None:
    submitted = story.payloads(model.MASTER_SUBMITTED)[-1] | {"recipe": "MR-X", "version": 1}
    later = story.stated(model.MASTER_SUBMITTED, model.recipe_stream("MR-X"), submitted, "P-0006")
    assert rig.show(later) == 422
    assert rig.found == ("recipe_version_wrong", len(story.entries))


def test_a_version_that_no_flow_approved_is_found(rig: Rig, story: Story) -> None:
    [approved] = story.payloads(model.APPROVED)
    given = approved | {"version": 2, "sha256": model.recipe_hash(master(2))}
    assert rig.show(story.stated(model.APPROVED, STREAM, given, "P-0006")) == 422
    assert rig.found == ("flow_approval_missing", len(story.entries))


def test_nobody_but_the_server_imports_a_version_and_none_twice(rig: Rig, story: Story) -> None:
    signatures = [{"person": "P-0004", "meaning": "approved", "at": "2026-11-26T08:00:00.000Z"}]
    new = master(recipe="MR-X") | {"signatures": signatures}
    stream = model.recipe_stream("MR-X")
    assert rig.show(story.stated(model.MASTER_APPROVED, stream, new, "P-0004")) == 422
    assert rig.found == ("kind_superseded", len(story.entries))
    again = master() | {"signatures": signatures}
    assert rig.show(story.stated(model.MASTER_APPROVED, STREAM, again, "server")) == 422
    assert rig.found == ("recipe_version_exists", len(story.entries))
    assert rig.show(story.stated(model.MASTER_APPROVED, stream, new, "server")) == 200, rig.why
