"""A tablet that believes no server: its entries are proven or kept, and a log that was set back is found by it."""

import hashlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from witness_processes import PASSWORD, WitnessProcess, get

from server.core.config import Config
from server.identity import accounts
from server.plant import open_plant
from sync.trust import Policy

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-18", "PLT-09")]


class Walk:
    """A plant on SQLite, one tablet, and QA's own machine that witnesses the log."""

    def __init__(self, here: Site, folder: Path) -> None:
        self.site, self.folder = here, folder
        self.data = here.server.data
        self.tablet: Tablet = here.tablet("T-07", "en-GB")
        self.witness: WitnessProcess | None = None
        self.known: dict[str, tuple[str, bool]] = {}

    def policy(self) -> bytes:
        return get(f"{self.site.server.url}/log/policy")[1]

    def restart(self, between: Any = lambda: None) -> None:
        """The server is killed, and comes back."""
        self.site.server.kill()
        between()
        self.site.server.start()
        until("the tablet is back", lambda: self.tablet.at("state-bar").get_attribute("data-online") == "online", 60)

    def copy(self, source: Path, target: Path) -> None:
        for file in source.glob("pestle.db*"):
            shutil.copy(file, target / file.name)

    def set_back(self, backup: Path) -> None:
        """As an attacker does who has the machine: database and anchor both."""
        for file in self.data.glob("pestle.db*"):
            file.unlink()
        self.copy(backup, self.data)
        (self.data / "anchor").unlink()

    def delivered(self, words: str) -> bool:
        """Whether a remark stands in the server's log."""
        return any(one["payload"].get("text") == words for one in self.site.entries() if one["payload"])

    def kinds(self) -> list[str]:
        return [one["kind"] for one in self.site.desk("zhaolin").log()]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("proven")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        made = Walk(here, folder)
        yield made
        if made.witness is not None:
            made.witness.end()


OUTSIDE = """[...document.querySelectorAll("*")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > window.innerWidth + 1)
  .map((one) => [one.tagName, one.className, one.dataset.testid])"""


def fits(tablet: Tablet) -> None:
    """On the tablet and in one hand: nothing runs out of the screen at its side."""
    for width, height in ((390, 844), (1280, 800)):
        tablet.page.set_viewport_size({"width": width, "height": height})
        # The screen is drawn anew a moment after its size has changed.
        until(f"all fits into {width}", lambda: tablet.page.evaluate(OUTSIDE) == [])
        tablet.shoot(f"{width}")


def places(tablet: Tablet) -> list[str]:
    """Where each record of the first phase is."""
    return [place for place, _ in tablet.records(["10"]).values()]


