"""What supervisors see of devices: who is here, who is away since when, who owes what, and under which leases."""

import time
import urllib.request
from collections.abc import Callable
from threading import Semaphore
from typing import Any

import pytest
from handheld_support import Site, Tablet

from server.core.kinds import Fact
from server.handheld.fleet import views
from server.handheld.hub.presence import Presence
from sync.entry import Envelope

BATCH = "B-1"


def remark(tablet: Tablet, text: str) -> Envelope:
    payload = {"batch": BATCH, "phase": None, "text": text}
    lease = tablet.leases[BATCH]
    return tablet.write(BATCH, "production.remark_added.v1", payload, actor="P-1", lease=lease, subject="batch/remark")


def fleet(site: Site, login: str = "supervisor") -> list[dict[str, Any]]:
    status, answer, _ = site.request("GET", "/api/fleet", cookie=site.sign_in(login))
    assert status == 200, answer
    items: list[dict[str, Any]] = answer["items"]
    return items


def line(site: Site, tablet: Tablet) -> dict[str, Any]:
    [found] = [one for one in fleet(site) if one["id"] == tablet.device]
    return found


@pytest.mark.urs("PLT-11", "HMI-01")
def test_a_device_is_here_then_away_and_owes_what_it_said_it_had_written(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    assert (line(site, tablet)["state"], line(site, tablet)["last_seen"]) == ("never", None)
    tablet.connect()
    tablet.wait_for_document(BATCH)
    site.wait(lambda: line(site, tablet)["state"] == "connected")
    came = line(site, tablet)["last_seen"]
    unsent = [remark(tablet, "one"), remark(tablet, "two")]
    tablet.drop()
    site.wait(lambda: line(site, tablet)["state"] == "away")
    site.wait(lambda: line(site, tablet)["last_seen"] > came)
    # It said nothing of the two when it last came: nobody can know of them.
    assert line(site, tablet)["owes"] == 0
    again = site.again(tablet).connect()
    again.wait_for_document(BATCH)
    owing = line(site, tablet)
    assert (owing["owes"], owing["known"], owing["seq"], owing["unproven"]) == (2, 2, 0, 2)
    again.deliver(BATCH, *unsent)
    site.wait(lambda: line(site, tablet)["owes"] == 0)
    assert (line(site, tablet)["seq"], line(site, tablet)["state"]) == (2, "connected")
    site.wait(lambda: line(site, tablet)["unproven"] == 0)


@pytest.mark.urs("PLT-11", "PLT-12", "PLT-13")
def test_the_line_tells_batches_with_their_term_and_the_clock(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    tablet.connect(wall="2020-01-01T00:00:00.000Z")
    shown = line(site, tablet)
    assert shown["skew_ms"] < -86_400_000
    assert [(one["batch"], one["expired"]) for one in shown["batches"]] == [(BATCH, False)]
    site.advance(73)
    assert [one["expired"] for one in line(site, tablet)["batches"]] == [True]


@pytest.mark.urs("PLT-11")
def test_those_that_owe_come_first_then_those_that_hold_a_batch(site: Site) -> None:
    site.tablet("A-idle")
    site.tablet("B-out", BATCH)
    owing = site.tablet("C-owes", BATCH)
    remark(owing, "unsent")
    owing.connect()
    assert [one["id"] for one in fleet(site)] == ["C-owes", "B-out", "A-idle"]


@pytest.mark.urs("PLT-15")
def test_a_revocation_has_the_last_word_on_what_is_owed(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH)
    for text in ("one", "two", "three"):
        remark(tablet, text)
    tablet.connect()
    assert line(site, tablet)["owes"] == 3
    site.revoke(tablet, 1)
    shown = line(site, tablet)
    assert (shown["state"], shown["owes"], shown["batches"]) == ("revoked", 1, [])


@pytest.mark.urs("PLT-11", "PLT-18")
def test_a_device_is_shown_with_leases_entries_and_alarms(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    tablet.delivered(BATCH, remark(tablet, "here"))
    site.wait(lambda: line(site, tablet)["seq"] == 1)
    given = {"alarm": "al-1", "code": "log_forked", "at": "2026-11-25T08:00:00.000Z", "held": "a", "told": "b"}
    tablet.send({"t": "alarm", "id": 1, **given, "entries": []})
    tablet.expect("noted")
    supervisor = site.sign_in("supervisor")
    status, shown, _ = site.request("GET", "/api/fleet/T-1", cookie=supervisor)
    assert status == 200
    assert [one["payload"]["text"] for one in shown["entries"]] == ["here"]
    assert [(one["batch"], one["returned_at"]) for one in shown["leases"]] == [(BATCH, None)]
    assert [(one["code"], one["settled"]) for one in shown["alarms"]] == [("log_forked", None)]
    settled = {"alarm": "al-1", "device": "T-1", "reason": "a restored disk"}
    site.plant.recorder.state(Fact("handheld.dispute_settled.v1", "device/T-1", settled, actor="P-3"))
    [alarm] = site.request("GET", "/api/fleet/T-1", cookie=supervisor)[1]["alarms"]
    assert (alarm["settled"]["by"]["id"], alarm["settled"]["reason"]) == ("P-3", "a restored disk")
    assert site.request("GET", "/api/fleet/T-9", cookie=supervisor)[0] == 404


@pytest.mark.urs("PLT-11", "PLT-12")
def test_a_batch_that_was_taken_back_is_told_as_such_and_whether_its_device_has_heard(site: Site) -> None:
    away, here, stays = (site.tablet(name, BATCH) for name in ("T-1", "T-2", "T-3"))
    remark(away, "unsent")
    away.connect().drop()
    here.connect().wait_for_document(BATCH)
    site.wait(lambda: line(site, away)["state"] == "away")
    supervisor = site.sign_in("supervisor")
    for tablet in (away, here):
        path = f"/api/leases/{tablet.leases[BATCH]}/revoke"
        assert site.request("POST", path, {"reason": "wanted elsewhere"}, cookie=supervisor)[0] == 200
    assert [(one["revoked_at"], one["heard"]) for one in line(site, stays)["batches"]] == [(None, None)]
    [held] = line(site, away)["batches"]
    assert (held["revoked_at"] is not None, held["heard"], line(site, away)["owes"]) == (True, False, 1)
    assert [one["heard"] for one in line(site, here)["batches"]] == [True]
    [lease] = site.request("GET", "/api/fleet/T-1", cookie=supervisor)[1]["leases"]
    assert (lease["revoked"]["by"]["id"], lease["revoked"]["reason"]) == ("P-2", "wanted elsewhere")
    assert (lease["heard"], lease["returned_at"], lease["revoked_at"]) == (False, None, held["revoked_at"])
    [told] = site.request("GET", "/api/leases?device=T-1", cookie=supervisor)[1]["items"]
    assert told["revoked"] == lease["revoked"]
    site.again(away).connect()
    assert [one["heard"] for one in line(site, away)["batches"]] == [True]
    # What it still owes is waited for; nothing was handed back.
    assert site.gate("leases", BATCH)["details"] == ["T-1", "T-2", "T-3"]


@pytest.mark.urs("PLT-11", "HMI-01")
def test_the_version_of_a_devices_app_is_remembered_and_an_older_one_is_marked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SERVED", [lambda: "0.2.0+bb"])
    old, new, silent = site.tablet("T-1"), site.tablet("T-2"), site.tablet("T-3")
    old.connect(app="0.1.0+aa")
    new.connect(app="0.2.0+bb")
    silent.connect()
    shown = {one["id"]: (one["app"], one["app_old"]) for one in fleet(site)}
    assert shown == {"T-1": ("0.1.0+aa", True), "T-2": ("0.2.0+bb", False), "T-3": (None, False)}
    monkeypatch.setattr(views, "SERVED", [lambda: None])
    assert not any(one["app_old"] for one in fleet(site))


@pytest.mark.urs("PLT-11")
def test_an_open_alarm_of_the_log_stands_in_the_line_until_it_is_settled(site: Site) -> None:
    tablet = site.tablet("T-1", BATCH).connect()
    given = {"alarm": "al-1", "code": "log_forked", "at": "2026-11-25T08:00:00.000Z", "held": "a", "told": "b"}
    tablet.send({"t": "alarm", "id": 1, **given, "entries": []})
    tablet.expect("noted")
    assert line(site, tablet)["alarms_open"] == 1
    settled = {"alarm": "al-1", "device": "T-1", "reason": "a restored disk"}
    site.plant.recorder.state(Fact("handheld.dispute_settled.v1", "device/T-1", settled, actor="P-3"))
    assert line(site, tablet)["alarms_open"] == 0


class Page:
    """A page that listens for news, on a connection of its own."""

    def __init__(self, site: Site, login: str = "supervisor") -> None:
        self._site, self.cookie = site, site.sign_in(login)
        headers = {"Cookie": self.cookie, "Origin": site.url}
        self._answer = urllib.request.urlopen(urllib.request.Request(f"{site.url}/api/fleet/news", headers=headers))
        assert self._answer.headers["Content-Type"].startswith("text/event-stream")
        self.hear()

    def hear(self) -> float:
        """How many seconds it took until the next event; what only says that the stream is there is passed over."""
        began = time.monotonic()
        while line := self._answer.readline():
            if line.startswith(b"data: "):
                return time.monotonic() - began
        raise EOFError

    def hears_until(self, probe: Callable[[], bool]) -> bool:
        """Whether something becomes true with an event, each within two seconds of the one before."""
        while not probe():
            if self.hear() > 2:
                return False
        return True

    def ends(self) -> bool:
        try:
            while True:
                self.hear()
        except EOFError:
            return True

    def close(self) -> None:
        self._answer.close()


@pytest.mark.urs("PLT-11", "HMI-04")
def test_a_page_hears_within_a_second_or_two_that_something_has_changed(site: Site) -> None:
    page = Page(site)
    tablet = site.tablet("T-1", BATCH)
    assert page.hears_until(lambda: len(line(site, tablet)["batches"]) == 1)
    tablet.connect().wait_for_document(BATCH)
    assert page.hears_until(lambda: line(site, tablet)["state"] == "connected")
    tablet.deliver(BATCH, remark(tablet, "new"))
    assert page.hears_until(lambda: line(site, tablet)["seq"] == 1)
    assert page.hears_until(lambda: line(site, tablet)["unproven"] == 0)
    tablet.drop()
    assert page.hears_until(lambda: line(site, tablet)["state"] == "away")
    page.close()


@pytest.mark.urs("PLT-11", "IDN-01")
def test_the_news_end_with_the_session_and_with_the_server(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.core.bell.HEARTBEAT_SECONDS", 0.1)
    page, other = Page(site), Page(site, "qa")
    assert site.request("DELETE", "/api/session", cookie=page.cookie)[0] == 204
    assert page.ends()
    assert site.request("GET", "/api/fleet/news", cookie=page.cookie)[0] == 401
    site.hub.bell.close()
    assert other.ends()


@pytest.mark.urs("PLT-11")
def test_only_so_many_pages_listen_and_a_place_that_is_left_is_free_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.core.bell.HEARTBEAT_SECONDS", 0.1)
    site.hub.bell.places = Semaphore(2)
    pages = [Page(site), Page(site)]
    status, answer, _ = site.request("GET", "/api/fleet/news", cookie=site.sign_in("supervisor"))
    assert (status, answer["code"]) == (503, "watchers_many")
    pages.pop().close()
    site.wait(lambda: site.hub.bell.places.acquire(blocking=False))
    pages.pop().close()


@pytest.mark.urs("PLT-11", "IDN-04")
def test_who_may_look(site: Site) -> None:
    for login in ("operator", "supervisor", "qa", "admin"):
        fleet(site, login)
    assert site.request("GET", "/api/fleet", cookie="")[0] == 401


@pytest.mark.urs("PLT-11")
def test_a_device_in_another_process_is_here_as_long_as_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    rung: list[None] = []
    presence = Presence(told.append, lambda: rung.append(None))
    presence.heard_came("T-2")
    presence.came("T-1")
    # It comes back before the old connection is found dead.
    presence.came("T-1")
    presence.left("T-1")
    assert presence.connected() == {"T-1", "T-2"}
    presence.left("T-1")
    assert presence.connected() == {"T-2"}
    assert told == [{"came": "T-1"}, {"came": "T-1"}, {"left": "T-1"}]
    presence.heard_came("T-2")
    assert len(rung) == 4
    monkeypatch.setattr("server.handheld.hub.presence._FRESH_SECONDS", -1.0)
    assert presence.connected() == set()
