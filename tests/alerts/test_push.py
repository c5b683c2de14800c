"""Pushes as a push service and a browser see them: encrypted, signed, without content, and not for ever (HMI-04)."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from alerts_support import Browser, PushService, deliver, inbox, listen, lock_login
from bridge_support import until
from plant import PASSWORD, PlantUnderTest, number_of
from sqlalchemy import select, update

from server.alerts import push, raising
from server.alerts.courier import Courier, Round
from server.alerts.model import MAIL, Raised
from server.alerts.projection import channel, note, subscription
from server.alerts.result import Result
from server.core import clock, db
from server.core.config import Mail
from sync import keyfiles

pytestmark = pytest.mark.urs("HMI-04")


@pytest.fixture
def browser(pushing: PlantUnderTest, pushes: PushService) -> Browser:
    """The administrator's, subscribed."""
    made = Browser(f"{pushes.origin}/push/abc")
    answer = pushing.client("admin").post("/api/alerts/browsers", json=made.subscription())
    assert answer.status_code == 200, answer.text
    return made


def notes(site: PlantUnderTest) -> list[Any]:
    with site.reading() as connection:
        return list(connection.execute(select(note).order_by(note.c.made_at)))


def test_a_push_says_nothing_but_a_name_that_only_its_person_can_open(
    pushing: PlantUnderTest, pushes: PushService, browser: Browser
) -> None:
    lock_login(pushing)
    listen(pushing)
    assert deliver(pushing) == 1
    [got] = pushes.got
    assert pushes.refused == []
    said = json.loads(browser.open(got.body))
    assert set(said) == {"n"}
    assert said["n"] == notes(pushing)[0].id == got.headers["Topic"]
    assert (got.headers["Urgency"], got.headers["Content-Encoding"]) == ("high", "aes128gcm")
    assert int(got.headers["TTL"]) == 24 * 3600
    assert got.claims["sub"].startswith("mailto:")
    assert got.key == push.public_key(pushing.config)
    [told] = inbox(pushing.client("admin"))
    opened = pushing.client("admin").get(f"/api/alerts/notes/{said['n']}").json
    assert opened["link"] == f"/inbox/{told['id']}"
    assert "张敏" in opened["text"]
    for other in (pushing.client("zhang"), pushing.client()):
        assert other.get(f"/api/alerts/notes/{said['n']}").status_code in (401, 404)


def test_its_text_is_in_the_language_of_its_person(pushing: PlantUnderTest, browser: Browser) -> None:
    admin = pushing.client("admin")
    admin.post("/api/preferences", json={"language": "en", "theme": None, "contrast": None})
    lock_login(pushing)
    listen(pushing)
    assert admin.get(f"/api/alerts/notes/{notes(pushing)[0].id}").json["title"] == "Failed sign-ins past the limit"


def test_the_longest_message_fits_what_every_service_takes() -> None:
    """RFC 8030, section 7.2: 4,096 bytes; the encryption adds its own (RFC 8188)."""
    assert len(push.body_of("x" * 64).encode()) + 86 + 17 < 4096
    with pytest.raises(ValueError, match="too large"):
        push.body_of("x" * 4096)


@pytest.mark.parametrize("status", [404, 410])
def test_a_dead_subscription_is_removed(
    pushing: PlantUnderTest, pushes: PushService, browser: Browser, status: int
) -> None:
    pushes.status = status
    lock_login(pushing)
    listen(pushing)
    deliver(pushing)
    assert [(one.state, one.problem) for one in notes(pushing)] == [("dropped", f"http_{status}")]
    assert pushing.client("admin").get("/api/alerts/reach").json["browsers"] == []
    lock_login(pushing)
    listen(pushing)
    assert deliver(pushing) == 0
    assert len(inbox(pushing.client("admin"))) == 2, "the inbox is the primary"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again_when_it_says(
    pushing: PlantUnderTest, pushes: PushService, browser: Browser, status: int
) -> None:
    pushing.advance(seconds=0)
    pushes.status, pushes.retry_after = status, "40"
    lock_login(pushing)
    listen(pushing)
    assert deliver(pushing) == 1
    [waits] = notes(pushing)
    assert (waits.state, waits.problem, waits.tries) == ("waiting", f"http_{status}", 1)
    pushing.advance(seconds=39)
    assert deliver(pushing) == 0
    pushes.status, pushes.retry_after = 201, None
    pushing.advance(seconds=2)
    assert deliver(pushing) == 1
    assert [(one.state, one.problem) for one in notes(pushing)] == [("sent", None)]
    assert {got.headers["Topic"] for got in pushes.got} == {waits.id}, "the second replaces the first"


