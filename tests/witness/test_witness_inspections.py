"""A witness finds a server that samples other containers than the plan draws."""

from collections.abc import Iterator
from typing import Any

import pytest
from inspection_support import Sampling
from witness_support import Rig, Story

from server.quality.inspection import model, plans

pytestmark = pytest.mark.urs("PLT-18", "QUA-02")
LABELS = [f"A-{n:02}" for n in range(1, 11)]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Ten containers came in two entries and five were drawn; four more came."""
    folder = tmp_path_factory.mktemp("inspections")
    site = Sampling(f"sqlite:///{folder}/pestle.db", folder)
    site.receive("A-5/2", 10)
    site.label("A-5/2", *LABELS[:4])
    site.label("A-5/2", *LABELS[4:])
    drawn = site.inspection().drawn
    assert drawn is not None
    assert site.take(*drawn).status_code == 201
    site.receive("A-5/2", 4)
    site.label("A-5/2", "B-01", "B-02", "B-03", "B-04")
    yield Story.of(site.plant)
    site.close()


def again(story: Story, **change: Any) -> Story:
    """The log with one more draw, as somebody with the server's key would write it."""
    number = story.entries[story.indices(model.OPENED)[0]].envelope.body["inspection"]
    labels = [*LABELS, "B-01", "B-02", "B-03", "B-04"]
    right = {"inspection": number, "containers": 14, "number": 5}
    right["drawn"] = plans.drawn(number, "api-1", "A-5/2", labels, 5)
    payload = {**right, **change}
    return story.then(
        story.pen("server", story.signer).write(model.DRAWN, "lot/api-1/A-5/2", payload, subject=number, actor="server")
    )


def test_what_the_server_has_drawn_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(again(story)) == 200, rig.why


@pytest.mark.parametrize(
    "change",
    [{"drawn": ["A-01", "A-02", "A-03", "A-04", "A-05"]}, {"number": 2}, {"drawn": None}, {"drawn": []}],
)
def test_another_draw_is_found(rig: Rig, story: Story, change: dict[str, Any]) -> None:
    assert rig.show(again(story, **change)) == 422
    assert rig.found == ("inspection_draw_wrong", len(story.entries))
