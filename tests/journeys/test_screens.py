"""Every screen that the router knows, in both languages: axe-core in each theme, touch targets, reflow to 320 px."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from form_support import submission, weighing_record
from journeys import accessible
from journeys.browsers import TABLET
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.screens import DESK, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("HMI-02", "OPS-06")]
HANDHELD, REFLOW, ZOOMED = (360, 740), (320, 640), (640, 400)
UPRIGHT, SMALL_TABLET = (768, 1024), (1024, 768)
# How far the middles of what stands in the footer are apart, and by how much it is too narrow for them, in pixels.
_ROWS = """() => {
  const seen = (one) => one.checkVisibility() && !one.closest("dialog");
  const footer = [...document.querySelectorAll("footer")].find(seen);
  const middles = [...footer.querySelectorAll(".state > *, button")]
    .map((one) => one.getBoundingClientRect()).map(({ top, height }) => Math.round(top + height / 2));
  return [Math.max(...middles) - Math.min(...middles), footer.scrollWidth - footer.clientWidth];
}"""
# Who opens a screen that not everybody may; who reads everything opens the rest.
KEEPS_OUT = {"forms": "zhouwei", "people": "admin", "devices": "admin", "enrol": "admin", "batch/*/run": "zhangmin"}
KEEPS_OUT |= {"receive": "huanglei", "recipe-drafts": "zhouwei"}
READER = "zhaolin"


class Walk:
    def __init__(self, here: Site) -> None:
        self.site = here
        self._browsers: dict[str, Tablet] = {}

    def browser(self, login: str) -> Tablet:
        """One for each person; the operator's is a tablet that holds a batch."""
        if login not in self._browsers:
            made = self.site.tablet(login, "zh-CN")
            made.page.emulate_media(reduced_motion="reduce")
            if login == "zhangmin":
                made.enrol(self.site.code("tablet"), "T-01")
            made.sign_in(login)
            if login == "zhangmin":
                made.take(self.site.batch)
                made.start_phase()
            self._browsers[login] = made
        return self._browsers[login]

    def addresses(self, screen: str) -> list[str]:
        """One or more of a screen: those that show one thing, with a thing that is there."""
        reader, admin = self.site.desk(READER), self.site.desk("admin")
        lot = reader.get("/api/lots")["items"][0]
        found: dict[str, list[str]] = {
            "batch": [f"/batch/{self.site.batch}"],
            "batch/*/run": [f"/batch/{self.site.batch}/run"],
            "batch/*/review": [f"/batch/{self._made(reader)}/review"],
            "batch/*/descent": [f"/batch/{self._made(reader)}/descent"],
            "batch/*/questions": [f"/batch/{self._made(reader)}/questions"],
            "batch/*/samples": [f"/batch/{self._made(reader)}/samples"],
            "wall": ["/wall/all"],
            "stock": ["/stock", f"/stock/{quote(lot['material'], safe='')}"],
            "containers": [f"/containers/{quote(self._container(reader), safe='')}"],
            "lot": [f"/lot/{quote(lot['material'], safe='')}/{quote(lot['lot'], safe='')}"],
            "audit": ["/audit", "/audit/5"],
            "balances": ["/balances", "/balances/BAL-07"],
            "equipment": ["/equipment", "/equipment/BAL-07"],
            "rooms": ["/rooms", "/rooms/2-114"],
            "devices": ["/devices", *(f"/devices/{one['id']}" for one in admin.get("/api/devices")["items"][:1])],
            "flows": ["/flows", "/flows/change"],
            "my-work": ["/my-work"],
            "instances": [f"/instances/{one['instance']}" for one in self._work()],
            "forms": ["/forms", *self._forms()],
            "requisitions": ["/requisitions", "/requisitions/new"],
            "labels": ["/labels", "/labels/container-100x70", "/labels/container-100x70/design"],
            "purchasing": ["/purchasing", "/purchasing/new"],
            "receive": ["/receive", "/receive/new", "/receive/rule"],
            "planning": ["/planning", "/planning/LAC-0231"],
            "orders": ["/orders", f"/orders/{self._order()}"],
            "recipes": ["/recipes", "/recipes/MBR-AMT-5-FC", "/recipes/used/equipment/BAL-07"],
            "recipe-drafts": ["/recipe-drafts", f"/recipe-drafts/{self._draft()}"],
            "masters": ["/masters", "/masters/new"],
            "suppliers": ["/suppliers"],
            "specifications": ["/specifications", "/specifications/new"],
            "inspections": ["/inspections"],
            "people": ["/people", f"/people/{self.site.people[READER]['id']}"],
            "deviation": [f"/deviation/{one['number']}" for one in reader.get("/api/deviations")["items"][:1]],
        }
        return found.get(screen) or [f"/{screen}"]

    @staticmethod
    def _container(reader: Any) -> str:
        material = reader.get("/api/stock")["items"][0]["material"]
        return str(reader.get(f"/api/stock/{quote(material, safe='')}")["items"][0]["container"])

    def _work(self) -> list[dict[str, Any]]:
        """What waits in flows for the engineer or for quality."""
        found = [self.site.desk(login).get("/api/my-work")["items"] for login in ("zhouwei", READER)]
        return [one for items in found for one in items][:1]

    def _order(self) -> str:
        """One that waits to be released."""
        planner = self.site.desk("wujing")
        if not planner.get("/api/orders")["items"]:
            [line] = [one for one in planner.get("/api/recipes")["items"] if one["recipe"] == "MBR-AMT-5"]
            planned = {
                "batch": "B-WAITS",
                "number_reason": "Trial",
                "recipe": "MBR-AMT-5",
                "version": line["version"],
                "lots": [],
            }
            planned |= {"size": {"value": "100", "unit": "tablets"}, "planned_start": "2027-01-04"}
            planner.post("/api/orders", planned, 201)
        return "B-WAITS"

    def _draft(self) -> str:
        """One that somebody works on, with something to mend."""
        designer, code = self.site.desk("zhouwei"), "MBR-AMT-5-FC"
        if not designer.get("/api/recipe-drafts")["items"]:
            content = designer.get(f"/api/recipes/{code}/versions/1")["content"] | {"version": 2}
            content["phases"][0]["room"] = "9-999"
            designer.post(f"/api/recipe-drafts/{code}", {"revision": None, "content": content})
        return code

    def _forms(self) -> list[str]:
        """One that waits for approval, and that somebody designs on."""
        designer = self.site.desk("zhouwei")
        if not designer.get("/api/forms")["items"]:
            for revision in ("version", "draft"):
                draft = {"revision": None, "definition": weighing_record()}
                kept = designer.post("/api/forms/weighing-record/draft", draft)
                if revision == "version":
                    signed = {"login": "zhouwei", "password": self.site.people["zhouwei"]["password"]}
                    submitted = submission(weighing_record(), kept["revision"]) | signed
                    designer.post("/api/forms/weighing-record/versions", submitted, 201)
        return ["/forms/weighing-record", "/forms/weighing-record/design"]

    def _made(self, reader: Any) -> str:
        waiting = reader.get("/api/home")["review"]
        return waiting[0]["number"] if waiting else self.site.batch


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("screens")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def sized(tablet: Tablet, size: tuple[int, int]) -> None:
    tablet.page.set_viewport_size({"width": size[0], "height": size[1]})
    until("the page has its size", lambda: tablet.page.evaluate("window.innerWidth") == size[0])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screen", accessible.screens())
