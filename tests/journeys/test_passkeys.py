"""A supervisor's passkey: added, used to sign in, and offline as the second person under a tablet's record."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from journeys.inspector import inspector, python, same
from journeys.processes import verify_anywhere
from journeys.screens import shown_at_each_size
from journeys.site import Site, site
from playwright.sync_api import CDPSession, Playwright, expect

from server.core.config import Config
from server.demo.production import Line, Plan
from server.demo.story import Story
from server.plant import open_plant

pytestmark = [pytest.mark.slow, pytest.mark.urs("IDN-03")]
MADE = "B-KEY-1"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Walk:
    """One browser with Chromium's virtual authenticator, at the site's name; passkeys have no business at addresses."""

    def __init__(self, here: Site) -> None:
        self.site, self.tablet = here, here.tablet("tablet", "en-GB")
        self.tablet.wire.url = self.tablet.wire.url.replace("127.0.0.1", "localhost")
        self.device: CDPSession = self.tablet.page.context.new_cdp_session(self.tablet.page)
        self.device.send("WebAuthn.enable", {"enableUI": False})
        self.id = self.device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    def verified(self, yes: bool) -> None:
        """Whether the finger on the sensor is the right one."""
        self.device.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": yes})

    def held(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.device.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("passkeys")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def test_at_an_ip_address_there_are_none_and_it_is_said_why(walk: Walk) -> None:
    tablet = walk.tablet
    expect(tablet.at("login")).to_be_visible()
    expect(tablet.at("sign-in-passkey")).to_have_count(0)
    tablet.sign_in("chenjie")
    tablet.page.goto(tablet.wire.url.replace("localhost", "127.0.0.1") + "/settings")
    expect(tablet.at("passkey-not-here")).to_contain_text("localhost")
    expect(tablet.at("passkey-add")).to_have_count(0)


def test_a_passkey_is_added_with_the_password(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.goto(tablet.wire.url)
    tablet.enrol(walk.site.code("tablet"), "T-07")
    tablet.sign_in("chenjie")
    tablet.page.goto(f"{tablet.wire.url}/settings")
    for password, problem in (("not the password", "password"), (walk.site.people["chenjie"]["password"], None)):
        tablet.at("passkey-add").click()
        tablet.at("passkey-label").fill("Phone in the locker")
        tablet.at("passkey-password").fill(password)
        if problem is None:
            shown_at_each_size(tablet, "add")
        tablet.at("passkey-save").click()
        if problem is not None:
            expect(tablet.at("passkey-sheet").get_by_role("alert")).to_contain_text(problem)
            tablet.at("sheet-close").click()
    expect(tablet.at("passkey-done")).to_be_visible()
    expect(tablet.at("passkey")).to_contain_text("Phone in the locker")
    [held] = walk.held()
    assert (held["rpId"], held["isResidentCredential"]) == ("localhost", True)
    shown_at_each_size(tablet, "settings")


def test_it_signs_in_without_a_login_name(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.sign_out()
    walk.verified(False)
    tablet.at("sign-in-passkey").click()
    expect(tablet.at("gate").get_by_role("alert")).to_contain_text("No passkey was used")
    walk.verified(True)
    tablet.shoot("gate")
    tablet.at("sign-in-passkey").click()
    expect(tablet.at("gate")).to_have_count(0)
    assert (
        tablet.page.evaluate("fetch('/api/session').then((one) => one.json()).then((one) => one.person.id)")
        == (walk.site.people["chenjie"]["id"])
    )


@pytest.mark.urs("IDN-06", "PLT-09")
def test_offline_it_is_the_second_persons_signature(walk: Walk) -> None:
    tablet, batch = walk.tablet, walk.site.batch
    tablet.sign_out()
    tablet.sign_in("liqiang")
    tablet.take(batch)
    tablet.go_offline()
    tablet.start_phase()
    tablet.clear_line()
    expect(tablet.at("recorded-10/clearance")).to_be_visible()
    tablet.complete_phase("10")
    tablet.start_phase()
    tablet.at("manual").click()
    tablet.type_number("12.640")
    tablet.at("sign").click()
    tablet.at(f"second-{walk.site.people['chenjie']['id']}").click()
    tablet.shoot("second")
    tablet.at("second-passkey").click()
    expect(tablet.at("recorded-20/net")).to_contain_text("12.640")


@pytest.mark.urs("IDN-06", "PLT-18")
def test_the_server_and_every_verifier_accept_it_afterwards(walk: Walk) -> None:
    tablet, here = walk.tablet, walk.site
    tablet.reach_the_server("liqiang")
    tablet.wait_counts(0, 0, 5)
    [weighed] = [one for one in here.entries() if one["kind"] == "production.material_weighed.v1"]
    assert [flag for flag in weighed["flags"] if flag.startswith(("passkey", "manual"))] == []
    shown = here.desk("admin").get(f"/api/log/{weighed['index']}")
    [second] = [one for one in shown["signers"] if one["by"] == "person"]
    assert (second["alg"], second["fits"], second["id"]) == ("webauthn", True, here.people["chenjie"]["id"])
    code, answer = verify_anywhere(here.server.url, "--full")
    assert (code, answer["ok"]) == (0, True), answer


@pytest.mark.urs("PLT-04")
def test_the_browsers_verifier_says_the_same_of_the_log(walk: Walk, playwright: Playwright) -> None:
    # Chromium hands out no folder below /dev, where the files of tests may be.
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="pestle-passkeys-") as name:
        log = Path(name) / "log"
        walk.site.server.pestle("log", "export", str(log))
        with inspector(playwright) as opened:
            answer = opened.check(log)
            assert answer["ok"] is True, answer
            assert same(answer) == same(python(log))


def test_withdrawn_it_opens_nothing(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.sign_out()
    tablet.sign_in("chenjie")
    tablet.page.goto(f"{tablet.wire.url}/settings")
    tablet.at("passkey-withdraw").click()
    tablet.at("passkey-reason").fill("The phone is lost")
    tablet.at("passkey-withdraw-confirm").click()
    expect(tablet.at("passkey")).to_have_count(0)
    tablet.sign_out()
    tablet.at("use-password").click()
    tablet.at("sign-in-passkey").click()
    expect(tablet.at("gate").get_by_role("alert")).to_contain_text("not accepted")


@pytest.mark.urs("IDN-04")
def test_quality_decides_on_a_batch_with_one(walk: Walk) -> None:
    """One use of it is both components: no login and no password is typed."""
    tablet, here = walk.tablet, walk.site
    made(here)
    tablet.sign_in("zhaolin")
    tablet.page.goto(f"{tablet.wire.url}/settings")
    tablet.at("passkey-add").click()
    tablet.at("passkey-label").fill("Security key")
    tablet.at("passkey-password").fill(here.people["zhaolin"]["password"])
    tablet.at("passkey-save").click()
    expect(tablet.at("passkey")).to_contain_text("Security key")
    tablet.page.goto(f"{tablet.wire.url}/batch/{MADE}/review")
    tablet.at("reject").click()
    expect(tablet.at("sign-passkey")).to_be_disabled()
    tablet.at("sign-reason").fill("Mixed up with another lot in the store")
    tablet.shoot("signature")
    tablet.at("sign-passkey").click()
    expect(tablet.at("seal")).to_have_attribute("data-decision", "rejected")
    [signed] = [
        one
        for one in here.desk("zhaolin").batch(MADE, "/entries")["items"]
        if one["kind"].startswith("release.batch_rejected")
    ]
    assert signed["payload"]["method"] == "passkey"
    assert signed["payload"]["passkey"]["credential"] in {
        one["credential"] for one in here.desk("zhaolin").get("/api/passkeys")["items"]
    }


def made(here: Site) -> None:
    """A batch with nothing to remark, which waits for its review."""
    plant = open_plant(Config(here.folder / "data", f"sqlite:///{here.folder}/data/pestle.db"))
    try:
        Line(Story(plant, datetime.now(UTC))).make(Plan(MADE))
    finally:
        plant.close()
