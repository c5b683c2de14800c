"""How flows are drawn, approved and walked along in journeys: what people press, and what they do at another desk."""

from typing import Any

from journeys.handheld import Tablet
from journeys.site import Site
from playwright.sync_api import Locator, expect

DESK = {"width": 1440, "height": 900}
LONG = 30_000


class Flowing:
    """An engineer's desk and somebody's phone beside it; who signs gives both components each time."""

    def __init__(self, here: Site, desk: str, phone: str) -> None:
        self.site = here
        self.desk = here.phone("desk", desk)
        self.desk.page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
        self.phone = here.phone("phone", phone)
        # The element that a later step is about.
        self.added = ""

    def sign(self, who: Tablet, login: str) -> None:
        """With both components: it is the first signature of the page."""
        who.at("signature-login").fill(login)
        who.at("signature-password").fill(self.site.people[login]["password"])
        who.at("sign-now").click()

    def open(self, who: Tablet, path: str) -> None:
        who.page.goto(f"{who.wire.url}{path}")

    def new_flow(self, code: str, zh: str, en: str) -> None:
        """The designer with an empty drawing."""
        desk = self.desk
        self.open(desk, "/flows")
        desk.at("new-flow").click()
        for name, text in (("code", code), ("zh", zh), ("en", en)):
            desk.at(f"flow-{name}").fill(text)
        desk.at("flow-create").click()
        self.drawn()

    def design(self, code: str) -> None:
        """The designer with what there is."""
        self.open(self.desk, f"/flows/{code}/design")
        self.drawn()

    def drawn(self) -> None:
        expect(self.desk.page.locator("[data-testid=canvas][data-ready=true]")).to_be_visible(timeout=LONG)

    def submit(self, code: str, login: str, number: int, reason: str) -> None:
        """From the designer, and approved at other desks."""
        desk = self.desk
        desk.at("submit").click()
        desk.at("sign-reason").fill(reason, timeout=LONG)
        self.sign(desk, login)
        expect(desk.at(f"state-{number}")).to_be_visible(timeout=LONG)
        self.approve(code, number)

    def approve(self, code: str, number: int) -> None:
        """Production reviews, QA decides: each by their own signature."""
        for login, outcome, meaning in (("chenjie", "agree", "reviewed"), ("zhaolin", "approve", "approved")):
            self.complete(login, f"flow/{code}/{number}", outcome, meaning)

    def complete(self, login: str, subject: str, outcome: str | None, meaning: str | None = None) -> None:
        """Do the task about this that waits for somebody, at another desk."""
        desk = self.site.desk(login)
        [line] = [one for one in desk.get("/api/my-work")["items"] if one["subject"] == subject]
        view = desk.get(f"/api/instances/{line['instance']}")
        body: dict[str, Any] = {"outcome": outcome, "values": [], "comment": None, "seen": view["seen"]}
        if meaning is not None:
            body |= {"login": login, "password": self.site.people[login]["password"], "meaning": meaning}
        desk.post(f"/api/instances/{line['instance']}/tasks/{line['task']}/complete", body)

    def on(self, who: Tablet, element: str, mark: str = "") -> Locator:
        """An element on a drawing, marked so."""
        return who.page.locator(f'[data-element-id="{element}"]{mark and f".flow-{mark}"}')
