"""Corrections, conflicts and quarantine on the screen: a value's history offline and at the desk, decided and told."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys.browsers import PHONE, TABLET
from journeys.handheld import Tablet
from journeys.processes import until
from journeys.site import Site, site
from playwright.sync_api import Locator, Playwright, expect

pytestmark = [pytest.mark.slow]
DESK = (1440, 900)
STRAY = "<script>alert('已签')</script>"
SEND = """(text) => new Promise((done) => {
  const socket = new WebSocket(`ws://${location.host}/sync`);
  socket.onmessage = () => socket.send(text);
  socket.onclose = () => done(true);
})"""


class Walk:
    """What the steps hand to each other."""

    def __init__(self, here: Site) -> None:
        self.site = here
        self.first = here.tablet("tablet-1", "zh-CN")
        self.second = here.tablet("tablet-2", "en-GB")
        self.desk: Tablet

    def weighed(self) -> list[dict[str, Any]]:
        return [one for one in self.site.entries() if one["kind"] == "production.material_weighed.v1"]

    def conflict(self) -> dict[str, Any]:
        [found] = self.site.desk("zhaolin").get("/api/conflicts")["items"]
        return dict(found)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("screens")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def versions(tablet: Tablet) -> list[str | None]:
    """What the versions in the open history count for, the oldest first."""
    rows = tablet.at("history").locator("[data-testid^=version-]")
    return [row.get_attribute("data-state") for row in rows.all()]


def close(tablet: Tablet) -> None:
    tablet.at("sheet-close").click()
    expect(tablet.at("history")).to_have_count(0)


def fits(tablet: Tablet) -> None:
    """Nothing runs out of the screen at its side, and nothing can be pressed only by luck."""
    wide = tablet.page.evaluate(
        """[document.scrollingElement, ...document.querySelectorAll("main, dialog .body")]
          .map((one) => [one.tagName, one.scrollWidth - one.clientWidth]).filter(([, over]) => over > 0)"""
    )
    assert wide == []
    small = tablet.page.evaluate(
        """[...document.querySelectorAll("button, a.button")].filter((one) => one.checkVisibility())
          .map((one) => [one.dataset.testid ?? one.textContent, one.getBoundingClientRect().height])
          .filter(([, height]) => height < 36)"""
    )
    assert small == []


@pytest.mark.urs("PLT-07", "PLT-08", "IDN-05")
def test_a_correction_made_offline_shows_old_new_who_when_and_why_on_the_tablet(walk: Walk) -> None:
    tablet = walk.first
    for one, login in ((walk.first, "zhangmin"), (walk.second, "wangfang")):
        one.enrol(walk.site.code("tablet"), one.chromium.name)
        one.sign_in(login)
        one.take(walk.site.batch)
    tablet.start_phase()
    tablet.clear_line()
    tablet.complete_phase("10")
    tablet.wait_counts(0, 0, 3)
    expect(walk.second.at("phase-10")).to_have_attribute("data-state", "done")
    for one in (walk.first, walk.second):
        one.go_offline()
    tablet.start_phase()
    tablet.at("manual").click()
    tablet.type_number("12.460")
    tablet.at("sign").click()
    tablet.comment("读数偏低，待复核")
    tablet.confirm_second("wangfang")
    tablet.at("correct-20/net").click()
    tablet.type_number("12.640")
    tablet.at("correct-reason").fill("数字颠倒")
    tablet.at("correct-sign").click()
    tablet.confirm_second("wangfang")
    expect(tablet.at("recorded-20/net")).to_contain_text("12.640")
    tablet.at("history-20/net").click()
    sheet = tablet.at("history")
    assert versions(tablet) == ["corrected", "stands"]
    expect(tablet.at("history-now")).to_contain_text("12.640")
    for said in ("12.460", "数字颠倒", "张敏", "王芳", "tablet-1", "UTC+08:00", "尚未入账"):
        expect(sheet).to_contain_text(said)
    tablet.shoot("history-offline")
    fits(tablet)
    close(tablet)
    tablet.at("records").locator("[data-testid^=record-]").first.click()
    assert versions(tablet) == ["corrected", "stands"]
    close(tablet)


@pytest.mark.urs("PLT-07", "PLT-09", "PLT-10")
def test_two_tablets_that_were_apart_make_a_conflict_that_the_history_tells(walk: Walk) -> None:
    other = walk.second
    other.start_phase()
    other.weigh_by_hand("12.652", second="zhangmin")
    expect(other.at("recorded-20/net")).to_contain_text("12.652")
    for one, login in ((walk.first, "zhangmin"), (other, "wangfang")):
        one.go_online()
        one.sign_in_again(login)
        until(f"{one.chromium.name} has delivered", lambda one=one: one.counts()[:2] == (0, 0))
    until("the conflict is found", lambda: walk.site.desk("zhaolin").get("/api/conflicts")["counts"]["open"] == 1)
    for one in (walk.first, other):
        expect(one.at("claim-20/net")).to_have_attribute("data-conflict", "true")
        one.at("history-20/net").first.click()
        expect(one.at("history-conflict")).to_have_attribute("data-state", "open")
        assert sorted(str(state) for state in versions(one)) == ["conflict", "conflict", "corrected"]
        expect(one.at("history").locator("[data-place=device]")).to_have_count(0)
        one.shoot("history-conflict")
        fits(one)
        close(one)
    walk.second.kill()


@pytest.mark.urs("PLT-10", "PLT-16", "IDN-10")
def test_qa_sees_both_facts_and_is_told_of_a_decision_that_came_meanwhile(walk: Walk) -> None:
    desk = walk.desk = walk.first
    desk.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    desk.page.goto(desk.wire.url)
    as_person(desk, "zhaolin")
    desk.at("nav-conflicts").click()
    conflict = walk.conflict()
    card = desk.at(f"conflict-{conflict['id']}")
    facts = card.locator("[data-testid^=fact-]")
    expect(facts).to_have_count(2)
    shown = facts.all_inner_texts()
    assert ["12.640" in text or "12.652" in text for text in shown] == [True, True]
    for text, entry in zip(shown, conflict["entries"], strict=True):
        assert all(said in text for said in (entry["actor"]["name"], entry["device"]["name"], "UTC+08:00", "日志"))
    expect(card.get_by_test_id("decide")).to_be_disabled()
    pictures(desk, "conflict-open", "/conflicts", f"conflict-{conflict['id']}")
    chosen, other = conflict["entries"]
    card.get_by_test_id(f"choose-{other['id']}").click()
    card.get_by_test_id("decision-text").fill("天平打印记录")
    path = f"/api/batches/{walk.site.batch}/conflicts/{conflict['id']}/resolve"
    walk.site.desk("zhaolin").post(path, {"chosen": chosen["id"], "reason": "与复核人的读数一致"})
    card.get_by_test_id("decide").click()
    expect(card.get_by_test_id("overtaken")).to_contain_text("赵琳")
    expect(card).to_have_attribute("data-state", "resolved")
    expect(card.get_by_test_id("decision")).to_contain_text("与复核人的读数一致")
    desk.shoot("conflict-overtaken")
    decisions = [one for one in walk.site.entries() if one["kind"] == "release.conflict_resolved.v1"]
    assert [one["payload"]["chosen"] for one in decisions] == [chosen["id"]]
    desk.at("tab-resolved").click()
    expect(desk.at(f"conflict-{conflict['id']}").get_by_test_id("decision")).to_be_visible()
    pictures(desk, "conflict-resolved", "/conflicts?state=resolved", f"conflict-{conflict['id']}")


@pytest.mark.urs("PLT-09", "PLT-10")
def test_a_tablet_that_was_away_shows_the_decision_once_it_is_back(walk: Walk) -> None:
    tablet = walk.second
    tablet.start()
    tablet.come_back("wangfang")
    tablet.open(walk.site.batch)
    tablet.at("phase-20").click()
    expect(tablet.at("claim-20/net")).to_have_attribute("data-conflict", "false")
    expect(tablet.at("decided")).to_contain_text("与复核人的读数一致")
    expect(tablet.at("recorded-20/net")).to_have_count(1)
    tablet.shoot("decided")
    # It knows it without a network, too, and after a restart.
    tablet.battery_falls_out_offline()
    tablet.unlock("wangfang")
    tablet.open(walk.site.batch)
    tablet.at("phase-20").click()
    expect(tablet.at("decided")).to_be_visible()
    tablet.kill()


@pytest.mark.urs("PLT-07", "PLT-10")
def test_the_history_is_one_tap_from_the_batch_the_review_and_the_log(walk: Walk) -> None:
    desk, batch = walk.desk, walk.site.batch
    first = walk.weighed()[0]
    expected = sorted(["corrected", "chosen", "not_chosen"])
    desk.page.goto(f"{desk.wire.url}/batch/{batch}")
    desk.at(f"entry-{first['index']}").click()
    expect(desk.at("history-decision")).to_contain_text("与复核人的读数一致")
    assert sorted(str(state) for state in versions(desk)) == expected
    pictures(desk, "history", f"/batch/{batch}", f"entry-{first['index']}", f"entry-{first['index']}")
    desk.page.goto(f"{desk.wire.url}/batch/{batch}/review")
    desk.page.locator("article[data-type=conflict]").locator("[data-testid^=history-]").click()
    expect(desk.at("history-decision")).to_be_visible()
    close(desk)
    desk.page.goto(f"{desk.wire.url}/audit/{first['index']}")
    desk.at("history").click()
    expect(desk.at("history-decision")).to_be_visible()
    assert sorted(str(state) for state in versions(desk)) == expected


@pytest.mark.urs("PLT-03", "PLT-07", "IDN-10")
def test_the_log_is_filtered_and_an_entry_shown_to_the_last_byte(walk: Walk, tmp_path: Path) -> None:
    desk = walk.desk
    old, new = walk.weighed()[:2]
    if old["corrects"]:
        old, new = new, old
    desk.page.goto(f"{desk.wire.url}/audit")
    desk.at("filter-kind").select_option("production.material_weighed.v1")
    rows = desk.page.locator("tbody tr")
    expect(rows).to_have_count(3)
    desk.at("filter-person").select_option(walk.site.people["wangfang"]["id"])
    expect(rows).to_have_count(3)
    desk.at("filter-device").select_option(old["device"]["id"])
    expect(rows).to_have_count(2)
    desk.at("filter-until").fill("2001-01-31")
    expect(desk.page.get_by_text("没有符合筛选的记录")).to_be_visible()
    desk.at("filter-until").fill("2001-02-31")
    expect(desk.page.get_by_text("日期请写作")).to_be_visible()
    desk.at("filter-reset").click()
    pictures(desk, "log", f"/audit?stream=batch/{walk.site.batch}", f"log-{old['index']}")
    desk.page.goto(f"{desk.wire.url}/audit/{old['index']}")
    desk.at("corrected-by").click()
    expect(desk.at("entry-fields")).to_contain_text("数字颠倒")
    expect(desk.at("signers").locator("li")).to_have_count(2)
    expect(desk.at("signers").get_by_text("相符")).to_have_count(2)
    exact = [desk.at(f"exact-{name}").inner_text() for name in ("header", "signatures", "receipt")]
    leaf = hashlib.sha256(b"\0" + "".join(f"{line}\n" for line in exact).encode()).hexdigest()
    assert desk.at("leaf-hash").inner_text() == leaf
    with desk.page.expect_download() as started:
        desk.at("proof").click()
    proof = tmp_path / "proof"
    started.value.save_as(proof)
    assert proof.read_text().splitlines()[0].startswith("c2sp.org/tlog-proof")
    pictures(desk, "entry", f"/audit/{new['index']}", "leaf-hash")
    desk.page.goto(f"{desk.wire.url}/audit/{new['index']}")
    desk.at("corrects").click()
    expect(desk.at("corrected-by")).to_be_visible()
    desk.page.goto(f"{desk.wire.url}/audit/999999")
    expect(desk.at("problem")).to_have_attribute("data-code", "not_found")


@pytest.mark.urs("PLT-14")
def test_stray_input_is_listed_read_without_being_run_and_saved_as_it_came(walk: Walk, tmp_path: Path) -> None:
    desk = walk.desk
    for stray in (STRAY, "\x00\x01\x02" * 300):
        assert desk.page.evaluate(SEND, stray)
    as_person(desk, "admin")
    desk.at("nav-quarantine").click()
    expect(desk.page.locator("[data-testid^=quarantine-][href]")).to_have_count(2)
    items = walk.site.desk("admin").get("/api/quarantine")["items"]
    page = next(one for one in items if one["size"] == len(STRAY.encode()))
    noise = next(one for one in items if one is not page)
    desk.at("quarantine-code").select_option("frame_malformed")
    expect(desk.page.locator("[data-testid^=quarantine-][href]")).to_have_count(2)
    pictures(desk, "quarantine", "/quarantine", f"quarantine-{page['id']}")
    desk.page.goto(f"{desk.wire.url}/quarantine")
    desk.at(f"quarantine-{page['id']}").click()
    expect(desk.at("quarantine-preview")).to_have_text(STRAY)
    expect(desk.at("quarantine-sha256")).to_have_text(hashlib.sha256(STRAY.encode()).hexdigest())
    assert desk.at("quarantine-advice").locator("li").count() == 3
    with desk.page.expect_download() as started:
        desk.at("quarantine-raw").click()
    saved = tmp_path / "raw"
    started.value.save_as(saved)
    assert saved.read_bytes() == STRAY.encode()
    assert started.value.suggested_filename == f"quarantine-{page['id']}.bin"
    pictures(desk, "quarantined", f"/quarantine/{page['id']}", "quarantine-advice")
    pictures(desk, "quarantined-noise", f"/quarantine/{noise['id']}", "quarantine-advice")
    desk.page.goto(f"{desk.wire.url}/quarantine/{page['id']}")
    desk.page.locator("[data-testid^=quarantine-entry-]").click()
    expect(desk.at("entry-fields")).to_contain_text(page["id"])
    desk.at("to-quarantine").click()
    expect(desk.at("quarantine-preview")).to_be_visible()
    desk.page.goto(f"{desk.wire.url}/quarantine?offset=400")
    expect(desk.at("problem")).to_have_attribute("data-code", "page_beyond_end")
    desk.at("page-first").click()
    expect(desk.page.locator("[data-testid^=quarantine-][href]")).to_have_count(2)


def as_person(desk: Tablet, login: str) -> None:
    """Lock, and sign in as somebody else; the browser is a tablet at the desk."""
    expect(desk.at("lock").or_(desk.at("gate")).first).to_be_visible()
    if desk.at("gate").count() == 0:
        desk.at("lock").click()
    desk.sign_in(login)


def pictures(desk: Tablet, what: str, path: str, ready: str, tap: str | None = None) -> None:
    """The screen fits in both languages on phone, tablet and desk; pictures of each, light and dark, on demand."""
    wanted = bool(os.environ.get("PESTLE_SHOTS"))
    for lang, theme in (("zh", "light"), ("en", "dark"), ("zh", "dark"), ("en", "light")):
        if theme != {"zh": "light", "en": "dark"}[lang] and not wanted:
            continue
        desk.page.evaluate(
            f"localStorage.setItem('pestle.lang', '{lang}'); localStorage.setItem('pestle.theme', '{theme}')"
        )
        for name, (width, height) in {"phone": PHONE, "tablet": TABLET, "desk": DESK}.items():
            desk.page.set_viewport_size({"width": width, "height": height})
            desk.page.goto(f"{desk.wire.url}{path}")
            expect(visible(desk, ready)).to_be_visible()
            if tap is not None:
                desk.at(tap).click()
                expect(desk.at("history-now")).to_be_visible()
            visible(desk, ready).scroll_into_view_if_needed()
            desk.shoot(f"{what}-{name}-{lang}-{theme}")
            fits(desk)
    desk.page.evaluate("localStorage.setItem('pestle.lang', 'zh'); localStorage.setItem('pestle.theme', 'light')")
    desk.page.goto(f"{desk.wire.url}{path}")
    expect(visible(desk, ready)).to_be_visible()


def visible(desk: Tablet, testid: str) -> Locator:
    return desk.at(testid).first
