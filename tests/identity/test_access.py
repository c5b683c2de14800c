"""How long passwords and sessions last, who locks out whom, and what a password that another gave must not do."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from plant import ORIGIN, PASSWORD, PIN, PlantUnderTest, b64
from sqlalchemy import select
from support import ROOT
from usage_support import decide

from server.core import clock
from server.core.errors import PestleError
from server.core.kinds import Entry
from server.identity import accounts, queries, rules, sessions
from server.identity.access import BROWSER_COOKIE, COOKIE
from server.identity.model import (
    CREDENTIAL_SET,
    LOGIN_LOCKED,
    LOGIN_UNLOCKED,
    PASSWORD_CONFIRMED,
    SESSION_ENDED,
    SIGNS,
    Grant,
    permissions_of,
)
from server.identity.projection import session
from server.web import tasks
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter

pytestmark = pytest.mark.urs("IDN-02")
ANOTHER = "another horse battery"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(PestleError) as caught:
        yield
    assert caught.value.code == code


def sign_in(client: FlaskClient, login: str, password: str, address: str = "10.0.0.1") -> tuple[int, str | None]:
    body = {"login": login, "password": password}
    answer = client.post("/api/session", json=body, environ_base={"REMOTE_ADDR": address})
    return answer.status_code, answer.get_json().get("code")


def policy(site: PlantUnderTest, **given: int) -> None:
    accounts.set_policy(site.plant, rules.Policy(**given), "password procedure", actor="P-0007")


# Ageing


def test_an_old_password_opens_only_the_way_to_another(site: PlantUnderTest) -> None:
    policy(site, password_days=90)
    site.arm("zhang", "password")
    site.advance(hours=90 * 24 - 1)
    client = site.client()
    answer = client.post("/api/session", json={"login": "zhang", "password": PASSWORD}).get_json()
    assert (answer["password_one_time"], answer["password_expired"]) == (False, False)
    assert answer["password_ends_at"] is not None
    site.advance(hours=2)
    told = client.post("/api/session", json={"login": "zhang", "password": PASSWORD}).get_json()
    assert (told["password_expired"], told["person"]["permissions"]) == (True, [])
    assert client.get("/api/batches").get_json()["code"] == "password_expired"
    assert client.post("/api/session/password", json={"password": PASSWORD, "new": ANOTHER}).status_code == 200
    assert client.get("/api/batches").status_code == 200


def test_a_one_time_password_is_good_for_three_days(site: PlantUnderTest) -> None:
    given = accounts.give_password(site.plant, "P-0001", actor="P-0007")
    site.advance(hours=73)
    client = site.client()
    assert sign_in(client, "zhang", given) == (401, "one_time_ended")
    # Who does not know it learns nothing of this.
    assert sign_in(client, "zhang", "guessed wrong") == (401, "login_wrong")
    again = accounts.give_password(site.plant, "P-0001", actor="P-0007")
    site.advance(hours=71)
    assert sign_in(client, "zhang", again) == (200, None)


def test_the_plant_sets_how_long_and_only_within_bounds(site: PlantUnderTest) -> None:
    admin = site.client("admin")
    before = admin.get("/api/policy").get_json()
    for wrong in ({"password_days": 9999}, {"idle_minutes": 0}, {"absolute_hours": "12"}, {"reason": ""}):
        assert admin.post("/api/policy", json={**before, "reason": "x", **wrong}).status_code == 422
    assert admin.get("/api/policy").get_json() == before
    changed = {**before, "idle_minutes": 10}
    assert admin.post("/api/policy", json={**changed, "reason": "SMP-IT-004"}).get_json() == changed
    site.advance(seconds=601)
    assert admin.get("/api/session").get_json()["code"] == "session_expired"


# Lock-out


def test_a_stranger_locks_out_strangers_and_not_the_person(site: PlantUnderTest) -> None:
    own, stranger = site.client("zhang"), site.client()
    for _ in range(rules.ATTEMPTS):
        assert sign_in(stranger, "zhang", "guessed wrong") == (401, "login_wrong")
    # Behind the same address, with the right password: only who has signed in here before may.
    assert sign_in(stranger, "zhang", PASSWORD) == (429, "login_locked")
    assert sign_in(own, "zhang", PASSWORD) == (200, None)
    # Elsewhere nobody is kept out by it.
    assert sign_in(site.client(), "zhang", PASSWORD, "10.0.0.2") == (200, None)
    assert site.payloads(LOGIN_LOCKED) == [
        {
            "person": "P-0001",
            "address": "10.0.0.1",
            "everywhere": False,
            "attempts": 5,
            "until": site.payloads(LOGIN_LOCKED)[0]["until"],
        }
    ]


def test_guesses_from_many_addresses_lock_every_new_browser_and_no_known_one(site: PlantUnderTest) -> None:
    own = site.client("zhang")
    codes = [sign_in(site.client(), "zhang", "guessed wrong", f"10.1.{n}.{m}")[1] for n in range(9) for m in range(4)]
    assert codes == ["login_wrong"] * rules.ATTEMPTS_EVERYWHERE + ["login_locked"] * (36 - rules.ATTEMPTS_EVERYWHERE)
    assert sign_in(site.client(), "zhang", PASSWORD, "10.2.0.1") == (429, "login_locked")
    assert sign_in(own, "zhang", PASSWORD) == (200, None)
    [told] = site.payloads(LOGIN_LOCKED)
    assert (told["everywhere"], told["attempts"]) == (True, rules.ATTEMPTS_EVERYWHERE)


def test_a_known_browser_guesses_no_more_than_another(site: PlantUnderTest) -> None:
    own = site.client("zhang")
    codes = [sign_in(own, "zhang", "guessed wrong")[1] for _ in range(7)]
    assert codes == ["login_wrong"] * 5 + ["login_locked"] * 2
    # And it is known for the person who signed in there, not for others.
    site.arm("wang", "password")
    for _ in range(5):
        sign_in(site.client(), "wang", "guessed wrong")
    assert sign_in(own, "wang", PASSWORD) == (429, "login_locked")


def test_an_administrator_unlocks_with_a_reason(site: PlantUnderTest) -> None:
    admin, client = site.client("admin"), site.client()
    site.arm("zhang", "password")
    for _ in range(5):
        sign_in(client, "zhang", "guessed wrong")
    assert admin.get("/api/people/P-0001").get_json()["locked_until"] is not None
    assert admin.post("/api/people/P-0001/unlock", json={}).status_code == 422
    page = admin.post("/api/people/P-0001/unlock", json={"reason": "called, voice known"}).get_json()
    assert page["locked_until"] is None
    assert sign_in(client, "zhang", PASSWORD) == (200, None)
    assert site.payloads(LOGIN_UNLOCKED) == [{"person": "P-0001", "reason": "called, voice known"}]
    assert site.client("chen").post("/api/people/P-0001/unlock", json={"reason": "x"}).status_code == 403


# Guessing who is here


def test_answers_do_not_tell_whether_a_login_exists(site: PlantUnderTest) -> None:
    site.arm("zhang", "password")
    accounts.change_roles(site.plant, "P-0002", [], "left", actor="P-0007")
    for login in ("zhang", "wang", "nobody"):
        client = site.client()
        answers = [
            client.post("/api/session", json={"login": login, "password": "guessed wrong"}).get_json() for _ in range(7)
        ]
        assert [answer["code"] for answer in answers] == ["login_wrong"] * 5 + ["login_locked"] * 2
        assert all(answer["details"] == {} for answer in answers)
        accounts.unlock(site.plant, "P-0001", "next", actor="P-0007")


@pytest.mark.usefixtures("product_hasher")
def test_nor_does_the_time_they_take(site: PlantUnderTest) -> None:
    """Each pays for one argon2id, whether there is a hash or not. Measured in the thread's own time, the least of some:
    whatever else the machine does has no part in it."""
    site.arm("zhang", "password")

    def seconds(login: str) -> float:
        with site.plant.engine.connect() as connection:
            person = queries.find_login(connection, login)
            start = time.thread_time()
            assert not queries.check_password(connection, person.id if person else "", "guessed wrong")
            return time.thread_time() - start

    seconds("nobody")
    known, unknown = (min(seconds(login) for _ in range(7)) for login in ("zhang", "nobody"))
    # Without a hash to pay for it would be a hundredth.
    assert known > 0.005
    assert known / 4 < unknown < known * 4


# A password that another gave


@pytest.mark.urs("IDN-08")
def test_who_gives_qa_a_password_and_signs_in_with_it_decides_nothing(site: PlantUnderTest) -> None:
    admin = site.client("admin")
    given = admin.post("/api/people/P-0004/password").get_json()["password"]
    thief = site.client()
    assert sign_in(thief, "li", given) == (200, None)
    assert thief.post("/api/session/password", json={"password": given, "new": ANOTHER}).status_code == 200
    told = thief.get("/api/session").get_json()["given"]
    assert told["by"]["id"] == "P-0007"
    assert _decided(site) == "signing_barred"
    # Nor make a way to sign elsewhere meanwhile.
    refusal = thief.post("/api/session/pin", json={"password": ANOTHER, "pin": PIN})
    assert (refusal.status_code, refusal.get_json()["code"]) == (403, "signing_barred")
    site.advance(hours=23.9)
    assert _decided(site) == "signing_barred"
    site.advance(hours=0.2)
    assert _decided(site) == "lot_unknown"


@pytest.mark.urs("IDN-08")
def test_nor_who_waits_with_it_until_the_hours_are_over(site: PlantUnderTest) -> None:
    """A given password is good for three days, the bar for one: it counts from when another was chosen."""
    given = site.client("admin").post("/api/people/P-0004/password").get_json()["password"]
    site.advance(hours=25)
    assert _decided(site) == "signing_barred"
    thief = site.client()
    assert sign_in(thief, "li", given) == (200, None)
    assert thief.post("/api/session/password", json={"password": given, "new": ANOTHER}).status_code == 200
    assert _decided(site) == "signing_barred"
    refusal = thief.post("/api/session/pin", json={"password": ANOTHER, "pin": PIN})
    assert (refusal.status_code, refusal.get_json()["code"]) == (403, "signing_barred")
    # Another choice of their own makes it neither shorter nor longer.
    site.advance(hours=12)
    accounts.set_password(site.plant, "P-0004", PASSWORD)
    assert _decided(site) == "signing_barred"
    site.advance(hours=12.1)
    assert _decided(site) == "lot_unknown"


@pytest.mark.urs("IDN-08")
def test_the_bar_is_before_every_decision_that_only_signers_take(site: PlantUnderTest) -> None:
    accounts.give_password(site.plant, "P-0004", actor="P-0007")
    vectors = json.loads((ROOT / "tests" / "vectors" / "kinds.json").read_text("utf-8"))
    writer = DeviceWriter("server", Ed25519Signer.generate())
    held = set(permissions_of(["qa"]))
    kinds = [one for one in site.plant.registry.kinds.values() if held & set(one.by) and held & set(one.by) <= {*SIGNS}]
    assert len(kinds) > 8
    for kind in kinds:
        envelope = writer.write(kind.name, "batch/x", vectors[kind.name], actor="P-0004")
        with site.reading() as connection:
            entry = Entry(envelope.head, envelope.body, -1, clock.now_text())
            assert site.plant.registry.decide(connection, entry).refusal == "signing_barred", kind.name


@pytest.mark.urs("IDN-08")
def test_only_a_third_person_who_releases_lifts_the_bar(site: PlantUnderTest) -> None:
    for login in ("guo", "han"):
        accounts.add_person(site.plant, login, login, None, ["qa"])
    accounts.set_password(site.plant, "P-0008", PASSWORD)
    admin, other = site.client("admin"), site.client()
    assert sign_in(other, "guo", PASSWORD) == (200, None)
    assert other.get("/api/people/given").get_json()["items"] == []
    accounts.give_password(site.plant, "P-0004", actor="P-0007")
    [shown] = other.get("/api/people/given").get_json()["items"]
    assert (shown["person"]["id"], shown["by"]["id"]) == ("P-0004", "P-0007")
    confirm = {"reason": "asked her at her desk"}
    assert admin.post("/api/people/P-0004/password/confirm", json=confirm).get_json()["code"] == "not_permitted"
    with refused("signing_barred"):
        accounts.confirm_password(site.plant, "P-0004", "it is me", actor="P-0004")
    # Two who were both given passwords do not vouch for each other.
    accounts.give_password(site.plant, "P-0009", actor="P-0007")
    with refused("signing_barred"):
        accounts.confirm_password(site.plant, "P-0004", "we are both fine", actor="P-0009")
    assert _decided(site) == "signing_barred"
    assert other.post("/api/people/P-0004/password/confirm", json=confirm).status_code == 204
    assert _decided(site) == "lot_unknown"
    assert site.payloads(PASSWORD_CONFIRMED) == [{"person": "P-0004", **confirm}]
    again = other.post("/api/people/P-0004/password/confirm", json=confirm)
    assert (again.status_code, again.get_json()["code"]) == (409, "nothing_to_confirm")
    # What is given after it bars anew.
    accounts.give_password(site.plant, "P-0004", actor="P-0007")
    assert _decided(site) == "signing_barred"


@pytest.mark.urs("IDN-08")
def test_who_is_new_and_was_given_a_password_signs_nothing_at_once_either(site: PlantUnderTest) -> None:
    ghost = accounts.add_person(site.plant, "ghost", "鬼", None, [Grant("qa")]).id
    accounts.give_password(site.plant, ghost, actor="P-0007")
    with site.reading() as connection:
        assert queries.barred(connection, ghost, ("batch.release",)) is not None
        # Who signs no decisions works at once.
        assert queries.barred(connection, "P-0001", ("batch.work",)) is None


@pytest.mark.urs("IDN-08", "IDN-05")
def test_nobody_signs_as_a_new_operator_with_the_password_that_they_gave(site: PlantUnderTest) -> None:
    """An administrator uses the one-time password first, chooses another, and would have a key of the operator's."""
    operator = accounts.add_person(site.plant, "gao", "高翔", None, ["operator"], actor="P-0007").id
    given = accounts.give_password(site.plant, operator, actor="P-0007")
    thief = site.client()
    assert sign_in(thief, "gao", given) == (200, None)
    assert thief.post("/api/session/password", json={"password": given, "new": ANOTHER}).status_code == 200
    pin = {"password": ANOTHER, "pin": PIN}
    refusal = thief.post("/api/session/pin", json=pin)
    assert (refusal.status_code, refusal.get_json()["code"]) == (403, "signing_barred")
    version = {"version": 1, "type": "sop", "title": {"zh": "称量", "en": "Weighing"}, "demands": "reading"}
    version |= {"within_days": 0, "valid_days": None, "text": "Weigh.", "file": None}
    version |= {"effective_from": clock.now_text()[:10]}
    site.client("li").post("/api/training/documents/SOP-1/versions", json=version)
    digest = thief.get("/api/training/documents/SOP-1").get_json()["versions"][0]["digest"]
    signed = {"version": 1, "digest": digest, "login": "gao", "password": ANOTHER}
    refusal = thief.post("/api/training/documents/SOP-1/read", json=signed)
    assert (refusal.status_code, refusal.get_json()["code"]) == (403, "signing_barred")
    # The one who gave it does not vouch, nor another operator; a supervisor who knows the person does.
    confirm = {"reason": "stands beside me"}
    for login, expected in (("admin", "not_permitted"), ("wang", "not_permitted")):
        refusal = site.client(login).post(f"/api/people/{operator}/password/confirm", json=confirm)
        assert refusal.get_json()["code"] == expected
    chen = site.client("chen")
    [line] = chen.get("/api/people/given").get_json()["items"]
    assert (line["person"]["id"], line["mine"]) == (operator, True)
    assert chen.post(f"/api/people/{operator}/password/confirm", json=confirm).status_code == 204
    assert thief.post("/api/session/pin", json=pin).status_code == 204
    assert thief.post("/api/training/documents/SOP-1/read", json=signed).status_code == 200