def test_a_service_that_is_away_is_given_up_after_a_day_and_the_administrator_sees_it(
    pushing: PlantUnderTest, pushes: PushService, browser: Browser
) -> None:
    pushes.status = 503
    pushing.advance(seconds=0)
    lock_login(pushing)
    listen(pushing)
    for _ in range(150):
        if notes(pushing)[0].state != "waiting":
            break
        if not deliver(pushing):
            pushing.advance(minutes=31)
    [given_up] = notes(pushing)
    assert given_up.state == "failed"
    assert 10 < given_up.tries < 80, given_up.tries
    seen = pushing.client("admin").get("/api/alerts/deliveries").json
    assert seen["counts"]["push"] == {"failed": 1}
    [trouble] = seen["troubles"]
    assert (trouble["problem"], trouble["code"], trouble["person"]["id"]) == ("http_503", "signins_failed", "P-0007")
    assert pushes.origin not in json.dumps(seen)


@pytest.mark.parametrize("status", [400, 403, 413])
def test_what_a_service_will_never_take_is_not_sent_again(
    pushing: PlantUnderTest, pushes: PushService, browser: Browser, status: int
) -> None:
    pushes.status = status
    lock_login(pushing)
    listen(pushing)
    deliver(pushing)
    assert [(one.state, one.problem) for one in notes(pushing)] == [("failed", f"http_{status}")]


@pytest.mark.urs("OPS-05")
def test_a_service_cannot_send_us_elsewhere(pushing: PlantUnderTest, pushes: PushService, browser: Browser) -> None:
    pushes.status, pushes.location = 307, f"{pushes.origin}/admin"
    lock_login(pushing)
    listen(pushing)
    deliver(pushing)
    assert [got.path for got in pushes.got] == ["/push/abc"]
    assert notes(pushing)[0].state == "failed"


@pytest.mark.urs("OPS-05")
def test_an_address_inside_is_neither_taken_nor_called(pushing: PlantUnderTest, pushes: PushService) -> None:
    admin = pushing.client("admin")
    for endpoint in ("http://127.0.0.1:1/x", "https://169.254.169.254/x", "https://localhost/x", f"{pushes.origin}0/x"):
        answer = admin.post("/api/alerts/browsers", json=Browser(endpoint).subscription())
        assert (answer.status_code, answer.json["code"]) == (422, "endpoint_refused")
    admin.post("/api/alerts/browsers", json=Browser(f"{pushes.origin}/push/a").subscription())
    with db.write(pushing.plant.engine) as connection:
        connection.execute(update(subscription).values(endpoint="http://127.0.0.1:1/x"))
    lock_login(pushing)
    listen(pushing)
    deliver(pushing)
    assert [(one.state, one.problem) for one in notes(pushing)] == [("dropped", "endpoint_refused")]


def test_what_is_acknowledged_in_quiet_hours_is_not_pushed(
    pushing: PlantUnderTest, pushes: PushService, browser: Browser
) -> None:
    pushing.advance(seconds=0)
    admin = pushing.client("admin")
    now = clock.now().strftime("%H:%M")
    quiet = {"from": now, "to": (f"{(int(now[:2]) + 3) % 24:02}" + now[2:])}
    body = {"mail": None, "quiet": quiet, "zone": "UTC", "kinds": []}
    assert admin.post("/api/alerts/reach", json=body).json["quiet"] == quiet
    for name in ("first", "second"):
        with db.write(pushing.plant.engine) as connection:
            raising.raise_alert(
                connection,
                Raised("witness_silent", name, "/", {"witness": name, "since": "-", "problem": "-"}),
                clock.now(),
                clock.now(),
            )
        pushing.advance(seconds=1)
    assert deliver(pushing) == 0
    assert len(inbox(admin)) == 2, "the inbox has no quiet hours"
    admin.post(f"/api/alerts/{inbox(admin)[0]['id']}/acknowledge", json={"comment": None})
    lock_login(pushing)
    listen(pushing)
    assert deliver(pushing) == 1, "what is critical goes through"
    admin.post("/api/alerts/trial", json={})
    assert deliver(pushing) == 1, "and so does what its person has just asked for"
    pushing.advance(hours=3)
    deliver(pushing)
    assert len(pushes.got) == 3
    assert sorted(one.state for one in notes(pushing)) == ["dropped", "sent", "sent", "sent"]


