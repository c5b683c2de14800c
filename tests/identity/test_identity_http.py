"""Identity over HTTP: sessions and their cookie, foreign pages, permissions, devices."""

import pytest
from flask.testing import FlaskClient
from plant import ORIGIN, PASSWORD, PIN, PlantUnderTest, b64
from sqlalchemy import select

from server.core.limits import SIGN_INS
from server.identity import accounts, recovery
from server.identity.enrolment import DOMAIN
from server.identity.model import permissions_of
from server.identity.projection import failure
from sync.log import publication
from sync.signing import Ed25519Signer

REMARK = "production.remark_added.v1"


def code(answer: object) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def application(enrolment_code: str, signer: Ed25519Signer) -> dict[str, str]:
    key = b64(signer.public_key)
    proof = b64(signer.sign(DOMAIN + f"{enrolment_code}\n{key}".encode()))
    return {
        "code": enrolment_code,
        "name": "T-07",
        "role": "tablet",
        "alg": "ed25519",
        "public_key": key,
        "proof": proof,
    }


def make_code(client: FlaskClient) -> str:
    answer = client.post("/api/devices/codes", json={"role": "tablet"})
    assert answer.status_code == 200
    body = answer.get_json()
    assert body["role"] == "tablet"
    text: str = body["code"]
    return text


@pytest.mark.urs("IDN-02")
def test_signing_in_gives_a_session(site: PlantUnderTest) -> None:
    site.arm("zhang", "password")
    site.advance(seconds=0)
    client = site.client()
    assert code(client.get("/api/session")) == (401, "session_missing")
    answer = client.post("/api/session", json={"login": "zhang", "password": PASSWORD})
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    shown = client.get("/api/session").get_json()
    assert shown == answer.get_json()
    assert shown["person"] == {
        "id": "P-0001",
        "name": "张敏",
        "name_en": "Zhang Min",
        "roles": ["operator"],
        "permissions": list(permissions_of(["operator"])),
    }
    assert client.delete("/api/session").status_code == 204
    assert code(client.get("/api/session")) == (401, "session_missing")


@pytest.mark.urs("IDN-02")
def test_a_session_that_expired_says_so(site: PlantUnderTest) -> None:
    client = site.client("zhang")
    site.advance(hours=9)
    assert code(client.get("/api/session")) == (401, "session_expired")
    assert code(client.get("/api/devices")) == (401, "session_expired")


@pytest.mark.urs("IDN-02")
def test_wrong_passwords_lock_and_stand_in_the_log(site: PlantUnderTest) -> None:
    client = site.client("zhang")
    body = {"login": "zhang", "password": "wrong"}
    for _ in range(5):
        assert code(client.post("/api/session", json=body)) == (401, "login_wrong")
    assert code(client.post("/api/session", json={**body, "password": PASSWORD})) == (429, "login_locked")
    assert site.payloads("identity.signin_failed.v1") == [{"login": "zhang", "address": "127.0.0.1"}] * 6
    # Whoever is in stays in.
    assert client.get("/api/session").status_code == 200


@pytest.mark.urs("IDN-02")
def test_a_malformed_request_is_no_attempt(site: PlantUnderTest) -> None:
    client = site.client()
    bodies: list[object] = [{}, {"login": "zhang"}, {"login": 1, "password": 2}, {"login": "a\0", "password": "x"}, []]
    for body in bodies:
        assert code(client.post("/api/session", json=body)) == (422, "request_malformed")
    assert site.payloads("identity.signin_failed.v1") == []


@pytest.mark.urs("IDN-02")
def test_a_foreign_page_changes_nothing(site: PlantUnderTest) -> None:
    client = site.client("admin")
    for origin in ("http://evil.example", "null", "", "https://localhost", ORIGIN + ":8080"):
        headers = {"Origin": origin}
        body = {"login": "zhang", "password": PASSWORD}
        assert code(client.post("/api/session", json=body, headers=headers)) == (403, "origin_foreign")
        body = {"role": "tablet"}
        assert code(client.post("/api/devices/codes", json=body, headers=headers)) == (403, "origin_foreign")
        assert code(client.delete("/api/session", headers=headers)) == (403, "origin_foreign")
        assert client.get("/api/session", headers=headers).status_code == 200


