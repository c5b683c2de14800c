"""The wall of a line, at which nobody sits: it tells by itself what is at work, what is asked, who is away."""

from collections.abc import Iterator

import pytest
from journeys import accessible
from journeys.browsers import PHONE, TABLET
from journeys.processes import until
from journeys.screens import speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("PRD-05", "HMI-04")]
LONG = 40_000
BIG = (1920, 1080)


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("wall")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as made:
        yield made


def test_the_wall_follows_the_line_by_itself(here: Site) -> None:
    wall, tablet = here.tablet("wall", "zh-CN"), here.tablet("floor", "zh-CN")
    wall.page.set_viewport_size({"width": BIG[0], "height": BIG[1]})
    wall.sign_in("chenjie")
    wall.page.goto(f"{wall.wire.url}/board")
    wall.at("to-wall").click()
    expect(wall.at("wall-clock")).to_be_visible()
    tablet.enrol(here.code("tablet"), "T-01")
    tablet.sign_in("zhangmin")
    tablet.take(here.batch)
    tablet.start_phase()
    card = wall.at(f"wall-{here.batch}")
    # From here on nobody touches the wall.
    expect(card.locator('[data-testid="wall-now"]')).to_be_visible(timeout=LONG)
    expect(wall.at("wall-away")).to_have_count(0)
    asked = {"phase": None, "about": [], "text": "Why so early?"}
    here.desk("zhaolin").post(f"/api/batches/{here.batch}/questions", asked)
    expect(wall.at("wall-questions")).to_be_visible(timeout=LONG)
    tablet.go_offline()
    expect(wall.at("wall-away")).to_contain_text("T-01", timeout=LONG)
    for lang in ("zh", "en"):
        speak(wall, lang)
        expect(card).to_be_visible(timeout=LONG)
        for size in (BIG, TABLET, (768, 1024), PHONE):
            wall.page.set_viewport_size({"width": size[0], "height": size[1]})
            until("the wall fits", lambda: wall.page.evaluate(accessible.FITS))
            wall.shoot(f"wall-{lang}-{size[0]}")
        assert accessible.violations(wall) == []
        assert accessible.small(wall) == []
    # Read from across a hall: a phase at work is at least 35 px high on the big screen.
    wall.page.set_viewport_size({"width": BIG[0], "height": BIG[1]})
    now = card.locator('[data-testid="wall-now"] b')
    assert now.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)") >= 35
