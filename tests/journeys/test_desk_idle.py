"""A desk that nobody touches: its session ends, and what was half typed waits for whoever typed it, for nobody else."""

from collections.abc import Iterator

import pytest
from journeys.processes import until
from journeys.screens import DESK, shown_at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("IDN-02", "HMI-04", "OPS-06")]
TYPED = "half a reason, and then the telephone rang"
_STATUS = "fetch('/api/session').then((answer) => answer.status)"


@pytest.fixture(scope="module")
def here(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("idle")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as made:
        yield made


@pytest.mark.parametrize("lang", ["zh-CN", "en-GB"])
def test_what_is_half_typed_waits_for_the_same_person_and_for_nobody_else(here: Site, lang: str) -> None:
    desk = here.tablet(f"desk-{lang}", lang)
    desk.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    desk.page.clock.install()
    desk.page.reload()
    desk.sign_in("admin")
    address = f"{desk.wire.url}/people/{here.people['liqiang']['id']}"
    desk.page.goto(address)
    desk.at("change-roles").click()
    desk.at("roles-reason").fill(TYPED)
    # A minute before, it still is as it was, though the page has asked the server all the time.
    desk.page.clock.fast_forward(59 * 60_000)
    expect(desk.at("gate")).to_have_count(0)
    desk.page.clock.fast_forward(61 * 60_000)
    expect(desk.at("left-behind")).to_be_visible()
    until("nobody can use the session", lambda: desk.page.evaluate(_STATUS) == 401)
    shown_at_each_size(desk, f"left-{lang}")
    desk.sign_in("admin")
    expect(desk.at("roles-reason")).to_have_value(TYPED)
    assert desk.page.url == address
    shown_at_each_size(desk, f"back-{lang}")
    desk.page.clock.fast_forward(61 * 60_000)
    expect(desk.at("left-behind")).to_be_visible()
    desk.sign_in("chenjie")
    until("the other begins at home", lambda: desk.page.url == f"{desk.wire.url}/")
    expect(desk.at("roles-reason")).to_have_count(0)