def test_a_screen_is_accessible_in_every_theme_and_fits_every_glass(walk: Walk, screen: str, lang: str) -> None:
    tablet = walk.browser(KEEPS_OUT.get(screen, READER))
    wrong: list[Any] = []
    for address in walk.addresses(screen):
        sized(tablet, TABLET)
        speak(tablet, lang)
        tablet.page.goto(f"{tablet.wire.url}{address}")
        accessible.stands(tablet, address)
        name = (address.strip("/").replace("/", "-") or "home")[:60]
        for size in (TABLET, DESK, HANDHELD):
            sized(tablet, size)
            accessible.stands(tablet, address)
            tablet.shoot(f"{name}-{size[0]}-{lang}")
            if size == TABLET:
                wrong += [(address, *one) for one in accessible.in_every_theme(tablet)]
            elif size == HANDHELD:
                wrong += [(address, "handheld", one) for one in accessible.violations(tablet)]
            if size != DESK:
                wrong += [(address, size, one) for one in accessible.small(tablet)]
        for size in (HANDHELD, REFLOW, ZOOMED):
            sized(tablet, size)
            accessible.stands(tablet, address)
            if size == HANDHELD:
                wrong += [(address, "broken", one) for one in accessible.broken(tablet)]
            if accessible.sideways(tablet):
                wrong.append((address, size, "runs out at the side"))
    assert wrong == []
    assert tablet.page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[lang]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_footer_at_the_line_takes_one_line(walk: Walk, lang: str) -> None:
    tablet = walk.browser("zhangmin")
    tablet.page.goto(f"{tablet.wire.url}/batch/{walk.site.batch}/run")
    speak(tablet, lang)
    expect(tablet.at("counts").last).to_have_attribute("data-device", "0")
    for size in (UPRIGHT, SMALL_TABLET, TABLET):
        sized(tablet, size)
        until(f"one line at {size[0]}", lambda: tablet.page.evaluate(_ROWS)[0] <= 2)
        assert tablet.page.evaluate(_ROWS)[1] == 0
        assert accessible.small(tablet) == []
    # What a small tablet has no room for is behind one button.
    sized(tablet, SMALL_TABLET)
    tablet.at("seldom").click()
    expect(tablet.at("hand-back")).to_be_visible()
    tablet.at("stop-phase").click()
    expect(tablet.at("more-sheet")).to_have_count(0)
    tablet.page.keyboard.press("Escape")


def test_the_gate_is_accessible_too(walk: Walk) -> None:
    guest = walk.site.phone("guest", "en-GB")
    expect(guest.at("login")).to_be_visible()
    for size in (TABLET, HANDHELD):
        sized(guest, size)
        assert accessible.in_every_theme(guest) == []
        assert accessible.small(guest) == []
    sized(guest, REFLOW)
    assert not accessible.sideways(guest)
