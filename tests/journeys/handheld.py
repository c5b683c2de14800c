"""A tablet in somebody's hands: what they touch on it, in the order of their work, found by test ids."""

from pathlib import Path
from typing import Any

from journeys.browsers import Chromium
from journeys.processes import until
from journeys.wire import Wire
from playwright.sync_api import Locator, Page, expect

Person = dict[str, Any]


class Tablet:
    """A browser on its own wire. `people` are those of `pestle demo`, by login."""

    def __init__(self, chromium: Chromium, wire: Wire, people: dict[str, Person]) -> None:
        self.chromium, self.wire, self._people = chromium, wire, people
        self.at, self.shoot = chromium.at, chromium.shoot

    @property
    def page(self) -> Page:
        return self.chromium.page

    def start(self) -> None:
        self.wire.mend()
        self.chromium.start()
        self.page.goto(self.wire.url)

    def kill(self) -> None:
        self.chromium.kill()
        self.wire.cut()

    def enrol(self, code: str, name: str) -> None:
        self.at("go-enrol").click()
        self.at("enrol-code").fill(code)
        self.at("enrol-name").fill(name)
        self.at("enrol-go").click()
        expect(self.at("enrolled")).to_be_visible()
        self.shoot("enrolled")
        self.at("enrol-continue").click()

    def sign_in(self, login: str) -> None:
        """From the gate, by password."""
        expect(self.at("use-password").or_(self.at("login")).first).to_be_visible()
        if self.at("use-password").is_visible():
            self.at("use-password").click()
        self.at("login").fill(login)
        self.at("password").fill(self._people[login]["password"])
        self.at("sign-in").click()
        expect(self.at("gate")).to_have_count(0)

    def sign_out(self) -> None:
        """On a phone the person stands in the menu."""
        self.page.goto(self.wire.url)
        expect(self.at("menu").or_(self.at("person")).first).to_be_visible()
        if self.at("menu").is_visible():
            self.at("menu").click()
        self.at("person").click()
        self.at("sign-out").click()
        expect(self.at("gate")).to_be_visible()

    def sign_in_again(self, login: str) -> None:
        """When the session was lost with the battery, which takes with it what the browser had not yet written."""
        if self.page.evaluate("fetch('/api/session').then((answer) => answer.status)") == 401:
            self.at("lock").click()
            self.sign_in(login)

    def come_back(self, login: str) -> None:
        """After a restart on the network: at work at once, or through the gate where the session was lost."""
        expect(self.at("gate").or_(self.at("lock")).first).to_be_visible()
        if self.at("gate").is_visible():
            self.sign_in(login)

    def unlock(self, login: str) -> None:
        """From the gate, by PIN, network or not."""
        self.at(f"person-{self._people[login]['id']}").click()
        self.pin(login)
        expect(self.at("gate")).to_have_count(0)

    def unlock_after_idling(self, login: str) -> None:
        """Hours have passed in which nobody touched it, so that it has locked itself."""
        expect(self.at("gate")).to_be_visible()
        self.unlock(login)

    def lock_and_unlock(self, login: str) -> None:
        """Somebody takes the tablet over."""
        self.at("lock").click()
        self.unlock(login)

    def person(self, login: str) -> str:
        """Their number."""
        return str(self._people[login]["id"])

    def pin(self, login: str) -> None:
        for digit in self._people[login]["pin"]:
            self.at(f"pin-{digit}").click()

    def wedge(self, text: str, symbology: str = "]C0") -> None:
        """As a wedge scanner types it: a key at a time, GS as F8."""
        for char in symbology + text:
            self.page.keyboard.press({"\x1d": "F8", " ": "Space"}.get(char, char))
        self.page.keyboard.press("Enter")

    def shows(self, weight: str, where: str = "live-net") -> None:
        """The balance is at rest with it."""
        expect(self.at(where)).to_contain_text(weight, timeout=30_000)
        expect(self.at(where)).to_have_attribute("data-quality", "stable", timeout=30_000)

    def take(self, batch: str, first: str = "10") -> None:
        """Take the batch along, and open it."""
        self.at(f"take-{batch}").click()
        self.open(batch, first)

    def open(self, batch: str, first: str = "10") -> None:
        """`first`: a phase of it."""
        self.at(f"run-{batch}").click()
        expect(self.at(f"phase-{first}")).to_be_visible()

    def go_offline(self) -> None:
        """The network goes, and the browser knows."""
        self.wire.cut()
        self.chromium.context.set_offline(True)

    def go_online(self) -> None:
        self.wire.cut()
        self.wire.mend()
        self.chromium.context.set_offline(False)

    def reach_the_server(self, login: str) -> None:
        """The network is back, and the session may have ended or gone with the battery: then somebody signs in."""
        self.go_online()
        connected = self.page.locator("[data-testid=state-bar][data-online=online]")
        signing = self.at("outage-sign-in").or_(self.at("login"))
        expect(connected.or_(signing).first).to_be_visible(timeout=40_000)
        if self.at("outage-sign-in").is_visible():
            self.shoot("session-missing")
            self.at("outage-sign-in").click()
            expect(self.at("login")).to_be_visible()
        if self.at("login").is_visible():
            self.sign_in(login)
        expect(connected.first).to_be_visible(timeout=40_000)

    def battery_falls_out_offline(self) -> None:
        """kill -9, and a new browser that finds no server."""
        self.chromium.kill()
        self.chromium.start()
        self.chromium.context.set_offline(True)
        self.page.goto(self.wire.url)

    # --- work ---

    def start_phase(self) -> None:
        self.at("start-phase").click()

    def complete_phase(self, phase: str) -> None:
        self.at("complete-phase").click()
        expect(self.at(f"phase-{phase}")).to_have_attribute("data-state", "done")

    def clear_line(self) -> None:
        for item in "abcd":
            self.at(f"item-{item}-ok").click()
        self.at("sign").click()

    def type_number(self, value: str) -> None:
        self.at("number").fill(value)

    def comment(self, text: str) -> None:
        """Answer the question that an abnormal value asks before it is signed."""
        expect(self.at("comment-sign")).to_be_disabled()
        self.at("comment-text").fill(text)
        self.at("comment-sign").click()

    def parameter(self, slot: str, value: str, comment: str | None = None) -> None:
        self.type_number(value)
        self.at("sign").click()
        if comment is not None:
            self.comment(comment)
        expect(self.at(f"recorded-{slot}")).to_be_visible()

    def samples(self, check: str, round_: int, values: list[str], comment: str | None = None) -> None:
        for value in values:
            self.type_number(value)
            self.at("next-sample").click()
        expect(self.at("mean")).to_be_visible()
        self.at("sign").click()
        if comment is not None:
            self.comment(comment)
        expect(self.at(f"check-{check}-{round_}")).to_have_count(0)

    def weigh_by_hand(self, value: str, second: str) -> None:
        """A typed weight, confirmed by the PIN of a second person."""
        self.at("manual").click()
        self.type_number(value)
        self.at("sign").click()
        self.confirm_second(second)

    def confirm_second(self, login: str) -> None:
        self.at(f"second-{self._people[login]['id']}").click()
        self.pin(login)
        expect(self.at("second-sheet")).to_have_count(0)

    def take_weight(self) -> None:
        expect(self.at("take-weight")).to_be_enabled()
        self.at("take-weight").click()

    def remark(self, text: str) -> None:
        self.at("remark").click()
        self.at("remark-text").fill(text)
        self.at("remark-sign").click()
        expect(self.at("remark-sheet")).to_have_count(0)

    def photo(self, picture: Path, caption: str) -> None:
        self.at("photo").click()
        self.at("photo-file").set_input_files(picture)
        self.at("photo-caption").fill(caption)
        self.at("photo-sign").click()
        expect(self.at("photo-sheet")).to_have_count(0)

    def hand_back(self, batch: str) -> None:
        self.at("hand-back").click()
        self.at("hand-back-confirm").click()
        expect(self.at("hand-back-sheet")).to_have_count(0)
        expect(self.at(f"run-{batch}")).to_have_count(0)

    # --- what the tablet says ---

    def counts(self) -> tuple[int, int, int]:
        """Its own records: on this device only, sent, in the log."""
        bar = self.at("counts").last
        device, sent, logged = (int(bar.get_attribute(f"data-{place}") or 0) for place in ("device", "sent", "logged"))
        return device, sent, logged

    def wait_counts(self, *expected: int, seconds: float = 30) -> None:
        until(
            f"{self.chromium.name} counts {expected}, not {self.counts()}", lambda: self.counts() == expected, seconds
        )

    def proven(self) -> tuple[int, int]:
        """How many of its own entries the tablet has proven to be in the published log, and how many not yet."""
        bar = self.at("proven-until")
        return int(bar.get_attribute("data-proven") or 0), int(bar.get_attribute("data-unproven") or 0)

    def wait_proven(self, seconds: float = 30) -> None:
        until(f"{self.chromium.name} proves all, not {self.proven()}", lambda: self.proven()[1] == 0, seconds)

    def records(self, phases: list[str]) -> dict[str, tuple[str, bool]]:
        """Every record the tablet shows of these phases of the open batch: entry id to (where it is, made here)."""
        found: dict[str, tuple[str, bool]] = {}
        for phase in phases:
            self.at(f"phase-{phase}").click()
            expect(self.at(f"phase-{phase}")).to_have_attribute("aria-current", "step")
            for row in self._rows().all():
                place = row.locator("[data-place]").get_attribute("data-place") or ""
                found[row.get_attribute("data-entry") or ""] = place, row.get_attribute("data-own") == "true"
        return found

    def _rows(self) -> Locator:
        return self.at("records").locator("li[data-entry]")
