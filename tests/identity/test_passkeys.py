"""Passkeys over HTTP: registered, used to sign in and to sign, withdrawn; and what may not pass for one (IDN-03)."""

import time
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from passkey_support import PRESENT, Authenticator
from plant import PASSWORD, PlantUnderTest
from sqlalchemy import func, select

from server.core import clock
from server.core.config import from_environment
from server.core.errors import PestleError
from server.identity import accounts, passkeys, rules
from server.identity.projection import challenge
from server.identity.sessions import find_session
from sync.passkeys import Assertion, online_challenge

pytestmark = pytest.mark.urs("IDN-03")
DIGEST = "0f" * 32


def answered(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, (answer.get_json() or {}).get("code")


def register(client: FlaskClient, authenticator: Authenticator, label: str = "key in the locker") -> Any:
    options = client.post("/api/passkeys/registration", json={"password": PASSWORD})
    assert options.status_code == 200, options.get_json()
    return client.post("/api/passkeys", json=authenticator.make(options.get_json(), label))


def held(site: PlantUnderTest, login: str = "zhang", **more: Any) -> tuple[FlaskClient, Authenticator]:
    """Somebody signed in, with a passkey of theirs."""
    client, authenticator = site.client(login), Authenticator(**more)
    assert register(client, authenticator).status_code == 201
    return client, authenticator


def options(client: FlaskClient, digest: str | None = None) -> dict[str, Any]:
    answer = client.post("/api/passkeys/options", json={"digest": digest})
    assert answer.status_code == 200, answer.get_json()
    body: dict[str, Any] = answer.get_json()
    return body


def enter(client: FlaskClient, assertion: dict[str, Any]) -> tuple[int, str | None]:
    return answered(client.post("/api/session/passkey", json=assertion))


def sign(site: PlantUnderTest, authenticator: Authenticator, person: str = "P-0001", digest: str = DIGEST) -> Any:
    """What a room that asks for a signature gets."""
    session = find_session(site.plant, token_of(site, person))
    given = passkeys.options(site.plant, session, digest)
    return passkeys.check(site.plant, session.person, authenticator.use(given), digest)


def token_of(site: PlantUnderTest, person: str) -> str:
    from server.identity import sessions

    return sessions.begin(site.plant, accounts.find(site.plant, person), None, "192.0.2.7").token


@pytest.mark.parametrize("key", [None, Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x07")])
def test_a_passkey_is_registered_and_opens_a_session(site: PlantUnderTest, key: Any) -> None:
    client, authenticator = held(site, **({} if key is None else {"key": key}))
    shown = client.get("/api/passkeys").get_json()
    assert [(one["label"], one["credential"]) for one in shown["items"]] == [
        ("key in the locker", authenticator.credential)
    ]
    assert shown["domain"] == "localhost"
    other = site.client()
    assert enter(other, authenticator.use(options(other))) == (200, None)
    assert other.get("/api/session").get_json()["person"]["id"] == "P-0001"
    [added] = site.entries("identity.passkey_added.v1")
    assert set(added.body) == {"person", "credential", "public_key", "rp_id", "label"}
    assert added.head.actor == "P-0001"


def test_it_signs_a_digest_and_the_assertion_can_be_checked_again_later(site: PlantUnderTest) -> None:
    _, authenticator = held(site)
    given = sign(site, authenticator)
    with site.reading() as connection:
        [known] = passkeys.queries.passkeys_of(connection, "P-0001")
    passkeys.bytewise.check(known, online_challenge(given["nonce"], DIGEST), Assertion.of(given))
    assert passkeys.PasskeyAssertion().validate(given) == {}


def test_registering_asks_for_the_password_and_a_challenge_is_used_once(site: PlantUnderTest) -> None:
    client = site.client("zhang")
    assert answered(client.post("/api/passkeys/registration", json={"password": "not this one"})) == (
        403,
        "password_wrong",
    )
    assert answered(site.client().post("/api/passkeys/registration", json={"password": PASSWORD}))[0] == 401
    given = client.post("/api/passkeys/registration", json={"password": PASSWORD}).get_json()
    assert client.post("/api/passkeys", json=Authenticator().make(given)).status_code == 201
    assert answered(client.post("/api/passkeys", json=Authenticator().make(given))) == (409, "passkey_replayed")
    # A challenge to sign with makes no passkey.
    asked = options(client, DIGEST)
    assert answered(client.post("/api/passkeys", json=Authenticator().make(asked))) == (409, "passkey_replayed")


@pytest.mark.parametrize("lie", [{"origin": "http://pestle.example"}, {"flags": PRESENT}, {"rp_id": "pestle.example"}])
def test_what_is_not_of_this_site_or_unverified_is_not_registered(site: PlantUnderTest, lie: dict[str, Any]) -> None:
    assert answered(register(site.client("zhang"), Authenticator(**lie))) == (403, "passkey_wrong")
    assert site.entries("identity.passkey_added.v1") == []


def test_a_passkey_belongs_to_one_person_and_a_person_has_not_too_many(site: PlantUnderTest) -> None:
    client, authenticator = held(site)
    assert answered(register(site.client("wang"), authenticator)) == (409, "passkey_known")
    for _ in range(rules.PASSKEYS - 1):
        assert register(client, Authenticator()).status_code == 201
    assert answered(register(client, Authenticator())) == (409, "passkeys_too_many")


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://pestle.example"},
        {"origin": "https://localhost.pestle.example"},
        {"origin": "http://localhost@pestle.example"},
        {"flags": PRESENT},
        {"flags": 0x04},
        {"rp_id": "pestle.example"},
        {"key": Authenticator().key},
        {"id": b"somebody's else"},
    ],
)
def test_no_other_assertion_opens_a_session(site: PlantUnderTest, lie: dict[str, Any]) -> None:
    _, authenticator = held(site)
    client = site.client()
    assert enter(client, replace(authenticator, **lie).use(options(client))) == (403, "passkey_wrong")
    assert client.get("/api/session").status_code == 401
    assert enter(client, authenticator.use(options(client))) == (200, None)


def test_an_assertion_is_good_once_and_for_five_minutes(site: PlantUnderTest) -> None:
    _, authenticator = held(site)
    client = site.client()
    used = authenticator.use(options(client))
    assert enter(client, used) == (200, None)
    assert enter(client, used) == (409, "passkey_replayed")
    late = authenticator.use(options(client))
    site.advance(minutes=6)
    assert enter(client, late) == (409, "passkey_replayed")
    with site.reading() as connection:
        left = connection.execute(select(func.count()).select_from(challenge)).scalar()
    assert left == 0


def test_what_was_signed_for_one_digest_person_or_purpose_is_not_for_another(site: PlantUnderTest) -> None:
    client, authenticator = held(site)
    other, theirs = held(site, "wang")
    zhang, wang = (accounts.find(site.plant, number) for number in ("P-0001", "P-0002"))

    def asked() -> dict[str, Any]:
        return authenticator.use(options(client, DIGEST))

    for person, given, digest in [
        (zhang, asked(), "0e" * 32),
        (zhang, asked(), None),
        (wang, asked(), DIGEST),
        (zhang, {**asked(), "nonce": options(client, DIGEST)["nonce"]}, DIGEST),
        (zhang, theirs.use(options(client, DIGEST)), DIGEST),
        (zhang, authenticator.use(options(other, DIGEST)), DIGEST),
    ]:
        with pytest.raises(PestleError) as refused:
            passkeys.check(site.plant, person, given, digest)
        assert refused.value.code in ("passkey_wrong", "passkey_replayed")
    # Signed to sign a record: it does not sign in.
    assert enter(site.client(), asked()) == (409, "passkey_replayed")
    assert passkeys.check(site.plant, zhang, asked(), DIGEST)["credential"] == authenticator.credential


def test_a_counter_that_does_not_grow_tells_of_a_copy(site: PlantUnderTest) -> None:
    _, authenticator = held(site, count=7)
    client, copy = site.client(), replace(authenticator)
    assert enter(client, authenticator.use(options(client))) == (200, None)
    assert enter(client, authenticator.use(options(client))) == (200, None)
    assert enter(client, copy.use(options(client))) == (403, "passkey_wrong")


def test_failures_count_and_are_logged_as_those_of_passwords(site: PlantUnderTest) -> None:
    _, authenticator = held(site)
    client, forged = site.client(), replace(authenticator, flags=PRESENT)
    codes = [enter(client, forged.use(options(client))) for _ in range(rules.ATTEMPTS + 1)]
    assert codes == [(403, "passkey_wrong")] * rules.ATTEMPTS + [(429, "login_locked")]
    assert [one.body["login"] for one in site.entries("identity.signin_failed.v1")] == ["zhang"] * len(codes)
    # Neither does the right one, nor the password, as long as it is locked.
    assert enter(client, authenticator.use(options(client))) == (429, "login_locked")
    assert answered(client.post("/api/session", json={"login": "zhang", "password": PASSWORD})) == (429, "login_locked")
    # A passkey that nobody has locks nobody out.
    stranger = Authenticator()
    for _ in range(rules.ATTEMPTS + 1):
        enter(client, stranger.use(options(client)))
    assert client.post("/api/session", json={"login": "wang", "password": PASSWORD}).status_code in (200, 401)


def test_it_is_withdrawn_by_its_holder_or_an_administrator_and_by_nobody_else(site: PlantUnderTest) -> None:
    client, authenticator = held(site)
    own, of_zhang = (f"/api/{where}passkeys/{authenticator.credential}/withdraw" for where in ("", "people/P-0001/"))
    reason = {"reason": "lost with the key ring"}
    assert answered(site.client("wang").post(own, json=reason)) == (404, "not_found")
    assert answered(site.client("wang").post(of_zhang, json=reason)) == (403, "not_permitted")
    assert answered(site.client("admin").post(of_zhang, json={})) == (422, "request_malformed")
    assert site.client("admin").post(of_zhang, json=reason).get_json()["items"] == []
    stranger = site.client()
    assert enter(stranger, authenticator.use(options(stranger))) == (403, "passkey_wrong")
    with pytest.raises(PestleError, match="passkey_wrong"):
        sign(site, authenticator)
    # Once withdrawn it comes back for nobody.
    assert answered(register(client, authenticator)) == (409, "passkey_known")
    _, second = held(site, "wang")
    path = f"/api/passkeys/{second.credential}/withdraw"
    assert site.client("wang").post(path, json=reason).get_json()["items"] == []
    assert [one.head.actor for one in site.entries("identity.passkey_withdrawn.v1")] == ["P-0007", "P-0002"]


def test_who_has_left_signs_in_by_no_passkey(site: PlantUnderTest) -> None:
    _, authenticator = held(site)
    accounts.change_roles(site.plant, "P-0001", [], "has left", actor="P-0007")
    client = site.client()
    assert enter(client, authenticator.use(options(client))) == (403, "passkey_wrong")


def test_a_one_time_password_is_still_to_be_changed_and_registers_nothing(site: PlantUnderTest) -> None:
    _, authenticator = held(site)
    accounts.give_password(site.plant, "P-0001", actor="P-0007")
    client = site.client()
    assert enter(client, authenticator.use(options(client))) == (200, None)
    assert client.get("/api/session").get_json()["password_one_time"] is True
    assert answered(client.get("/api/passkeys")) == (403, "password_one_time")


@pytest.mark.urs("IDN-08")
def test_who_was_given_a_password_by_another_adds_no_passkey_to_sign_decisions_with(site: PlantUnderTest) -> None:
    """An administrator could sign in with it, add a passkey of his own, and release with it for ever."""
    accounts.set_password(site.plant, "P-0004", PASSWORD)
    given = accounts.give_password(site.plant, "P-0004", actor="P-0007")
    client = site.client()
    assert client.post("/api/session", json={"login": "li", "password": given}).status_code == 200
    chosen = {"password": given, "new": "the administrator's choice"}
    assert client.post("/api/session/password", json=chosen).status_code == 200
    asked = client.post("/api/passkeys/registration", json={"password": chosen["new"]}).get_json()
    assert answered(client.post("/api/passkeys", json=Authenticator().make(asked))) == (403, "signing_barred")
    assert site.entries("identity.passkey_added.v1") == []


def test_a_site_without_a_name_has_no_passkeys(site: PlantUnderTest) -> None:
    client = site.client("zhang")
    by_address = {"base_url": "http://192.0.2.7", "headers": {"Origin": "http://192.0.2.7"}}
    assert answered(client.post("/api/passkeys/options", json={}, **by_address)) == (409, "passkey_place")
    object.__setattr__(site.plant.config, "passkey_domain", None)
    assert answered(client.post("/api/passkeys/options", json={"digest": DIGEST})) == (409, "passkey_place")
    assert answered(client.post("/api/passkeys/registration", json={"password": PASSWORD})) == (409, "passkey_place")
    assert client.get("/api/passkeys").get_json() == {"items": [], "domain": None}


def test_challenges_are_given_at_the_pace_of_passwords(site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    from server.core.limits import SIGN_INS

    client = site.client()
    # None comes back while a slow machine asks.
    now = time.monotonic()
    monkeypatch.setattr("server.core.limits.monotonic", lambda: now)
    codes = {answered(client.post("/api/passkeys/options", json={})) for _ in range(int(SIGN_INS[0]) + 2)}
    assert (429, "signins_too_many") in codes


def test_its_holder_sees_when_it_was_used_last(site: PlantUnderTest) -> None:
    client, authenticator = held(site)
    assert [one["used_at"] for one in client.get("/api/passkeys").get_json()["items"]] == [None]
    sign(site, authenticator)
    [one] = client.get("/api/passkeys").get_json()["items"]
    assert one["added_at"] <= one["used_at"] <= clock.now_text()


@pytest.mark.parametrize(
    ("named", "domain"),
    [
        (None, "localhost"),
        ("Pestle.example", "pestle.example"),
        ("pestle.example:8443", "pestle.example"),
        ("192.0.2.7", None),
        ("192.0.2.7:8443", None),
        ("2001:db8::7", None),
        ("[2001:db8::7]:8443", None),
    ],
)
def test_the_domain_is_the_name_that_the_site_is_reached_by(named: str | None, domain: str | None) -> None:
    assert from_environment({} if named is None else {"PASSKEY_DOMAIN": named}).passkey_domain == domain


@pytest.mark.parametrize("named", ["https://pestle.example", "pestle.example/", "a b", ".example", "x" * 300])
def test_what_is_no_host_name_is_told_at_start(named: str) -> None:
    with pytest.raises(PestleError, match="setting_wrong"):
        from_environment({"PASSKEY_DOMAIN": named})
