"""Areas, a login locked and unlocked, sessions ended one by one, a password that an administrator gave to QA."""

from collections.abc import Iterator

import pytest
from journeys.browsers import TABLET
from journeys.screens import DESK, shown_at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("IDN-01", "IDN-02", "IDN-08")]
CHOSEN = "a walk in the herb garden"
SLOW = 15_000
_DEVICE = "fetch('/api/session').then((answer) => answer.json()).then((session) => session.device)"


class Walk:
    def __init__(self, here: Site) -> None:
        self.site = here
        self.admin, self.other = here.tablet("admin", "en-GB"), here.tablet("other", "zh-CN")


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("access")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def test_an_administrator_adds_an_area_and_a_room_of_another_is_refused(walk: Walk) -> None:
    admin = walk.admin
    admin.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    admin.sign_in("admin")
    admin.page.goto(f"{admin.wire.url}/people/areas")
    expect(admin.at("area-dispensing")).to_contain_text("2-114", timeout=SLOW)
    admin.at("add-area").click()
    for name, text in (("code", "packaging"), ("zh", "包装区"), ("en", "Packaging"), ("reason", "new line")):
        admin.at(f"area-{name}").fill(text)
    admin.at("area-places").fill("2-130\n2-114")
    shown_at_each_size(admin, "area")
    admin.at("area-save").click()
    expect(admin.at("area-sheet").get_by_role("alert")).to_contain_text("another area", timeout=SLOW)
    admin.at("area-places").fill("2-130")
    admin.at("area-save").click()
    expect(admin.at("area-packaging")).to_contain_text("2-130", timeout=SLOW)
    shown_at_each_size(admin, "areas")


@pytest.mark.urs("MAT-07")
def test_an_administrator_states_the_time_zone_that_days_are_told_by(walk: Walk) -> None:
    admin = walk.admin
    expect(admin.at("zone-now")).to_contain_text("Asia/Shanghai", timeout=SLOW)
    for name, told in (("Nowhere/City", None), ("Asia/Urumqi", "Asia/Urumqi")):
        admin.at("zone-name").fill(name)
        admin.at("zone-save").click()
        admin.at("zone-reason").fill("the line moves")
        admin.at("zone-confirm").click()
        if told is None:
            expect(admin.at("zone-sheet").get_by_role("alert")).to_contain_text("time zone", timeout=SLOW)
            admin.at("sheet-close").click()
        else:
            expect(admin.at("zone-now")).to_contain_text(told, timeout=SLOW)
    shown_at_each_size(admin, "zone")


def test_a_role_is_limited_to_an_area(walk: Walk) -> None:
    admin, person = walk.admin, walk.site.people["liqiang"]["id"]
    admin.page.goto(f"{admin.wire.url}/people/{person}")
    admin.at("change-roles").click()
    admin.at("where-operator-packaging").check()
    admin.at("roles-reason").fill("packs from now on")
    shown_at_each_size(admin, "grants")
    admin.at("roles-save").click()
    expect(admin.at("person-roles")).to_contain_text("Packaging", timeout=SLOW)


def test_a_tablet_stops_work_in_another_area_before_it_is_signed(walk: Walk) -> None:
    tablet = walk.other
    tablet.enrol(walk.site.code("tablet"), "T-1")
    tablet.sign_in("liqiang")
    # Shown by the tablet's key; the desk of the administrator has none.
    for page, is_tablets in ((tablet.page, True), (walk.admin.page, False)):
        assert (page.evaluate(_DEVICE) is not None) == is_tablets
    tablet.take(walk.site.batch)
    expect(tablet.at("other-area")).to_contain_text("2-114", timeout=SLOW)
    expect(tablet.at("stopped")).to_be_disabled()
    shown_at_each_size(tablet, "other-area")
    tablet.page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
    tablet.page.goto(tablet.wire.url)
    tablet.sign_out()


def test_wrong_passwords_lock_strangers_out_until_an_administrator_unlocks(walk: Walk) -> None:
    admin, stranger, person = walk.admin, walk.other, walk.site.people["chenjie"]["id"]
    if stranger.at("use-password").is_visible():
        stranger.at("use-password").click()
    for _ in range(6):
        stranger.at("login").fill("chenjie")
        stranger.at("password").fill("guessed wrong")
        stranger.at("sign-in").click()
        # The field is emptied once the answer is there.
        expect(stranger.at("password")).to_have_value("", timeout=SLOW)
        expect(stranger.at("gate").get_by_role("alert")).to_be_visible(timeout=SLOW)
    expect(stranger.at("gate").get_by_role("alert")).to_contain_text("锁定", timeout=SLOW)
    admin.page.goto(f"{admin.wire.url}/people/{person}")
    expect(admin.at("person-locked")).to_be_visible(timeout=SLOW)
    admin.at("unlock").click()
    admin.at("unlock-reason").fill("she called, I know her voice")
    admin.at("unlock-confirm").click()
    expect(admin.at("person-locked")).to_have_count(0, timeout=SLOW)


def test_qa_whose_password_an_administrator_gave_is_told_and_signs_nothing(walk: Walk) -> None:
    admin, fresh, person = walk.admin, walk.other, walk.site.people["zhaolin"]["id"]
    admin.page.goto(f"{admin.wire.url}/people/{person}")
    admin.at("give-password").click()
    admin.at("one-time-give").click()
    given = admin.at("one-time").inner_text()
    admin.at("one-time-close").click()
    expect(admin.at("person-given")).to_be_visible(timeout=SLOW)
    shown_at_each_size(admin, "given")
    fresh.at("login").fill("zhaolin")
    fresh.at("password").fill(given)
    fresh.at("sign-in").click()
    expect(fresh.at("given-me")).to_contain_text("系统管理员", timeout=SLOW)
    fresh.shoot("given-me")
    fresh.at("password-new").fill(CHOSEN)
    fresh.at("password-again").fill(CHOSEN)
    fresh.at("password-save").click()
    fresh.at("pin-skip").click(timeout=SLOW)
    fresh.page.goto(f"{fresh.wire.url}/batch/{walk.site.batch}/review")
    expect(fresh.at("given-passwords")).to_contain_text("赵琳", timeout=SLOW)
    # Nobody vouches for their own.
    expect(fresh.at(f"confirm-{person}")).to_have_count(0)
    shown_at_each_size(fresh, "review")


def test_one_ends_a_session_that_was_left_open(walk: Walk) -> None:
    admin, second = walk.admin, walk.site.desk("admin")
    admin.page.goto(f"{admin.wire.url}/settings")
    rows = admin.at("my-sessions").locator("[data-testid^=session-]")
    expect(rows).to_have_count(len(second.get("/api/sessions")["items"]), timeout=SLOW)
    before = rows.count()
    admin.at("end-one").first.click()
    admin.at("end-one-reason").fill("left open in the office")
    admin.at("end-one-confirm").click()
    expect(rows).to_have_count(before - 1, timeout=SLOW)
    shown_at_each_size(admin, "my-sessions")