@pytest.mark.urs("IDN-02")
def test_a_one_time_password_opens_only_the_way_to_another(site: PlantUnderTest) -> None:
    once = accounts.give_password(site.plant, "P-0007")
    client = site.client()
    first = client.post("/api/session", json={"login": "admin", "password": once}).get_json()
    assert (first["password_one_time"], first["person"]["permissions"]) == (True, [])
    assert code(client.get("/api/devices")) == (403, "password_one_time")
    assert code(client.post("/api/session/pin", json={"password": once, "pin": PIN})) == (403, "password_one_time")
    change = {"password": once, "new": "short"}
    assert code(client.post("/api/session/password", json=change)) == (422, "password_weak")
    answer = client.post("/api/session/password", json={**change, "new": PASSWORD})
    assert answer.status_code == 200
    assert "device.revoke" in answer.get_json()["person"]["permissions"]
    assert client.get("/api/devices").status_code == 200


@pytest.mark.urs("IDN-02", "IDN-05")
def test_password_and_pin_are_changed_with_the_password_only(site: PlantUnderTest) -> None:
    client, elsewhere = site.client("chen"), site.client("chen")
    wrong = {"password": "wrong", "new": PASSWORD + "!", "pin": PIN}
    for what in ("password", "pin"):
        body = {name: wrong[name] for name in ("password", {"password": "new", "pin": "pin"}[what])}
        assert code(client.post(f"/api/session/{what}", json=body)) == (403, "password_wrong")
    assert client.post("/api/session/pin", json={"password": PASSWORD, "pin": PIN}).status_code == 204
    body = {"password": PASSWORD, "new": PASSWORD + "!"}
    assert client.post("/api/session/password", json=body).status_code == 200
    assert client.get("/api/session").status_code == 200
    assert code(elsewhere.get("/api/session")) == (401, "session_missing")
    assert len(site.payloads("identity.signin_failed.v1")) == 2


@pytest.mark.urs("IDN-01", "IDN-08")
def test_what_is_not_permitted_is_refused(site: PlantUnderTest) -> None:
    lost, tablet = {"last_seq": 0, "reason": "lost"}, {"role": "tablet"}
    zhang, chen, nobody = site.client("zhang"), site.client("chen"), site.client()
    asked: list[tuple[FlaskClient, str, str, object]] = [
        (zhang, "POST", "devices/codes", tablet),
        (zhang, "POST", "devices/T-1/revoke", lost),
        (zhang, "GET", "people", None),
        (chen, "POST", "devices/T-1/revoke", lost),
    ]
    for client, method, path, body in asked:
        assert code(client.open(f"/api/{path}", method=method, json=body)) == (403, "not_permitted")
        assert code(nobody.open(f"/api/{path}", method=method, json=body)) == (401, "session_missing")


@pytest.mark.urs("PLT-15")
def test_a_device_enrols_over_http(site: PlantUnderTest) -> None:
    supervisor, device = site.client("chen"), site.client()
    body = application(make_code(supervisor), Ed25519Signer.generate())
    answer = device.post("/api/devices/enrol", json=body)
    assert answer.status_code == 200
    enrolled = answer.get_json()
    assert enrolled["device"]["id"].startswith("tablet-")
    with site.reading() as connection:
        policy = publication.policy(connection, site.plant.log).encode().decode()
    handed_out = recovery.handed_out(site.plant)
    assert enrolled["site"] == {**site.plant.site(), "policy": policy, "recovery": handed_out}
    assert enrolled["journal_keys"] == []
    assert device.get("/api/site").get_json()["recovery"] == handed_out
    assert code(device.post("/api/devices/enrol", json=body)) == (403, "code_wrong")
    [line] = supervisor.get("/api/devices").get_json()["items"]
    assert line == {
        **enrolled["device"],
        "last_seen": None,
        "seq": 0,
        "revoked_at": None,
        "last_seq": None,
        "owes": 0,
    }


@pytest.mark.urs("PLT-15")
def test_a_wrong_proof_or_key_is_refused_over_http(site: PlantUnderTest) -> None:
    body = application(make_code(site.client("chen")), Ed25519Signer.generate())
    device = site.client()
    stranger = application(body["code"], Ed25519Signer.generate())["proof"]
    wrong = device.post("/api/devices/enrol", json={**body, "proof": stranger})
    assert code(wrong) == (422, "enrolment_wrong")
    low = device.post("/api/devices/enrol", json={**body, "public_key": b64(bytes([1, *[0] * 31]))})
    assert code(low) == (422, "key_malformed")
    assert code(device.post("/api/devices/enrol", json={**body, "role": "server"})) == (422, "request_malformed")