@pytest.mark.urs("IDN-08")
def test_a_supervisor_vouches_for_nobody_who_signs_decisions(site: PlantUnderTest) -> None:
    accounts.give_password(site.plant, "P-0004", actor="P-0007")
    chen = site.client("chen")
    [line] = chen.get("/api/people/given").get_json()["items"]
    assert (line["person"]["id"], line["mine"]) == ("P-0004", False)
    refusal = chen.post("/api/people/P-0004/password/confirm", json={"reason": "I know her"})
    assert (refusal.status_code, refusal.get_json()["code"]) == (403, "not_permitted")


@pytest.mark.urs("IDN-08")
def test_a_pin_that_the_console_sets_says_so(site: PlantUnderTest) -> None:
    accounts.give_password(site.plant, "P-0001")
    accounts.set_pin(site.plant, "P-0001", PIN, actor="server")
    assert site.entries(CREDENTIAL_SET)[-1].head.actor == "server"


@pytest.mark.urs("IDN-08")
def test_ones_own_choice_bars_nothing(site: PlantUnderTest) -> None:
    site.arm("li", "password")
    accounts.set_password(site.plant, "P-0004", ANOTHER)
    assert len(site.entries(CREDENTIAL_SET)) == 2
    assert _decided(site) == "lot_unknown"


