"""An administrator and a new colleague in two browsers: added, first password, roles that go together, the end."""

from collections.abc import Iterator

import pytest
from journeys.screens import DESK, shown_at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("IDN-01", "IDN-02", "IDN-08", "OPS-06")]
CHOSEN = "a walk in the herb garden"


class Walk:
    def __init__(self, here: Site) -> None:
        self.site = here
        self.admin, self.fresh = here.tablet("admin", "zh-CN"), here.tablet("fresh", "en-GB")
        self.given = self.person = ""


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("people")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def test_an_administrator_adds_a_person_whose_roles_go_together(walk: Walk) -> None:
    admin = walk.admin
    admin.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    admin.sign_in("admin")
    admin.at("nav-people").click()
    shown_at_each_size(admin, "list")
    admin.at("add-person").click()
    admin.at("person-name").fill("顾云")
    admin.at("person-name-en").fill("Gu Yun")
    admin.at("person-login").fill("Gu Yun")
    admin.at("role-operator").check()
    # Who produces does not release, and who administers does neither.
    expect(admin.at("role-qa")).to_be_disabled()
    expect(admin.at("role-admin")).to_be_disabled()
    expect(admin.at("person-save")).to_be_disabled()
    admin.at("person-login").fill("guyun")
    shown_at_each_size(admin, "add")
    admin.at("person-save").click()
    expect(admin.at("person-card")).to_contain_text("guyun")
    walk.person = admin.page.url.rpartition("/")[2]


def test_a_login_that_is_taken_is_told_and_what_was_typed_stays(walk: Walk) -> None:
    admin = walk.admin
    admin.page.goto(f"{admin.wire.url}/people")
    admin.at("add-person").click()
    admin.at("person-name").fill("顾云二")
    admin.at("person-login").fill("guyun")
    admin.at("role-qc").check()
    admin.at("person-save").click()
    expect(admin.at("add-person-sheet").get_by_role("alert")).to_be_visible()
    expect(admin.at("person-name")).to_have_value("顾云二")
    admin.at("sheet-close").click()


def test_the_one_time_password_is_shown_once_and_has_to_be_changed(walk: Walk) -> None:
    admin, fresh = walk.admin, walk.fresh
    admin.page.goto(f"{admin.wire.url}/people/{walk.person}")
    admin.at("give-password").click()
    admin.at("one-time-give").click()
    walk.given = admin.at("one-time").inner_text()
    admin.shoot("one-time")
    admin.at("one-time-close").click()
    expect(admin.at("person-password")).to_contain_text("一次性密码")
    assert walk.given not in admin.page.content()
    fresh.at("login").fill("guyun")
    fresh.at("password").fill(walk.given)
    fresh.at("sign-in").click()
    for text in (walk.given, CHOSEN):
        fresh.at("password-new").fill(text)
        fresh.at("password-again").fill(text)
        fresh.at("password-save").click()
        if text == walk.given:
            expect(fresh.at("gate").get_by_role("alert")).to_contain_text("not had")
    expect(fresh.at("pin-skip").or_(fresh.at("pin-save")).first).to_be_visible()
    fresh.page.reload()
    expect(fresh.at("gate")).to_have_count(0)
    expect(fresh.at("nav-people")).to_have_count(0)


def test_an_administrator_signs_a_person_out_everywhere(walk: Walk) -> None:
    admin, fresh = walk.admin, walk.fresh
    admin.page.reload()
    expect(admin.at("person-password")).to_contain_text("由本人设置")
    shown_at_each_size(admin, "person")
    admin.at("end-sessions").click()
    admin.at("end-reason").fill("忘记退出")
    admin.at("end-confirm").click()
    expect(admin.at("end-sheet")).to_have_count(0)
    expect(admin.at("end-sessions")).to_have_count(0)
    fresh.page.reload()
    expect(fresh.at("login")).to_be_visible()


def test_who_has_left_signs_in_no_more(walk: Walk) -> None:
    admin, fresh = walk.admin, walk.fresh
    admin.at("change-roles").click()
    admin.at("role-operator").uncheck()
    expect(admin.at("roles-save")).to_be_disabled()
    admin.at("roles-reason").fill("离职")
    shown_at_each_size(admin, "roles")
    admin.at("roles-save").click()
    expect(admin.at("person-roles")).to_contain_text("已离职")
    fresh.at("login").fill("guyun")
    fresh.at("password").fill(CHOSEN)
    fresh.at("sign-in").click()
    expect(fresh.at("gate").get_by_role("alert")).to_be_visible()
    fresh.shoot("left")
    told = [one["kind"] for one in walk.site.desk("admin").log() if one["stream"] == f"person/{walk.person}"]
    assert told.count("identity.roles_changed.v3") == 1
    assert told.count("identity.sessions_ended.v1") == 1


def test_the_table_of_rights_is_there_to_be_read(walk: Walk) -> None:
    admin = walk.admin
    admin.page.goto(f"{admin.wire.url}/people/rights")
    expect(admin.at("rights-qa")).to_contain_text("放行与拒绝")
    expect(admin.at("rights-operator")).not_to_contain_text("放行与拒绝")
    shown_at_each_size(admin, "rights")