@pytest.mark.urs("PLT-15")
def test_a_lost_device_is_revoked_and_what_it_owes_is_listed(site: PlantUnderTest) -> None:
    tablet, admin = site.tablet(), site.client("admin")
    tablet.record(REMARK, "batch/B-1", {"batch": "B-1", "phase": None, "text": "one"}, actor="zhang")
    answer = admin.post("/api/devices/T-1/revoke", json={"last_seq": 4, "reason": "lost in room 2-114"})
    assert answer.status_code == 200
    [line] = admin.get("/api/devices").get_json()["items"]
    assert line == answer.get_json()
    assert (line["seq"], line["last_seq"], line["owes"]) == (1, 4, 3)
    assert line["revoked_at"] is not None
    [entry] = site.entries("identity.device_revoked.v1")
    assert (entry.head.actor, entry.head.stream) == ("P-0007", "device/T-1")
    again = admin.post("/api/devices/T-1/revoke", json={"last_seq": 4, "reason": "again"})
    assert code(again) == (403, "device_revoked")
    unknown = admin.post("/api/devices/T-9/revoke", json={"last_seq": 4, "reason": "again"})
    assert code(unknown) == (404, "not_found")


@pytest.mark.urs("IDN-01")
def test_people_are_listed_without_secrets(site: PlantUnderTest) -> None:
    [first, *_, last] = site.client("admin").get("/api/people").get_json()["items"]
    assert first == {
        "id": "P-0001",
        "name": "张敏",
        "name_en": "Zhang Min",
        "roles": ["operator"],
        "grants": [{"role": "operator", "areas": None}],
        "login": "zhang",
    }
    assert last["login"] == "admin"


@pytest.mark.urs("PLT-15")
def test_the_site_tells_its_keys_to_everybody(site: PlantUnderTest) -> None:
    shown = site.client().get("/api/site").get_json()
    assert shown["server_key"] == b64(site.plant.signer.public_key)
    assert shown["vkey"] == site.plant.log.vkey
    assert shown["origin"] == site.plant.log.origin


@pytest.mark.urs("IDN-02", "PLT-14")
@pytest.mark.parametrize("device", [" ", "a/b", "\x00", "\x1f", "x" * 81, 5])
def test_a_device_that_cannot_be_one_is_a_malformed_request(site: PlantUnderTest, device: object) -> None:
    site.arm("zhang", "password")
    answer = site.client().post("/api/session", json={"login": "zhang", "password": PASSWORD, "device": device})
    assert code(answer) == (422, "request_malformed")


@pytest.mark.urs("IDN-02", "OPS-05")
def test_names_that_were_only_guessed_are_forgotten(site: PlantUnderTest) -> None:
    client = site.client()
    for number in range(3):
        assert code(client.post("/api/session", json={"login": f"guess-{number}", "password": "wrong"}))[0] == 401
    site.advance(hours=49)
    site.client("zhang")
    with site.reading() as connection:
        logins = set(connection.execute(select(failure.c.login)).scalars())
    assert len(logins) == 1


@pytest.mark.urs("IDN-02")
def test_an_address_that_floods_waits_and_locks_nobody_out_elsewhere(site: PlantUnderTest) -> None:
    site.arm("zhang", "password")
    client = site.client()
    wrong = {"login": "nobody", "password": "guessed wrong"}
    site.plant.sign_ins.take("127.0.0.1", SIGN_INS[0] - 2)
    told = [client.post("/api/session", json=wrong) for _ in range(4)]
    assert [code(answer) for answer in told][:2] == [(401, "login_wrong")] * 2
    assert code(told[-1]) == (429, "signins_too_many")
    assert 0 < told[-1].get_json()["details"]["retry"] <= 60
    right = {"login": "zhang", "password": PASSWORD}
    elsewhere = client.post("/api/session", json=right, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 200
    # Whom a client names as its proxy's guest is believed of our own proxies only.
    assert code(client.post("/api/session", json=right, headers={"X-Forwarded-For": "192.0.2.8"}))[0] == 429
