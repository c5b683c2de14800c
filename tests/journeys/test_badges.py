"""A badge from the desk to the tablet: issued once; a shared tablet changes hands by badge and PIN, offline too."""

from collections.abc import Iterator
from typing import Any

import pytest
from journeys.handheld import Tablet
from journeys.processes import until, verify_anywhere
from journeys.screens import at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("IDN-05", "IDN-06", "IDN-09")]
FIRST, SECOND = "liqiang", "chenjie"


class Walk:
    def __init__(self, here: Site) -> None:
        self.site = here
        self.admin, self.tablet = here.tablet("admin", "zh-CN"), here.tablet("shared", "en-GB")
        self.badges: dict[str, str] = {}

    def id(self, login: str) -> str:
        return str(self.site.people[login]["id"])

    def issue(self, login: str) -> str:
        """By the desk, without a screen."""
        answer = self.site.desk("admin").post(f"/api/people/{self.id(login)}/badges", {}, 201)
        return str(answer["text"])

    def scan(self, text: str, on: Tablet | None = None) -> None:
        """As a wedge scanner does: AIM prefix, the text, Enter."""
        keyboard = (on or self.tablet).page.keyboard
        for char in f"]Q1{text}":
            keyboard.press(char)
        keyboard.press("Enter")

    def pin(self, login: str) -> None:
        """Typed on keys, as quick as somebody can."""
        self.tablet.at("pin-input").fill(self.site.people[login]["pin"])

    def change(self, login: str) -> None:
        """From the lock through badge and PIN to the work."""
        self.scan(self.badges[login])
        expect(self.tablet.at("badge-read")).to_be_visible()
        self.pin(login)
        expect(self.tablet.at("gate")).to_have_count(0)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("badges")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def test_an_administrator_issues_a_badge_and_its_secret_is_shown_once(walk: Walk) -> None:
    admin = walk.admin
    admin.sign_in("admin")
    admin.page.goto(f"{admin.wire.url}/people/{walk.id(FIRST)}")
    admin.at("badge-issue").click()
    admin.at("badge-go").click()
    card = admin.at("badge-card")
    expect(card).to_be_visible()
    # Whoever finds it reads either language.
    expect(card).to_contain_text("工牌")
    expect(card).to_contain_text("Badge")
    expect(card).to_contain_text(walk.id(FIRST))
    walk.badges[FIRST] = card.get_attribute("data-text") or ""
    at_each_size(admin, "badge", "badge-card")
    admin.at("badge-done").click()
    expect(admin.at("badges").get_by_test_id("badge-withdraw")).to_be_visible()
    at_each_size(admin, "person-with-badge", "badges")
    assert walk.badges[FIRST].rpartition(":")[2] not in admin.page.content()
    walk.badges[SECOND] = walk.issue(SECOND)


