"""New builds of the app while an operator is in the middle of a step: they wait for consent, and nothing is lost."""

from collections.abc import Iterator

import pytest
from journeys.builds import deploy, install, schema_of
from journeys.processes import until
from journeys.screens import at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("HMI-01", "PLT-09")]
BUILD = """document.querySelector('meta[name="pestle-app"]').content"""
LOOK = "navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => true)"
WAITS = "navigator.serviceWorker.getRegistration().then((one) => one.waiting !== null)"
CACHES = "caches.keys().then((names) => names.length)"


class Walk:
    """What the steps hand to each other; `builds` are those that were deployed, in order."""

    def __init__(self, here: Site) -> None:
        self.site, self.tablet = here, here.tablet("tablet", "zh-CN")
        self.builds: list[str] = []

    def deploy(self, schema: int | None = None) -> None:
        """A new build, of which the tablet hears as it does each half hour."""
        self.builds.append(deploy(self.site.root, len(self.builds) + 1, schema))
        self.tablet.page.evaluate(LOOK)
        until("the new build waits", lambda: self.tablet.page.evaluate(WAITS))

    def go_home(self) -> None:
        """Between two steps, where the new build is announced."""
        self.tablet.page.locator("header a.home").click()
        expect(self.tablet.at("update-now")).to_be_visible()

    def work(self) -> None:
        self.tablet.open(self.site.batch)
        expect(self.tablet.at("update-now")).to_have_count(0)

    def runs(self, build: str) -> None:
        expect(self.tablet.page.locator('meta[name="pestle-app"]')).to_have_attribute("content", build)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("update")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db", install(folder)) as here:
        yield Walk(here)


def test_an_operator_is_in_the_middle_of_a_step(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-31")
    tablet.sign_in("zhangmin")
    tablet.take(walk.site.batch)
    tablet.start_phase()
    tablet.clear_line()
    tablet.complete_phase("10")
    tablet.start_phase()
    tablet.at("manual").click()
    tablet.type_number("12.6")
    walk.builds.append(tablet.page.evaluate(BUILD))


def test_a_build_that_is_deployed_meanwhile_waits_and_disturbs_nothing(walk: Walk) -> None:
    tablet = walk.tablet
    walk.deploy()
    expect(tablet.at("number")).to_have_value("12.6")
    walk.runs(walk.builds[0])
    tablet.type_number("12.640")
    # Long enough for what was typed to be kept: a reload in the same moment would be before it.
    at_each_size(tablet, "update-in-a-step", "number")
    expect(tablet.at("update-now")).to_have_count(0)
    tablet.page.reload()
    walk.runs(walk.builds[0])
    expect(tablet.at("number")).to_have_value("12.640")
    expect(tablet.at("update-now")).to_have_count(0)
    walk.go_home()
    at_each_size(tablet, "update", "update-now")
    walk.runs(walk.builds[0])


@pytest.mark.urs("HMI-05")
def test_consented_to_offline_it_starts_with_all_that_was_recorded_and_typed(walk: Walk) -> None:
    tablet = walk.tablet
    walk.work()
    tablet.go_offline()
    tablet.remark("离线，更换之前")
    tablet.wait_counts(1, 0, 4)
    expect(tablet.at("number")).to_have_value("12.640")
    walk.go_home()
    tablet.at("update-now").click()
    walk.runs(walk.builds[1])
    assert tablet.page.evaluate(CACHES) == 1
    tablet.unlock("zhangmin")
    expect(tablet.at("update-now")).to_have_count(0)
    tablet.wait_counts(1, 0, 4)
    walk.work()
    expect(tablet.at("number")).to_have_value("12.640")
    tablet.at("sign").click()
    tablet.confirm_second("chenjie")
    expect(tablet.at("recorded-20/net")).to_contain_text("12.640")
    tablet.wait_counts(2, 0, 4)


@pytest.mark.urs("PLT-11")
def test_one_that_keeps_records_in_another_form_waits_until_all_are_delivered(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.reach_the_server("zhangmin")
    tablet.wait_counts(0, 0, 6)
    walk.deploy(schema=schema_of(walk.site.root) + 1)
    walk.go_home()
    expect(tablet.at("update-now")).to_be_enabled()
    walk.work()
    tablet.go_offline()
    tablet.remark("另一种形式之前")
    walk.go_home()
    expect(tablet.at("update-now")).to_be_disabled()
    expect(tablet.at("update-hint")).to_contain_text("送达")
    at_each_size(tablet, "update-delivers", "update-hint")
    walk.runs(walk.builds[1])
    tablet.go_online()
    tablet.wait_counts(0, 0, 7, seconds=40)
    tablet.at("update-now").click()
    walk.runs(walk.builds[2])
    tablet.come_back("zhangmin")
    tablet.wait_counts(0, 0, 7)


def test_the_battery_falls_out_while_a_build_waits(walk: Walk) -> None:
    tablet = walk.tablet
    walk.deploy()
    walk.work()
    tablet.go_offline()
    tablet.remark("电池掉落之前")
    tablet.battery_falls_out_offline()
    tablet.unlock("zhangmin")
    tablet.wait_counts(1, 0, 7)
    tablet.reach_the_server("zhangmin")
    tablet.wait_counts(0, 0, 8, seconds=40)
    own = sorted((one for one in walk.site.entries() if one["device"]["name"] == "T-31"), key=lambda one: one["seq"])
    assert [one["seq"] for one in own] == list(range(1, 9))
    tablet.wait_proven()
