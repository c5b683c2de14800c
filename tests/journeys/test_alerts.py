"""Alerts reach people: in the app at once, pushed to Firefox all the way, shown by the service worker of Chromium."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from alerts_support import Browser, PushService, from_unpadded, push_service
from journeys.desk import Desk
from journeys.firefox import Firefox, PushServer
from journeys.processes import until
from journeys.screens import DESK, at_each_size, speak
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("HMI-04")]
WORKER = "navigator.serviceWorker.getRegistration().then((one) => one?.active?.state === 'activated')"
NOTIFICATIONS = """navigator.serviceWorker.getRegistration().then((one) => one.getNotifications())
  .then((all) => all.map((one) => ({ title: one.title, body: one.body, tag: one.tag, link: one.data.link })))"""


class Walk:
    """What the steps hand to each other."""

    def __init__(self, here: Site, service: PushService) -> None:
        self.site, self.service = here, service
        self.boss = here.tablet("boss", "zh-CN")
        self.admin: Desk = here.desk("admin")

    def alarm(self) -> None:
        """Somebody guesses a password until the login is locked."""
        for _ in range(5):
            Guess(self.site.server.url).wrong("zhangmin")


class Guess(Desk):
    """Somebody without an account."""

    def __init__(self, url: str) -> None:
        import urllib.request

        self.url, self._opener = url, urllib.request.build_opener()

    def wrong(self, login: str) -> None:
        self.post("/api/session", {"login": login, "password": "guessed, and wrong", "device": None}, status=401)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("alerts")
    with push_service() as service, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PUSH_HOSTS", service.origin)
        with site(playwright, folder, f"sqlite:///{folder}/data/pestle.db") as here:
            yield Walk(here, service)


@pytest.mark.urs("IDN-02", "HMI-05")
def test_an_alert_is_counted_in_the_frame_by_itself(walk: Walk) -> None:
    walk.boss.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    walk.boss.sign_in("admin")
    before = int(walk.admin.get("/api/alerts/count")["open"])
    expect(walk.boss.at("person")).to_be_visible()
    walk.alarm()
    expect(walk.boss.at("waiting")).to_contain_text(f"▲ {before + 1}")


def test_the_inbox_says_what_it_is_at_every_size_in_both_languages(walk: Walk) -> None:
    boss = walk.boss
    boss.at("waiting").click()
    first = boss.at("alert-signins_failed").first
    expect(first).to_contain_text("登录失败超过限制")
    at_each_size(boss, "inbox", "alert-signins_failed")
    boss.page.emulate_media(color_scheme="dark")
    at_each_size(boss, "inbox-dark", "alert-signins_failed")
    boss.page.emulate_media(color_scheme="light")
    speak(boss, "en")
    expect(first).to_contain_text("Failed sign-ins past the limit")
    at_each_size(boss, "inbox-en", "alert-signins_failed")


def test_who_acknowledges_is_in_the_log_and_the_count_goes(walk: Walk) -> None:
    boss = walk.boss
    before = int(walk.admin.get("/api/alerts/count")["open"])
    boss.at("alert-signins_failed").first.get_by_test_id("alert-acknowledge").click()
    boss.at("acknowledge-comment").fill("Called her: it was not her.")
    boss.shoot("acknowledge")
    boss.at("acknowledge-save").click()
    until("it is not open any more", lambda: walk.admin.get("/api/alerts/count")["open"] == before - 1)
    [entry] = [one for one in walk.admin.log() if one["kind"] == "alerts.acknowledged.v1"]
    assert entry["actor"]["id"] == walk.site.people["admin"]["id"]
    boss.at("inbox-show").select_option("all")
    expect(boss.at("alert-done").first).to_contain_text("Called her")
    boss.shoot("inbox-all")


def test_how_alerts_reach_somebody_is_chosen_and_kept(walk: Walk) -> None:
    boss = walk.boss
    boss.at("inbox-reach").click()
    expect(boss.at("push-standing")).to_be_visible()
    boss.at("quiet").check()
    # All the day: the trials that follow are asked for by who gets them, so they come whatever the hour is.
    boss.at("quiet-from").fill("00:00")
    boss.at("quiet-to").fill("23:59")
    boss.at("push-witness_silent").uncheck()
    at_each_size(boss, "reach-en", "reach-save")
    boss.at("reach-save").click()
    until("it is kept", lambda: walk.admin.get("/api/alerts/reach")["quiet"] == {"from": "00:00", "to": "23:59"})
    chosen = {one["code"]: one["push"] for one in walk.admin.get("/api/alerts/reach")["kinds"]}
    assert (chosen["witness_silent"], chosen["backup_missing"]) == (False, True)
    speak(boss, "zh")
    expect(boss.at("quiet-from")).to_have_value("00:00")
    boss.page.emulate_media(color_scheme="dark")
    at_each_size(boss, "reach-dark", "reach-save")
    boss.page.emulate_media(color_scheme="light")


def test_a_push_in_chromium_shows_the_text_that_the_site_tells_or_none(walk: Walk) -> None:
    """By the debugging protocol, which hands the service worker what a push service would, without encryption."""
    boss, origin = walk.boss, walk.boss.wire.url
    tools = boss.page.context.new_cdp_session(boss.page)
    tools.send("Browser.grantPermissions", {"permissions": ["notifications"], "origin": origin})
    found: list[dict[str, Any]] = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    tools.send("ServiceWorker.enable")
    until("the service worker is there", lambda: boss.page.evaluate(WORKER))
    [here] = until("it is told of the worker", lambda: [one for one in found if one["scopeURL"] == f"{origin}/"][-1:])

    def push(body: str) -> None:
        given = {"origin": origin, "registrationId": here["registrationId"], "data": body}
        tools.send("ServiceWorker.deliverPushMessage", given)

    push(json.dumps({"n": "x" * 24}))
    [neutral] = until("a notification", lambda: boss.page.evaluate(NOTIFICATIONS))
    assert (neutral["title"], neutral["link"]) == ("Pestle 批印", "/inbox")
    browser = Browser(f"{walk.service.origin}/chromium")
    walk.admin.post("/api/alerts/browsers", browser.subscription("Chromium"))
    walk.admin.post("/api/alerts/trial", {})
    [got] = until("it is pushed", lambda: walk.service.got)
    push(browser.open(got.body).decode())
    until("another", lambda: len(boss.page.evaluate(NOTIFICATIONS)) == 2)
    [own] = [one for one in boss.page.evaluate(NOTIFICATIONS) if one["tag"] != neutral["tag"]]
    [alert] = [one for one in walk.admin.get("/api/alerts")["items"] if one["code"] == "trial"]
    assert (own["title"], own["link"]) == (alert["title"]["zh"], f"/inbox/{alert['id']}")
    push(browser.open(got.body).decode())
    assert len(boss.page.evaluate(NOTIFICATIONS)) == 2, "the same tag replaces"
    walk.service.got.clear()


def test_a_push_reaches_firefox_all_the_way_and_leads_to_the_alert(walk: Walk) -> None:
    """Its own subscription, our encryption and VAPID, which the service checks, its decryption, our service worker."""
    server = PushServer(walk.service)
    firefox = Firefox(walk.site.folder, server.url)
    url, person = walk.site.server.url, walk.site.people["chenjie"]
    try:
        firefox.start()
        firefox.go(url)
        given = json.dumps({"login": "chenjie", "password": person["password"], "device": None})
        post = f"""{{method: "POST", headers: {{"Content-Type": "application/json"}}, body: {json.dumps(given)}}}"""
        assert firefox.run(f"fetch('/api/session', {post}).then((answer) => answer.status)") == 200
        until("the service worker is there", lambda: firefox.run(WORKER))
        firefox.go(f"{url}/inbox/reach")
        firefox.press("push-on")
        supervisor = walk.site.desk("chenjie")
        until("the browser is subscribed", lambda: supervisor.get("/api/alerts/reach")["browsers"])
        begun = time.monotonic()
        firefox.press("trial")
        [shown] = until("Firefox shows it", lambda: firefox.run(NOTIFICATIONS))
        seconds = time.monotonic() - begun
        [alert] = [one for one in supervisor.get("/api/alerts")["items"] if one["code"] == "trial"]
        assert (shown["title"], shown["link"], shown["tag"]) == ("测试提醒", f"/inbox/{alert['id']}", alert["id"])
        until("Firefox acknowledges", lambda: server.acknowledged)
        assert [one["code"] for one in server.acknowledged] == [100], "decrypted, and shown"
        assert walk.service.refused == []
        [got] = walk.service.got
        assert got.key == from_unpadded(supervisor.get("/api/alerts/reach")["key"])
        assert alert["id"].encode() not in got.body
        print(f"from the press of the button to the notification in Firefox: {seconds:.2f} s")
        assert seconds < 15
        assert supervisor.get("/api/alerts/reach")["browsers"][0]["told_at"]
    finally:
        firefox.kill()
        server.kill()
