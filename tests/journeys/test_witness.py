"""Another machine cosigns: the tablet says until when its work is witnessed, the desk by whom, and QA is warned."""

import json
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from journeys.handheld import Tablet
from journeys.processes import PESTLE, Process, stopping, until
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect
from support import free_port

pytestmark = [pytest.mark.slow]


class Machine(Process):
    """A witness on another machine, as far as it knows: its own folder, its own port, nothing but HTTP."""

    def __init__(self, here: Site, name: str, port: int) -> None:
        folder, policy = here.folder / name, here.folder / f"{name}.policy"
        policy.write_bytes(_policy(here))
        made = here.server.pestle(
            "witness",
            "init",
            "--folder",
            str(folder),
            "--policy",
            str(policy),
            "--url",
            here.server.url,
            "--name",
            name,
        )
        self.vkey: str = made["vkey"]
        self.url = f"http://127.0.0.1:{port}"
        serve = ["witness", "serve", "--folder", str(folder), "--bind", "127.0.0.1", "--port", str(port)]
        super().__init__(name, [str(PESTLE), *serve], here.folder)


def _policy(here: Site) -> bytes:
    with urllib.request.urlopen(f"{here.server.url}/log/policy", timeout=10) as response:
        data: bytes = response.read()
    return data


class Walk:
    """What the steps hand to each other."""

    def __init__(self, here: Site, port: int) -> None:
        self.site, self.port = here, port
        self.witness = Machine(here, "qa.example", port)
        self.tablet: Tablet = here.tablet("tablet-1", "zh-CN")
        self.desk: Tablet

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.site.desk("zhaolin").get("/api/log/state")
        return found


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("witness")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        made = Walk(here, free_port())
        with stopping(made.witness):
            yield made


@pytest.mark.urs("PLT-18")
def test_a_tablets_work_is_witnessed_as_soon_as_the_other_machine_has_seen_it(walk: Walk) -> None:
    tablet = walk.tablet
    walk.witness.start()
    added = walk.site.server.pestle("witness", "add", "qa", "--vkey", walk.witness.vkey, "--url", walk.witness.url)
    until("the witness has seen the log", lambda: (walk.state()["published"] or {"size": 0})["size"] > added["index"])
    tablet.enrol(walk.site.code("tablet"), "tablet-1")
    tablet.sign_in("zhangmin")
    tablet.take(walk.site.batch)
    tablet.start_phase()
    tablet.clear_line()
    tablet.complete_phase("10")
    tablet.wait_counts(0, 0, 3)
    expect(tablet.at("proven-until")).to_contain_text("已见证至")
    expect(tablet.at("proven-until")).to_have_attribute("data-unproven", "0", timeout=20_000)
    tablet.shoot("witnessed")


@pytest.mark.urs("PLT-18")
def test_the_log_page_says_until_when_and_by_whom(walk: Walk) -> None:
    walk.desk = walk.site.phone("desk", "zh-CN")
    walk.desk.sign_in("zhaolin")
    walk.desk.page.goto(f"{walk.desk.wire.url}/audit")
    expect(walk.desk.at("witnessed-until")).to_contain_text("已见证至")
    expect(walk.desk.at("witness-qa")).to_contain_text("qa")
    expect(walk.desk.at("witness-warning")).to_have_count(0)
    walk.desk.shoot("log-witnessed")


@pytest.mark.urs("PLT-18", "OPS-06")
def test_qa_is_warned_of_a_witness_that_is_not_the_one_that_was_named(walk: Walk) -> None:
    walk.witness.kill(signal.SIGTERM)
    stranger = Machine(walk.site, "stranger.example", walk.port)
    with stopping(stranger):
        stranger.start()
        walk.site.desk("zhaolin").get("/api/home")
        walk.site.code("tablet")
        walk.tablet.start_phase()
        until("the stranger was asked", lambda: (walk.state()["warning"] or {}).get("code") == "witness_foreign", 90)
        walk.desk.page.goto(f"{walk.desk.wire.url}/audit")
        warning = walk.desk.at("witness-warning")
        expect(warning).to_have_attribute("data-code", "witness_foreign")
        expect(warning).to_contain_text("以见证方身份应答的并非该见证方")
        walk.desk.shoot("witness-warning")
    walk.witness.start()
    until("the witness is back", lambda: walk.state()["warning"] is None and walk.state()["published"], 90)
    expect(walk.tablet.at("proven-until")).to_have_attribute("data-unproven", "0", timeout=30_000)


@pytest.mark.urs("PLT-18", "PLT-15")
def test_what_a_tablet_holds_beyond_the_mirror_is_found_without_asking_the_server(walk: Walk) -> None:
    tablet = walk.tablet
    assert checked(walk) == (0, [])
    tablet.go_offline()
    tablet.weigh_by_hand("12.652", second="wangfang")
    expect(tablet.at("recorded-20/net")).to_contain_text("12.652")
    code, found = checked(walk)
    assert code == 1
    assert [one["code"] for one in found] == ["withheld"]
    assert found[0]["seq"] == found[0]["mirrored"] + 1


def checked(walk: Walk) -> tuple[int, list[dict[str, Any]]]:
    """What the witness says to the file that the tablet gives of its own last entry."""
    tablet, file = walk.tablet, walk.site.folder / "heads.json"
    before = tablet.page.url
    tablet.page.goto(f"{tablet.wire.url}/settings")
    # Without a network a page that was loaded anew asks for the PIN first.
    expect(tablet.at("gate").or_(tablet.at("save-head")).first).to_be_visible()
    if tablet.at("gate").is_visible():
        tablet.unlock("zhangmin")
    link = tablet.at("save-head").get_attribute("href") or ""
    file.write_text(unquote(link.partition(",")[2]))
    tablet.shoot("head")
    tablet.page.goto(before)
    folder = str(walk.site.folder / "qa.example")
    done = subprocess.run(
        [str(PESTLE), "witness", "check-heads", "--folder", folder, str(file), "--json"], capture_output=True
    )
    return done.returncode, json.loads(done.stdout)["found"]
