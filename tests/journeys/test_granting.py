"""A role that signs: wanted by an administrator, confirmed by QA's signature; its person's password vouched for."""

from collections.abc import Iterator

import pytest
from journeys.handheld import Tablet
from journeys.screens import DESK, shown_at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("IDN-08", "IDN-04", "OPS-06")]
CHOSEN = "a walk in the herb garden"


class Walk:
    def __init__(self, here: Site) -> None:
        self.site = here
        self.admin, self.qa = here.tablet("admin", "en-GB"), here.tablet("qa", "zh-CN")
        self.fresh = here.tablet("fresh", "zh-CN")
        self.person = ""


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("granting")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def in_both(tablet: Tablet, what: str, testid: str) -> None:
    """Pictures in the other language as well; the tablet goes on in its own."""
    own, other = (
        ("en", "zh") if tablet.page.evaluate("document.documentElement.lang").startswith("en") else ("zh", "en")
    )
    shown_at_each_size(tablet, f"{what}-{own}")
    speak(tablet, other)
    expect(tablet.at(testid).first).to_be_visible()
    shown_at_each_size(tablet, f"{what}-{other}")
    speak(tablet, own)
    expect(tablet.at(testid).first).to_be_visible()


def test_what_an_administrator_wants_to_grant_waits(walk: Walk) -> None:
    admin = walk.admin
    admin.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    admin.sign_in("admin")
    admin.page.goto(f"{admin.wire.url}/people")
    admin.at("add-person").click()
    for field, text in (("name", "顾云"), ("name-en", "Gu Yun"), ("login", "guyun")):
        admin.at(f"person-{field}").fill(text)
    admin.at("role-qa").check()
    expect(admin.at("needs-second")).to_contain_text("second person")
    shown_at_each_size(admin, "add")
    admin.at("person-save").click()
    expect(admin.at("person-waiting")).to_contain_text("QA")
    walk.person = admin.page.url.rpartition("/")[2]
    in_both(admin, "waits", "person-waiting")
    admin.page.goto(f"{admin.wire.url}/people")
    expect(admin.at(f"waiting-{walk.person}")).to_be_visible()
    # Who wants it does not confirm it.
    expect(admin.at(f"grant-{walk.person}")).to_have_count(0)
    in_both(admin, "list", f"waiting-{walk.person}")


def test_qa_finds_it_at_home_and_signs_for_the_person(walk: Walk) -> None:
    qa = walk.qa
    qa.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    qa.sign_in("zhaolin")
    qa.at(f"grant_waiting-{walk.person}").click()
    expect(qa.at(f"grant-{walk.person}")).to_be_visible()
    in_both(qa, "waiting", f"grant-{walk.person}")
    qa.at(f"grant-{walk.person}").click()
    expect(qa.at("grant-sheet")).to_contain_text("顾云")
    qa.at("signature-login").fill("zhaolin")
    qa.at("signature-password").fill(walk.site.people["zhaolin"]["password"])
    shown_at_each_size(qa, "sign")
    qa.at("sign-now").click()
    expect(qa.at("grant-sheet")).to_have_count(0)
    expect(qa.at(f"waiting-{walk.person}")).to_have_count(0)
    walk.admin.page.goto(f"{walk.admin.wire.url}/people/{walk.person}")
    expect(walk.admin.at("person-roles")).to_contain_text("QA")
    expect(walk.admin.at("person-waiting")).to_have_count(0)


def test_whoever_was_given_a_password_is_vouched_for_before_anything_is_signed(walk: Walk) -> None:
    admin, fresh, qa = walk.admin, walk.fresh, walk.qa
    admin.at("give-password").click()
    admin.at("one-time-give").click()
    given = admin.at("one-time").inner_text()
    admin.at("one-time-close").click()
    fresh.at("login").fill("guyun")
    fresh.at("password").fill(given)
    fresh.at("sign-in").click()
    fresh.at("password-new").fill(CHOSEN)
    fresh.at("password-again").fill(CHOSEN)
    fresh.at("password-save").click()
    expect(fresh.at("vouch-for-me")).to_contain_text("系统管理员")
    shown_at_each_size(fresh, "vouch")
    fresh.at("pin-skip").click()
    expect(fresh.at("gate")).to_have_count(0)
    qa.page.goto(f"{qa.wire.url}/people/waiting")
    qa.at(f"confirm-{walk.person}").click()
    qa.at("confirm-given-reason").fill("本人就在我旁边")
    qa.at("confirm-given-confirm").click()
    expect(qa.at(f"confirm-{walk.person}")).to_have_count(0)
    fresh.page.goto(f"{fresh.wire.url}/settings")
    fresh.at("set-pin").click()
    fresh.at("pin-password").fill(CHOSEN)
    for field in ("new", "again"):
        fresh.at(f"pin-{field}").fill("135790")
    fresh.at("pin-save").click()
    expect(fresh.at("account-done")).to_be_visible()