def _decided(site: PlantUnderTest) -> str:
    """What becomes of a decision that QA signs; there is no such lot, so that one that is judged is refused too."""
    with pytest.raises(PestleError) as caught:
        decide(site.plant, "M-1", "L-1", "released", "P-0004")
    return str(caught.value.code)


# Sessions


def test_sessions_are_listed_with_where_they_are_and_ended_one_by_one(site: PlantUnderTest) -> None:
    device = site.tablet("T-1")
    site.arm("zhang", "password")
    desk, tablet = site.client(), site.client()
    body = {"login": "zhang", "password": PASSWORD}
    at_desk = {"environ_base": {"REMOTE_ADDR": "10.0.0.7"}, "headers": {"User-Agent": FIREFOX, "Origin": ORIGIN}}
    assert desk.post("/api/session", json=body, **at_desk).status_code == 200
    # A page from before names its device, which is nothing; this one shows its key.
    named = tablet.post("/api/session", json={**body, "device": "T-1"}).get_json()
    assert named["device"] is None
    forged = {"device": "T-1", "proof": b64(b"x" * 64)}
    answer = tablet.post("/api/session/device", json=forged)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "device_unproven")
    proof = b64(device.signer.sign(sessions.DEVICE_DOMAIN + f"{named['nonce']}\nT-1".encode()))
    shown = tablet.post("/api/session/device", json={"device": "T-1", "proof": proof})
    assert (shown.status_code, shown.get_json()["device"]) == (200, "T-1")
    items = desk.get("/api/sessions").get_json()["items"]
    told = {one["device"]: one for one in items}
    assert (told[None]["address"], told[None]["browser"], told[None]["current"]) == ("10.0.0.7", FIREFOX, True)
    assert (told["T-1"]["current"], told["T-1"]["expires_at"] > told[None]["expires_at"]) == (False, True)
    assert COOKIE not in str(items)
    left = desk.post(f"/api/sessions/{told['T-1']['id']}/end", json={"reason": "left it behind"})
    assert [one["device"] for one in left.get_json()["items"]] == [None]
    assert tablet.get("/api/session").status_code == 401
    assert desk.get("/api/session").status_code == 200
    [ended] = site.entries(SESSION_ENDED)
    assert (ended.head.actor, ended.body["device"], ended.body["reason"]) == ("P-0001", "T-1", "left it behind")