@pytest.mark.urs("HMI-05", "PLT-03")
def test_what_is_captured_is_sent_recorded_and_proven(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-07")
    tablet.sign_in("liqiang")
    tablet.take(walk.site.batch)
    tablet.go_offline()
    tablet.start_phase()
    tablet.clear_line()
    assert set(places(tablet)) == {"device"}
    assert tablet.proven() == (0, 2)
    tablet.go_online()
    tablet.wait_counts(0, 0, 2)
    tablet.wait_proven()
    assert set(places(tablet)) == {"proven"}
    expect(tablet.at("proven-until")).to_contain_text("Published until")
    tablet.shoot("proven")


@pytest.mark.urs("PLT-15")
def test_the_settings_show_the_keys_that_the_tablet_trusts(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.goto(f"{tablet.wire.url}/settings")
    policy = Policy.parse(walk.policy())
    for key in policy.logs:
        digits = hashlib.sha256(key.public_key).hexdigest()[:32]
        shown = " ".join(digits[i : i + 4] for i in range(0, 32, 4))
        expect(tablet.at("trust")).to_contain_text(shown)
    expect(tablet.at("trust-witnesses")).to_contain_text("No witness is set up")
    expect(tablet.page.locator("[data-testid=trust-key][data-use=log]")).to_have_count(len(policy.logs))
    fits(tablet)
    tablet.shoot("trust")


def test_a_witness_that_cosigns_is_named(walk: Walk) -> None:
    plant = open_plant(Config(walk.data, walk.site.server.env["DATABASE_URL"]))
    person = accounts.add_person(plant, "li", "李琳", "Li Lin", ["qa"])
    accounts.set_password(plant, person.id, PASSWORD)
    plant.close()
    policy = walk.folder / "policy"
    policy.write_bytes(walk.policy())
    walk.witness = WitnessProcess(walk.folder, "qa", SimpleNamespace(url=walk.site.server.url), policy)
    walk.witness.start()
    walk.site.server.pestle("witness", "add", "qa", "--vkey", walk.witness.vkey, "--url", walk.witness.url)
    tablet = walk.tablet
    tablet.page.goto(f"{tablet.wire.url}/batch/{walk.site.batch}/run")
    tablet.come_back("liqiang")
    tablet.remark("one that is witnessed")
    tablet.wait_counts(0, 0, 3)
    tablet.wait_proven(60)
    expect(tablet.at("proven-until")).to_contain_text("Witnessed until")


def test_without_the_witness_entries_stay_recorded(walk: Walk) -> None:
    assert walk.witness is not None
    tablet = walk.tablet
    walk.witness.end()
    tablet.remark("while the witness is down")
    tablet.wait_counts(0, 0, 4)
    time.sleep(4)
    assert tablet.proven() == (3, 1)
    expect(tablet.at("proven-until")).to_contain_text("1 not yet proven")
    # Also a tablet that comes anew holds on to it.
    tablet.chromium.kill()
    tablet.chromium.start()
    tablet.page.goto(f"{tablet.wire.url}/batch/{walk.site.batch}/run")
    tablet.come_back("liqiang")
    tablet.wait_counts(0, 0, 4)
    assert tablet.proven() == (3, 1)
    walk.witness.start()
    tablet.wait_proven(90)


def test_a_server_that_was_set_back_is_found_by_the_tablet_which_has_kept_everything(walk: Walk) -> None:
    tablet = walk.tablet
    backup = walk.folder / "backup"
    backup.mkdir()
    walk.restart(lambda: walk.copy(walk.data, backup))
    tablet.remark("after the copy was made")
    tablet.wait_counts(0, 0, 5)
    tablet.wait_proven(60)
    walk.known = tablet.records(["10"])
    walk.restart(lambda: walk.set_back(backup))
    expect(tablet.at("log-alarm")).to_be_visible(timeout=60_000)
    expect(tablet.at("log-alarm")).to_have_attribute("data-code", "log_rolled_back")
    fits(tablet)
    tablet.shoot("rolled-back")
    assert tablet.records(["10"]).keys() == walk.known.keys()
    until("the server's log has what it lacked", lambda: walk.delivered("after the copy was made"))
    assert walk.kinds().count("handheld.log_disputed.v1") == 1
    review = walk.site.desk("zhaolin").batch(walk.site.batch, "/review")
    assert "log_disputed" in [item["code"] for item in review["open"]]
    # Nothing more is proven, and so nothing let go, while the log is in doubt.
    tablet.remark("work goes on")
    tablet.wait_counts(0, 0, 6)
    assert tablet.proven()[1] > 0
    expect(tablet.at("alarm-settle")).to_have_count(0)


@pytest.mark.urs("PLT-16")
def test_qa_settles_it_with_a_reason_and_everything_is_proven_anew(walk: Walk) -> None:
    assert walk.witness is not None
    # The witness has seen more of the log than there is now, and signs no other: QA takes it out of the policy.
    walk.site.server.pestle("witness", "remove", "qa", "--reason", "the log was set back")
    tablet = walk.tablet
    tablet.at("lock").click()
    tablet.sign_in("zhaolin")
    tablet.page.goto(f"{tablet.wire.url}/settings")
    expect(tablet.at("alarm-settle")).to_be_visible()
    fits(tablet)
    tablet.at("alarm-reason").fill("An old copy of the database was put back")
    tablet.at("alarm-settle").click()
    expect(tablet.at("log-alarm")).to_have_count(0)
    tablet.wait_proven(60)
    assert "handheld.dispute_settled.v1" in walk.kinds()
    # That the log asks for no witness any more is not passed over in silence.
    expect(tablet.at("trust-notice")).to_have_attribute("data-code", "quorum_weaker")
    tablet.at("trust-noted").click()
    expect(tablet.at("trust-notice")).to_have_count(0)