def test_the_tablet_takes_the_batch_along_with_everybody_sealed_for_itself(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.enrol(walk.site.code("tablet"), "T-07")
    tablet.sign_in(FIRST)
    tablet.take(walk.site.batch)
    tablet.start_phase()
    tablet.clear_line()
    tablet.complete_phase("10")
    tablet.start_phase()
    tablet.at("manual").click()
    tablet.type_number("12.64")


def test_what_is_no_badge_of_somebody_here_is_told_with_what_was_expected(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.at("lock").click()
    expect(tablet.at(f"person-{walk.id(FIRST)}")).to_be_visible()
    stem, _, secret = walk.badges[FIRST].rpartition(":")
    cases = {
        "PESTLE-CONTAINER:1:A-5": "no badge",
        "PESTLE-BADGE:1:0badca-0001:" + secret: "another site",
        stem.rpartition("-")[0] + "-0999:" + secret: "does not know",
        stem + ":tooshort": "read whole",
    }
    for text, said in cases.items():
        walk.scan(text)
        expect(tablet.at("badge-problem-came")).to_contain_text(said)
        expect(tablet.at("badge-problem-expected")).to_be_visible()
    tablet.shoot("badge-wrong")
    # By name alone nobody gets on who has a badge.
    tablet.at(f"person-{walk.id(FIRST)}").click()
    expect(tablet.at("pin-input")).to_have_count(0)
    expect(tablet.at("badge")).to_be_visible()
    tablet.at("pin-back").click()


def test_the_tablet_changes_hands_by_badge_and_pin_and_work_stays(walk: Walk) -> None:
    """How fast is measured by `make bench`, on a machine that does nothing else."""
    walk.change(SECOND)
    expect(walk.tablet.at("number")).to_have_value("12.64")
    walk.tablet.shoot("changed")


def test_where_somebody_has_scrolled_to_stays_and_another_person_goes_on_offline(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.set_viewport_size({"width": 1280, "height": 420})
    tablet.page.evaluate("document.scrollingElement.scrollTo(0, 120)")
    at = tablet.page.evaluate("document.scrollingElement.scrollTop")
    tablet.at("lock").click()
    tablet.go_offline()
    walk.change(FIRST)
    assert tablet.page.evaluate("document.scrollingElement.scrollTop") == at
    expect(tablet.at("number")).to_have_value("12.64")
    tablet.page.set_viewport_size({"width": 1280, "height": 800})


def test_the_second_person_confirms_by_badge_and_pin_and_is_never_the_performer(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.type_number("12.640")
    tablet.at("sign").click()
    expect(tablet.at("second-sheet")).to_be_visible()
    walk.scan(walk.badges[FIRST])
    expect(tablet.at("badge-problem-came")).to_contain_text("cannot go on here")
    expect(tablet.at(f"second-{walk.id(FIRST)}")).to_have_count(0)
    walk.scan(walk.badges[SECOND])
    expect(tablet.at("badge-read")).to_be_visible()
    tablet.shoot("second-by-badge")
    walk.pin(SECOND)
    expect(tablet.at("recorded-20/net")).to_contain_text("12.640")


def test_five_wrong_pins_lock_the_person_here_and_a_reload_does_not_help(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.at("lock").click()
    walk.scan(walk.badges[SECOND])
    for wrong in range(5):
        tablet.at("pin-input").fill(f"13579{wrong}")
        expect(tablet.at("pin-hint")).to_have_attribute("role", "alert")
        until("the pad waits again", lambda: tablet.at("pin-1").is_enabled())
    walk.pin(SECOND)
    expect(tablet.at("problem")).to_have_attribute("data-code", "pin_locked")
    tablet.shoot("pin-locked")
    tablet.page.reload()
    expect(tablet.at(f"person-{walk.id(SECOND)}")).to_be_visible()
    walk.scan(walk.badges[SECOND])
    walk.pin(SECOND)
    expect(tablet.at("problem")).to_have_attribute("data-code", "pin_locked")
    walk.change(FIRST)


def test_the_server_hears_of_it_and_whoever_confirms_on_line_goes_on(walk: Walk) -> None:
    tablet, desk = walk.tablet, walk.site.desk("admin")
    tablet.reach_the_server(FIRST)
    [locked] = until("the lock is in the log", lambda: _of(desk.log(), "handheld.pin_locked.v1"), 30)
    assert locked["payload"]["person"] == walk.id(SECOND)
    tablet.at("lock").click()
    tablet.sign_in(SECOND)
    tablet.at("lock").click()
    walk.change(SECOND)


def test_a_second_person_confirms_on_another_tablet_what_waits_for_them(walk: Walk) -> None:
    tablet, other = walk.tablet, walk.site.tablet("other", "zh-CN")
    other.enrol(walk.site.code("tablet"), "T-08")
    other.sign_in(FIRST)
    other.take(walk.site.batch)
    tablet.page.goto(tablet.wire.url)
    tablet.open(walk.site.batch)
    tablet.complete_phase("20")
    tablet.start_phase()
    tablet.at("manual").click()
    tablet.type_number("2.850")
    tablet.at("sign").click()
    tablet.at("second-without").click()
    expect(tablet.at("recorded-30/net")).to_contain_text("2.850")
    # Who recorded it is not asked to confirm it.
    expect(tablet.at("unconfirmed")).to_have_count(0)
    expect(other.at("unconfirmed")).to_contain_text("2.850")
    at_each_size(other, "unconfirmed", "unconfirmed")
    other.at("confirm-30/net").click()
    expect(other.at("second-sheet")).to_be_visible()
    walk.scan(walk.badges[FIRST], other)
    expect(other.at("badge-read")).to_be_visible()
    other.at("pin-input").fill(walk.site.people[FIRST]["pin"])
    expect(other.at("unconfirmed")).to_have_count(0)
    [entry] = until("it is in the log", lambda: _of(walk.site.entries(), "production.entry_verified.v1"), 30)
    assert (entry["actor"]["id"], entry["flags"]) == (walk.id(FIRST), [])


@pytest.mark.urs("PLT-15")
def test_a_device_says_how_it_keeps_its_key_and_where_it_stands(walk: Walk) -> None:
    admin = walk.admin
    speak(admin, "en")
    [device] = [one for one in walk.site.desk("admin").get("/api/fleet")["items"] if one["name"] == "T-07"]
    admin.page.goto(f"{admin.wire.url}/devices/{device['id']}")
    expect(admin.at("device-key")).to_contain_text("ed25519")
    expect(admin.at("device-key")).to_contain_text("no script can read")
    admin.at("device-move").click()
    admin.at("place-name").fill("2-114")
    admin.at("place-reason").fill("weighing room")
    admin.at("place-save").click()
    expect(admin.at("device-place")).to_have_text("2-114")
    at_each_size(admin, "device", "device-place")
    admin.at("device-replace").click()
    admin.at("replace-go").click()
    expect(admin.at("code")).to_be_visible()
    admin.at("sheet-close").click()


def test_a_lost_badge_is_withdrawn_with_its_reason(walk: Walk) -> None:
    admin = walk.admin
    admin.page.goto(f"{admin.wire.url}/people/{walk.id(FIRST)}")
    admin.at("badge-withdraw").click()
    admin.at("badge-lost").check()
    admin.at("badge-reason").fill("left in the tram")
    admin.at("badge-withdraw-go").click()
    expect(admin.at("badge-issue")).to_be_visible()
    expect(admin.at("badges")).to_contain_text("left in the tram")
    assert verify_anywhere(walk.site.server.url, "--full")[0] == 0


def _of(entries: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in entries if one["kind"] == kind]