def test_nobody_ends_the_sessions_of_others_but_an_administrator(site: PlantUnderTest) -> None:
    theirs, other, admin = site.client("zhang"), site.client("wang"), site.client("admin")
    [open_one] = theirs.get("/api/sessions").get_json()["items"]
    why = {"reason": "wants to"}
    assert other.post(f"/api/sessions/{open_one['id']}/end", json=why).status_code == 404
    assert other.post(f"/api/people/P-0001/sessions/{open_one['id']}/end", json=why).status_code == 403
    assert theirs.get("/api/session").status_code == 200
    # Named under another person it is not found.
    assert admin.post(f"/api/people/P-0002/sessions/{open_one['id']}/end", json=why).status_code == 404
    assert admin.post(f"/api/people/P-0001/sessions/{open_one['id']}/end", json=why).status_code == 200
    assert theirs.get("/api/session").status_code == 401


def test_a_session_laid_ready_is_nobodys(site: PlantUnderTest) -> None:
    """Fixation: a token that was put into the browser before is neither taken up nor goes on."""
    site.arm("zhang", "password")
    attacker = site.client("wang")
    laid = attacker.get_cookie(COOKIE)
    assert laid is not None
    for token in (laid.value, "a-token-of-the-attackers-own"):
        victim = site.client()
        victim.set_cookie(COOKIE, token)
        assert sign_in(victim, "zhang", PASSWORD) == (200, None)
        fresh = victim.get_cookie(COOKIE)
        assert fresh is not None
        assert fresh.value != token
        assert victim.get("/api/session").get_json()["person"]["id"] == "P-0001"
        probe = site.client()
        probe.set_cookie(COOKIE, token)
        assert probe.get("/api/session").status_code == 401


