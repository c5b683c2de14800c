"""An operator without the procedure is stopped on the tablet, offline; reads and signs it; and then may (IDN-07)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from journeys.handheld import Tablet
from journeys.screens import at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("IDN-07")]
CODE, PRESS = "SOP-PR-099", "Q-PR-02"


class Walk:
    """A plant that has just published a procedure and asks for it at line clearance; nobody has read it yet."""

    def __init__(self, here: Site) -> None:
        self.site = here
        quality = here.desk("zhaolin")
        version: dict[str, Any] = {
            "version": 1,
            "type": "sop",
            "title": {"zh": "静电防护规程", "en": "Static discharge"},
        }
        version |= {"effective_from": datetime.now(UTC).date().isoformat(), "demands": "reading", "within_days": 0}
        version |= {"valid_days": None, "text": "1. 触摸接地杆。\n1. Touch the earthed bar first.", "file": None}
        quality.post(f"/api/training/documents/{CODE}/versions", version, 201)
        need = {"on": "phase", "name": "line_clearance", "documents": ["SOP-PR-008", CODE], "reason": "CAPA-2026-014"}
        quality.post("/api/training/requirements", need)
        self.tablet = here.tablet("line", "zh-CN")
        self.tablet.enrol(here.code("tablet"), "T-07")
        self.desk = here.phone("desk", "en-GB")

    def flags(self) -> list[str]:
        return [flag for entry in self.site.entries() for flag in entry["flags"]]


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("training")
    with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
        yield Walk(here)


def test_without_the_procedure_the_tablet_stops_the_operator_also_offline(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.sign_in("zhangmin")
    tablet.take(walk.site.batch)
    tablet.go_offline()
    tablet.lock_and_unlock("zhangmin")
    expect(tablet.at("not-qualified")).to_contain_text(CODE)
    expect(tablet.at("not-qualified")).to_contain_text("静电防护规程")
    # What they hold is no part of it.
    expect(tablet.at("not-qualified")).not_to_contain_text("SOP-PR-008")
    expect(tablet.at("stopped")).to_be_disabled()
    expect(tablet.at("start-phase")).to_have_count(0)
    at_each_size(tablet, "stopped-offline", "not-qualified")


def test_online_again_they_read_and_sign_exactly_what_is_shown(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.reach_the_server("zhangmin")
    tablet.at("to-training").click()
    expect(tablet.at("document-text")).to_contain_text("触摸接地杆")
    expect(tablet.at("my-standing")).to_contain_text("待阅读")
    at_each_size(tablet, "procedure", "document-text")
    tablet.at("read-and-sign").click()
    expect(tablet.at("printed-name")).to_have_text("张敏")
    tablet.at("signature-login").fill("zhangmin")
    tablet.at("signature-password").fill(walk.site.people["zhangmin"]["password"])
    tablet.shoot("read-sheet")
    tablet.at("sign-now").click()
    expect(tablet.at("my-standing")).to_contain_text("已具备")
    expect(tablet.at("proof-reading")).to_contain_text("张敏")


def test_then_they_may(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.page.goto(f"{tablet.wire.url}/batch/{walk.site.batch}/run")
    # The lease that lies here is from before: a new one says what is so now.
    tablet.at("look-again").click()
    expect(tablet.at("not-qualified")).to_have_count(0)
    tablet.start_phase()
    tablet.clear_line()
    tablet.complete_phase("10")
    tablet.wait_counts(0, 0, 3)
    assert "not_qualified" not in walk.flags()


def test_the_second_person_is_stopped_too(walk: Walk) -> None:
    """Whoever confirms a weight needs what the check by a second person asks for."""
    need = {"on": "action", "name": "second_check", "documents": [CODE], "reason": "CAPA-2026-014"}
    walk.site.desk("hemei").post("/api/training/requirements", need)
    tablet = walk.tablet
    tablet.hand_back(walk.site.batch)
    tablet.take(walk.site.batch)
    tablet.start_phase()
    tablet.weigh_by_hand("12.640", second="wangfang")
    expect(tablet.at("problem")).to_have_attribute("data-code", "not_qualified")
    expect(tablet.at("problem")).to_contain_text("王芳")
    expect(tablet.at("recorded-20/net")).to_have_count(0)
    tablet.shoot("second-stopped")


def test_a_trainer_sees_who_holds_what_qualifies_and_withdraws(walk: Walk) -> None:
    desk, person = walk.desk, walk.site.people["wangfang"]["id"]
    desk.sign_in("chenjie")
    desk.page.goto(f"{desk.wire.url}/training")
    expect(desk.at(f"mine-{CODE}")).to_contain_text("To read")
    at_each_size(desk, "documents", f"document-{CODE}")
    desk.page.goto(f"{desk.wire.url}/training/people")
    at_each_size(desk, "people", f"trained-{person}")
    desk.page.goto(f"{desk.wire.url}/training/document/{PRESS}")
    expect(desk.at(f"holder-{person}")).to_contain_text("Ends on")
    # Nobody qualifies themselves: there is nothing to press beside one's own name.
    expect(desk.at(f"grant-{walk.site.people['chenjie']['id']}")).to_have_count(0)
    desk.at(f"grant-{person}").click()
    desk.at("grant-evidence").fill("Three batches under supervision")
    desk.shoot("grant-sheet")
    desk.at("grant-save").click()
    expect(desk.at("grant-sheet")).to_have_count(0)
    expect(desk.at(f"holder-{person}")).to_contain_text("Held")
    desk.at(f"withdraw-{person}").click()
    desk.at("withdraw-reason").fill("Long away from the press")
    desk.at("withdraw-save").click()
    expect(desk.at(f"holder-{person}")).to_contain_text("Training needed")
    at_each_size(desk, "qualification", f"holder-{person}")


def test_quality_publishes_a_version_and_says_what_work_needs(walk: Walk) -> None:
    desk = walk.desk
    desk.sign_out()
    desk.sign_in("zhaolin")
    desk.page.goto(f"{desk.wire.url}/training/document/{CODE}")
    desk.at("new-version").click()
    desk.at("version-text").fill("Touch the earthed bar, then the floor plate.")
    desk.shoot("version-sheet")
    desk.at("version-save").click()
    expect(desk.at("document-text")).to_contain_text("floor plate")
    expect(desk.at(f"holder-{walk.site.people['zhangmin']['id']}")).to_contain_text("To read by")
    desk.page.goto(f"{desk.wire.url}/training/needs")
    desk.at("add-need").click()
    desk.at("need-on").select_option("equipment")
    desk.at("need-name").fill("BAL-07")
    desk.at(f"need-{CODE}").check()
    desk.at("need-reason").fill("Static on the pan")
    desk.shoot("need-sheet")
    desk.at("need-save").click()
    expect(desk.at("need-equipment-BAL-07")).to_contain_text(CODE)
    at_each_size(desk, "needs", "need-equipment-BAL-07")


@pytest.mark.urs("PLT-05")
def test_the_tables_are_what_the_log_says(walk: Walk) -> None:
    assert walk.site.server.pestle("rebuild", "--check")["differences"] == []


def test_the_pages_come_in_the_other_language_too(walk: Walk) -> None:
    tablet: Tablet = walk.tablet
    for view, testid in (("", f"document-{CODE}"), ("/needs", "need-equipment-BAL-07")):
        tablet.page.goto(f"{tablet.wire.url}/training{view}")
        at_each_size(tablet, f"chinese{view.replace('/', '-')}", testid)