def test_what_was_switched_off_is_not_pushed_and_what_is_fixed_cannot_be(
    pushing: PlantUnderTest, pushes: PushService, browser: Browser
) -> None:
    off = [{"code": code, "push": False, "mail": False} for code in ("trial", "signins_failed")]
    admin = pushing.client("admin")
    shown = admin.post("/api/alerts/reach", json={"mail": None, "quiet": None, "zone": "UTC", "kinds": off}).json
    stands = {one["code"]: (one["fixed"], one["push"]) for one in shown["kinds"]}
    assert (stands["trial"], stands["signins_failed"]) == ((False, False), (True, True))
    admin.post("/api/alerts/trial", json={})
    assert deliver(pushing) == 0
    lock_login(pushing)
    listen(pushing)
    assert deliver(pushing) == 1


def test_many_of_one_kind_are_one_push(pushing: PlantUnderTest, pushes: PushService, browser: Browser) -> None:
    for _ in range(7):
        lock_login(pushing)
    listen(pushing)
    assert deliver(pushing) == 7
    assert len(pushes.got) == 1
    assert {one.state for one in notes(pushing)} == {"sent"}


def test_a_crash_between_sending_and_writing_it_down_sends_it_once_more(
    pushing: PlantUnderTest, pushes: PushService, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushing.advance(seconds=0)
    lock_login(pushing)
    listen(pushing)

    def power_cut(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("server.alerts.courier._settle", power_cut)
        with pytest.raises(SystemExit):
            deliver(pushing)
    assert deliver(pushing) == 0, "another process waits for the end of the claim"
    pushing.advance(seconds=61)
    assert deliver(pushing) == 1
    assert len({got.headers["Topic"] for got in pushes.got}) == 1


@pytest.mark.urs("OPS-05")
def test_the_key_is_kept_and_what_a_browser_trusted_us_with_is_told_to_nobody(
    pushing: PlantUnderTest, pushes: PushService, browser: Browser
) -> None:
    key = pushing.client("admin").get("/api/alerts/reach").json["key"]
    pushing.reopen()
    page = pushing.client("admin").get("/api/alerts/reach")
    assert page.json["key"] == key
    assert (pushing.config.data / "vapid.key").stat().st_mode & 0o077 == 0
    assert browser.endpoint not in page.text
    assert browser.subscription()["keys"]["auth"] not in page.text
    assert keyfiles.load(pushing.config.data / "vapid.key")


def test_a_browser_pushes_for_whoever_subscribed_last_and_ten_are_kept(
    pushing: PlantUnderTest, pushes: PushService, browser: Browser
) -> None:
    zhang = pushing.client("zhang")
    assert len(zhang.post("/api/alerts/browsers", json=browser.subscription("tablet")).json["browsers"]) == 1
    assert pushing.client("admin").get("/api/alerts/reach").json["browsers"] == []
    for number in range(11):
        pushing.advance(seconds=1)
        kept = zhang.post("/api/alerts/browsers", json=Browser(f"{pushes.origin}/{number}").subscription(f"b{number}"))
    assert [one["label"] for one in kept.json["browsers"]] == [f"b{number}" for number in range(1, 11)]
    first = kept.json["browsers"][0]["id"]
    assert pushing.client("admin").post(f"/api/alerts/browsers/{first}/remove", json={}).status_code == 404
    assert len(zhang.post(f"/api/alerts/browsers/{first}/remove", json={}).json["browsers"]) == 9


@pytest.mark.urs("OPS-05")
def test_what_is_no_subscription_is_refused(pushing: PlantUnderTest, pushes: PushService) -> None:
    right = Browser(f"{pushes.origin}/x").subscription()
    wrongs: list[dict[str, Any]] = [
        {**right, "keys": {**right["keys"], "p256dh": "AAAA"}},
        {**right, "keys": {**right["keys"], "p256dh": "!" * 87}},
        {**right, "keys": {**right["keys"], "auth": "AAAA"}},
        {**right, "keys": {}},
        {**right, "label": "x" * 61},
        {**right, "endpoint": 7},
        {},
    ]
    client = pushing.client("zhang")
    for wrong in wrongs:
        answer = client.post("/api/alerts/browsers", json=wrong)
        assert (answer.status_code, answer.json["code"]) == (422, "request_malformed"), wrong
    assert client.get("/api/alerts/reach").json["browsers"] == []


def reach(client: Any) -> list[tuple[str, bool, bool]]:
    return [(one["label"], one["here"], one["paused"]) for one in client.get("/api/alerts/reach").json["browsers"]]


def sign_in(site: PlantUnderTest, client: Any, login: str) -> None:
    site.arm(login, "password")
    body = {"login": login, "password": PASSWORD, "device": None}
    assert client.post("/api/session", json=body).status_code == 200


@pytest.mark.urs("IDN-09")
def test_a_shared_browser_pushes_only_to_whoever_is_signed_in_there(
    pushing: PlantUnderTest, pushes: PushService
) -> None:
    shared = pushing.client("admin")
    shared.post("/api/alerts/browsers", json=Browser(f"{pushes.origin}/shared").subscription())
    assert reach(shared) == [("Firefox", True, False)]
    elsewhere = pushing.client("admin")
    assert reach(elsewhere) == [("Firefox", False, False)]
    lock_login(pushing)
    listen(pushing)
    assert shared.delete("/api/session").status_code == 204
    assert deliver(pushing) == 1
    assert [(one.state, one.problem) for one in notes(pushing)] == [("dropped", "signed_out")], "it was on its way"
    sign_in(pushing, shared, "zhang")
    assert (reach(shared), reach(elsewhere)) == ([], [("Firefox", False, True)])
    lock_login(pushing)
    listen(pushing)
    assert deliver(pushing) == 0
    sign_in(pushing, shared, "admin")
    assert reach(shared) == [("Firefox", True, False)], "as it was chosen before"
    lock_login(pushing)
    listen(pushing)
    assert deliver(pushing) == 1
    assert len(pushes.got) == 1


@pytest.mark.urs("IDN-09")
@pytest.mark.parametrize("how", ["by an administrator", "by another's sign-in", "with a new password", "unused"])
def test_a_session_that_ends_is_not_pushed_to_unless_nobody_ended_it(
    pushing: PlantUnderTest, pushes: PushService, how: str
) -> None:
    zhang, admin = pushing.client("zhang"), pushing.client("admin")
    zhang.post("/api/alerts/browsers", json=Browser(f"{pushes.origin}/zhang").subscription())
    person = number_of("zhang")
    if how == "by an administrator":
        [open_one] = admin.get(f"/api/people/{person}").json["sessions"]
        admin.post(f"/api/people/{person}/sessions/{open_one['id']}/end", json={"reason": "left it open"})
    elif how == "by another's sign-in":
        sign_in(pushing, zhang, "li")
    elif how == "with a new password":
        admin.post(f"/api/people/{person}/password", json={})
    else:
        zhang.delete("/api/session?idle=1")
    with pushing.reading() as connection:
        [kept] = connection.execute(select(subscription)).all()
    assert (kept.session is None) == (how != "unused")


@pytest.mark.urs("IDN-09")
def test_a_locked_glass_is_told_nothing_but_that_there_is_an_alert(pushing: PlantUnderTest, browser: Browser) -> None:
    lock_login(pushing)
    listen(pushing)
    [one] = notes(pushing)
    admin = pushing.client("admin")
    admin.set_cookie("pestle_glass", "1", path="/api/alerts/notes")
    assert admin.get(f"/api/alerts/notes/{one.id}").status_code == 404
    admin.delete_cookie("pestle_glass", path="/api/alerts/notes")
    assert admin.get(f"/api/alerts/notes/{one.id}").status_code == 200


def test_trials_are_few(pushing: PlantUnderTest, pushes: PushService, browser: Browser) -> None:
    pushing.advance(seconds=0)
    admin = pushing.client("admin")
    for _ in range(5):
        assert admin.post("/api/alerts/trial", json={}).status_code == 200
        pushing.advance(seconds=1)
    refused = admin.post("/api/alerts/trial", json={})
    assert (refused.status_code, refused.json["code"]) == (429, "trials_too_many")
    assert refused.headers["Retry-After"] == "595"
    assert pushing.client("zhang").post("/api/alerts/trial", json={}).status_code == 200, "each person's own"
    pushing.advance(seconds=595)
    assert admin.post("/api/alerts/trial", json={}).status_code == 200


class Slow:
    """A channel's other side that lets us wait until it is told to go on."""

    def __init__(self) -> None:
        self.go, self.calls = threading.Event(), 0

    def send(self, *_: Any) -> Result:
        self.calls += 1
        assert self.go.wait(30)
        return Result()


@pytest.fixture
def slow_mail(pushing: PlantUnderTest, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    pushing.config = replace(pushing.config, mail=Mail("127.0.0.1", 1, False, "pestle@plant.example"))
    pushing.reopen()
    pushing.advance(seconds=0)
    body = {"mail": "admin@plant.example", "quiet": None, "zone": "UTC", "kinds": []}
    pushing.client("admin").post("/api/alerts/reach", json=body)
    slow = Slow()
    monkeypatch.setattr("server.alerts.mail.send", slow.send)
    yield slow
    slow.go.set()


def test_a_slow_mail_server_keeps_no_push_waiting(
    pushing: PlantUnderTest, pushes: PushService, slow_mail: Slow
) -> None:
    courier = Courier(pushing.plant)
    courier.start()
    try:
        for number in range(3):
            lock_login(pushing)
            listen(pushing)
            courier.wake()
            until("it is pushed", lambda number=number: len(pushes.got) > number)
        assert slow_mail.calls in (1, 2), "its hands are all that wait"
        slow_mail.go.set()
        until("all are sent", lambda: {one.state for one in notes(pushing)} == {"sent"})
    finally:
        courier.stop()


def test_a_note_that_takes_long_is_still_claimed_and_sent_by_one_process(
    pushing: PlantUnderTest, slow_mail: Slow
) -> None:
    lock_login(pushing)
    listen(pushing)
    one, other = Round(pushing.plant, MAIL), Round(pushing.plant, MAIL)
    try:
        assert one.take() == 1
        for _ in range(8):
            pushing.advance(seconds=45)
            one.renew()
            assert other.take() == 0
        slow_mail.go.set()
        until("it is sent", lambda: [each.state for each in notes(pushing) if each.channel == MAIL] == ["sent"])
    finally:
        slow_mail.go.set()
        one.stop()
        other.stop()
    assert slow_mail.calls == 1


def test_a_claim_of_a_process_that_died_ends(pushing: PlantUnderTest, slow_mail: Slow) -> None:
    lock_login(pushing)
    listen(pushing)
    dead, other = Round(pushing.plant, MAIL), Round(pushing.plant, MAIL)
    try:
        assert dead.take() == 1
        pushing.advance(seconds=61)
        assert other.take() == 1
    finally:
        slow_mail.go.set()
        dead.stop()
        other.stop()


def test_a_time_zone_that_is_no_more_stops_no_alert(pushing: PlantUnderTest, browser: Browser) -> None:
    admin = pushing.client("admin")
    body = {"mail": None, "quiet": {"from": "22:00", "to": "06:30"}, "zone": "UTC", "kinds": []}
    admin.post("/api/alerts/reach", json=body)
    for wrong in ("Mars/Olympus", "../../etc/passwd", ""):
        with db.write(pushing.plant.engine) as connection:
            connection.execute(update(channel).values(zone=wrong))
        before = len(inbox(admin))
        lock_login(pushing)
        listen(pushing)
        assert len(inbox(admin)) == before + 1
        assert admin.get("/api/alerts/reach").json["zone"] == "Asia/Shanghai"
        assert admin.post("/api/alerts/trial", json={}).status_code == 200, "no alert of lower degree either"