def test_signing_in_and_a_new_password_each_change_the_token(site: PlantUnderTest) -> None:
    client = site.client("zhang")
    tokens: list[Any] = [client.get_cookie(COOKIE)]
    assert sign_in(client, "zhang", PASSWORD) == (200, None)
    tokens.append(client.get_cookie(COOKIE))
    assert client.post("/api/session/password", json={"password": PASSWORD, "new": ANOTHER}).status_code == 200
    tokens.append(client.get_cookie(COOKIE))
    assert len({token.value for token in tokens}) == 3
    with site.reading() as connection:
        assert len(connection.execute(select(session.c.token)).all()) == 1


def test_the_mark_of_a_known_browser_opens_nothing(site: PlantUnderTest) -> None:
    own, thief = site.client("zhang"), site.client()
    site.arm("zhang", "password")
    assert sign_in(own, "zhang", PASSWORD) == (200, None)
    mark = own.get_cookie(BROWSER_COOKIE)
    assert mark is not None
    thief.set_cookie(BROWSER_COOKIE, mark.value)
    assert thief.get("/api/session").status_code == 401
    assert sign_in(thief, "zhang", "guessed wrong") == (401, "login_wrong")
    # A mark that the server never gave is not taken up.
    stranger = site.client()
    stranger.set_cookie(BROWSER_COOKIE, "made-up")
    assert sign_in(stranger, "zhang", PASSWORD) == (200, None)
    fresh = stranger.get_cookie(BROWSER_COOKIE)
    assert fresh is not None
    assert fresh.value != "made-up"


# What waits


def test_home_says_whose_login_is_locked_and_when_ones_own_password_ends(site: PlantUnderTest) -> None:
    policy(site, password_days=90)
    own = site.client("zhang")
    for _ in range(5):
        sign_in(site.client(), "wang", "guessed wrong")
    [locked] = [one for one in _tasks(site, "admin") if one.code == "login_locked"]
    assert (locked.about, locked.to) == ("wang", "/people/P-0002")
    assert [one.code for one in _tasks(site, "zhang") if one.code == "password_ends"] == []
    ends = own.get("/api/session").get_json()["password_ends_at"]
    site.advance(hours=80 * 24)
    assert [one.at for one in _tasks(site, "zhang") if one.code == "password_ends"] == [ends]
    assert [one.code for one in _tasks(site, "admin") if one.code == "login_locked"] == []


def _tasks(site: PlantUnderTest, login: str) -> list[tasks.Task]:
    with site.reading() as connection:
        person = queries.find_login(connection, login)
        assert person is not None
        return tasks.of_person(connection, person, clock.now())
