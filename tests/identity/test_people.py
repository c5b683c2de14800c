"""People, roles, passwords, PINs, sessions and devices through the door, on both databases."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from plant import PASSWORD, PIN, PlantUnderTest, VirtualTablet
from sqlalchemy import select

from server.core.errors import PestleError
from server.identity import accounts, credentials, queries, sessions
from server.identity.projection import credential, failure, past_password, session

ADDED = "identity.person_added.v3"
FAILED = "identity.signin_failed.v1"


def refused(code: str) -> pytest.RaisesExc[PestleError]:
    return pytest.RaisesExc(PestleError, check=lambda error: error.code == code)


def sign_in(site: PlantUnderTest, login: str, password: str = PASSWORD) -> sessions.Session:
    return sessions.sign_in(site.plant, login, password, "10.0.0.7")


def shown_by(site: PlantUnderTest, tablet: VirtualTablet, found: sessions.Session) -> sessions.Session:
    """The session, which the tablet's key has shown to be one of it."""
    message = sessions.DEVICE_DOMAIN + f"{found.nonce}\n{tablet.device}".encode()
    return sessions.prove_device(site.plant, found, tablet.device, tablet.signer.sign(message))


# People and roles


@pytest.mark.urs("IDN-01")
def test_a_person_is_added_with_the_next_number(site: PlantUnderTest) -> None:
    person = accounts.add_person(site.plant, "sunyue", "孙悦", "Sun Yue", ["qc", "planner"], actor="P-0007")
    assert person.id == "P-0008"
    with site.reading() as connection:
        assert queries.find_login(connection, "sunyue") == person
        assert queries.permitted(connection, "P-0008", "results.record")
        assert not queries.permitted(connection, "P-0008", "batch.release")
    assert site.entries(ADDED)[-1].head.actor == "P-0007"


@pytest.mark.urs("IDN-01")
def test_a_login_is_never_given_twice(site: PlantUnderTest) -> None:
    accounts.change_roles(site.plant, "P-0002", [], "left", actor="P-0007")
    with refused("login_taken"):
        accounts.add_person(site.plant, "wang", "王强", None, ["operator"])
    payload: dict[str, object] = {"person": "P-0002", "login": "another", "name": "x", "name_en": None, "waiting": []}
    with refused("login_taken"):
        site.state(ADDED, "person/P-0002", {**payload, "grants": [{"role": "operator", "areas": None}]})
    # As it was before there were areas.
    del payload["waiting"]
    payload["roles"] = ["operator"]
    with refused("login_taken"):
        site.state("identity.person_added.v1", "person/P-0002", payload)


@pytest.mark.urs("IDN-01")
def test_what_is_no_role_or_login_is_refused(site: PlantUnderTest) -> None:
    for login, roles in (("sunyue", ["king"]), ("sunyue", []), ("Sun Yue", ["qc"]), ("", ["qc"])):
        with refused("request_malformed"):
            accounts.add_person(site.plant, login, "孙悦", None, roles)


@pytest.mark.urs("IDN-08")
@pytest.mark.parametrize("roles", [["admin", "qa"], ["operator", "qa"], ["qa", "supervisor"]])
def test_conflicting_roles_are_refused(site: PlantUnderTest, roles: list[str]) -> None:
    with refused("roles_conflict"):
        accounts.add_person(site.plant, "new", "新", None, roles)
    with refused("roles_conflict"):
        accounts.change_roles(site.plant, "P-0001", roles, "more work")
    with site.reading() as connection:
        assert queries.find_login(connection, "new") is None
        assert not queries.permitted(connection, "P-0001", "batch.release")


@pytest.mark.urs("IDN-01", "IDN-08")
def test_only_the_administrator_manages_people(site: PlantUnderTest) -> None:
    with refused("not_permitted"):
        accounts.add_person(site.plant, "new", "新", None, ["operator"], actor="P-0003")
    with refused("not_permitted"):
        accounts.change_roles(site.plant, "P-0003", ["qa"], "promoted", actor="P-0003")
    with refused("not_permitted"):
        accounts.give_password(site.plant, "P-0001", actor="P-0003")


@pytest.mark.urs("IDN-08")
@pytest.mark.parametrize("roles", [["qa"], []])
def test_an_administrator_does_not_change_what_he_is_himself(site: PlantUnderTest, roles: list[str]) -> None:
    with refused("not_permitted"):
        accounts.change_roles(site.plant, "P-0007", roles, "only for today", actor="P-0007")
    with site.reading() as connection:
        assert queries.permitted(connection, "P-0007", "people.manage")
        assert not queries.permitted(connection, "P-0007", "batch.release")


@pytest.mark.urs("IDN-01")
def test_a_withdrawn_role_permits_nothing_and_ends_sessions(site: PlantUnderTest) -> None:
    site.arm("wang", "password")
    token = sign_in(site, "wang").token
    accounts.change_roles(site.plant, "P-0002", [], "left the company", actor="P-0007")
    with site.reading() as connection:
        assert not queries.permitted(connection, "P-0002", "batch.work")
    with refused("session_missing"):
        sessions.find_session(site.plant, token)
    with refused("login_wrong"):
        sign_in(site, "wang")
    assert site.payloads("identity.roles_changed.v3") == [
        {"person": "P-0002", "grants": [], "waiting": [], "reason": "left the company"}
    ]


@pytest.mark.urs("IDN-01")
def test_names_of_people_that_nobody_knows_are_their_ids(site: PlantUnderTest) -> None:
    with site.reading() as connection:
        names = queries.people(connection, ["P-0001", "server", "who?", None])
    assert names["P-0001"] == {"id": "P-0001", "name": "张敏", "name_en": "Zhang Min"}
    assert names["who?"]["name"] == "who?"
    assert names["server"]["name"] == "系统"


# Passwords


@pytest.mark.urs("IDN-02")
def test_no_password_stands_in_database_or_log(site: PlantUnderTest) -> None:
    site.arm("wang", "password")
    with site.reading() as connection:
        [secret] = connection.execute(select(credential.c.secret)).scalars()
        assert secret.startswith("$argon2id$")
        assert queries.check_password(connection, "P-0002", PASSWORD)
        assert not queries.check_password(connection, "P-0002", PASSWORD + " ")
        assert not queries.check_password(connection, "P-0001", PASSWORD)
    [fact] = site.payloads("identity.credential_set.v1")
    assert fact == {"person": "P-0002", "what": "password", "alg": None, "public_key": None}


@pytest.mark.urs("IDN-02")
def test_a_weak_password_is_refused(site: PlantUnderTest) -> None:
    with refused("password_weak"):
        accounts.set_password(site.plant, "P-0002", "wang")
    assert site.entries("identity.credential_set.v1") == []


@pytest.mark.urs("IDN-02")
def test_a_one_time_password_is_good_for_choosing_another(site: PlantUnderTest) -> None:
    once = accounts.give_password(site.plant, "P-0001", actor="P-0007")
    found = sign_in(site, "zhang", once)
    assert found.one_time
    assert found.payload()["person"]["permissions"] == []
    accounts.set_password(site.plant, "P-0001", PASSWORD)
    with refused("session_missing"):
        sessions.find_session(site.plant, found.token)
    with refused("login_wrong"):
        sign_in(site, "zhang", once)
    assert not sign_in(site, "zhang").one_time


@pytest.mark.urs("IDN-02")
def test_five_wrong_passwords_lock_the_login_and_stand_in_the_log(site: PlantUnderTest) -> None:
    site.arm("wang", "password")
    for _ in range(5):
        with refused("login_wrong"):
            sign_in(site, "wang", "wrong")
    with refused("login_locked"):
        sign_in(site, "wang")
    site.advance(minutes=14)
    with refused("login_locked"):
        sign_in(site, "Wang ")
    site.advance(minutes=2)
    assert sign_in(site, "wang").person.id == "P-0002"
    assert site.payloads(FAILED) == [{"login": "wang", "address": "10.0.0.7"}] * 7


@pytest.mark.urs("IDN-02")
def test_a_right_password_begins_the_count_anew(site: PlantUnderTest) -> None:
    site.arm("wang", "password")
    for _ in range(2):
        for _ in range(4):
            with refused("login_wrong"):
                sign_in(site, "wang", "wrong")
        sign_in(site, "wang")
    with site.reading() as connection:
        counts = connection.execute(select(failure.c.attempts)).scalars().all()
    # Of the address, and of the login as a whole.
    assert counts == [0, 0]


@pytest.mark.urs("IDN-02")
def test_attempts_at_the_same_time_all_count(site: PlantUnderTest) -> None:
    def attempt(_: int) -> str:
        try:
            sign_in(site, "wang", "wrong")
        except PestleError as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(attempt, range(16)))
    assert codes == ["login_locked"] * 11 + ["login_wrong"] * 5


@pytest.mark.urs("IDN-02")
def test_an_unknown_login_fails_alike_and_is_not_written_down(site: PlantUnderTest) -> None:
    with refused("login_wrong"):
        sign_in(site, "my secret password")
    assert site.payloads(FAILED) == [{"login": "?", "address": "10.0.0.7"}]
    for _ in range(4):
        with refused("login_wrong"):
            sign_in(site, "my secret password")
    with refused("login_locked"):
        sign_in(site, "my secret password")


# Sessions


@pytest.mark.urs("IDN-02")
def test_a_session_is_stored_hashed_and_signing_in_is_a_fact(site: PlantUnderTest) -> None:
    site.arm("zhang", "password")
    found = sessions.sign_in(site.plant, "zhang", PASSWORD, "10.0.0.7")
    with site.reading() as connection:
        [token] = connection.execute(select(session.c.token)).scalars()
    assert len(base64.urlsafe_b64decode(found.token + "=")) == 32
    assert found.token not in token
    assert site.payloads("identity.signed_in.v1") == [{"person": "P-0001", "device": None}]


@pytest.mark.urs("IDN-02")
def test_an_idle_session_of_a_tablet_expires_after_eight_hours(site: PlantUnderTest) -> None:
    site.arm("zhang", "password")
    token = shown_by(site, site.tablet("T-1"), sessions.sign_in(site.plant, "zhang", PASSWORD, "10.0.0.7")).token
    site.advance(hours=7.9)
    sessions.find_session(site.plant, token)
    site.advance(hours=4)
    sessions.find_session(site.plant, token)
    site.advance(hours=0.2)
    with refused("session_expired"):
        sessions.find_session(site.plant, token)


@pytest.mark.urs("IDN-02", "PLT-15")
def test_a_device_is_none_by_its_name_but_by_its_key(site: PlantUnderTest) -> None:
    """Neither another's key, nor a proof of another session, of another tablet, or of one that is revoked."""
    tablet, other = site.tablet("T-1"), site.tablet("T-2")
    bridge, gone = site.tablet("B-1", role="bridge"), site.tablet("T-3")
    site.state(
        "identity.device_revoked.v1", "device/T-3", {"device": "T-3", "last_seq": 0, "reason": "lost"}, actor="admin"
    )
    site.arm("zhang", "password")
    before, found = sign_in(site, "zhang"), sign_in(site, "zhang")

    def said(nonce: str, name: str) -> bytes:
        return sessions.DEVICE_DOMAIN + f"{nonce}\n{name}".encode()

    for device, proof in (
        ("T-1", other.signer.sign(said(found.nonce, "T-1"))),
        ("T-1", tablet.signer.sign(said(before.nonce, "T-1"))),
        ("T-2", tablet.signer.sign(said(found.nonce, "T-1"))),
        ("T-1", tablet.signer.sign(f"{found.nonce}\nT-1".encode())),
        ("T-1", b""),
        ("B-1", bridge.signer.sign(said(found.nonce, "B-1"))),
        ("T-3", gone.signer.sign(said(found.nonce, "T-3"))),
        ("T-9", tablet.signer.sign(said(found.nonce, "T-9"))),
        ("server", site.plant.signer.sign(said(found.nonce, "server"))),
    ):
        with refused("device_unproven"):
            sessions.prove_device(site.plant, found, device, proof)
    assert sessions.check_session(site.plant, found.token).device is None
    assert site.payloads("identity.device_proven.v1") == []
    for _ in range(2):
        assert shown_by(site, tablet, sessions.check_session(site.plant, found.token)).device == "T-1"
    assert site.payloads("identity.device_proven.v1") == [{"person": "P-0001", "device": "T-1"}]


@pytest.mark.urs("IDN-02")
def test_an_unused_session_expires(site: PlantUnderTest) -> None:
    site.arm("zhang", "password")
    token = sign_in(site, "zhang").token
    site.advance(hours=1.1)
    with refused("session_expired"):
        sessions.find_session(site.plant, token)


@pytest.mark.urs("IDN-02")
def test_a_check_of_a_session_is_no_use_of_it(site: PlantUnderTest) -> None:
    site.arm("zhang", "password")
    found = sign_in(site, "zhang")
    site.advance(hours=0.9)
    assert sessions.check_session(site.plant, found.token).expires_at <= found.expires_at
    site.advance(hours=0.2)
    with refused("session_expired"):
        sessions.check_session(site.plant, found.token)
    with refused("session_missing"):
        sessions.check_session(site.plant, None)


@pytest.mark.urs("IDN-02")
def test_signing_out_ends_the_session(site: PlantUnderTest) -> None:
    site.arm("zhang", "password")
    token = sign_in(site, "zhang").token
    sessions.sign_out(site.plant, token)
    for gone in (token, None, "", "made up"):
        with refused("session_missing"):
            sessions.find_session(site.plant, gone)


@pytest.mark.urs("IDN-02")
def test_sessions_outlive_a_restart(site: PlantUnderTest) -> None:
    site.arm("zhang", "password")
    token = sign_in(site, "zhang").token
    site.reopen()
    assert sessions.find_session(site.plant, token).person.id == "P-0001"


# PINs


@pytest.mark.urs("IDN-05")
def test_a_pin_unlocks_the_users_key_and_no_other_pin_does(site: PlantUnderTest) -> None:
    accounts.set_pin(site.plant, "P-0003", PIN)
    with site.reading() as connection:
        wrapped, public = (
            queries.wrapped_key(connection, "P-0003"),
            queries.user_keys(connection, "P-0003")[-1].value.key,
        )
        assert queries.user_keys(connection, "P-0001") == []
    assert wrapped is not None
    assert public is not None
    assert (wrapped["alg"], wrapped["m"], wrapped["t"], wrapped["p"]) == ("ed25519", 19456, 2, 1)
    signature = credentials.unlock(wrapped, PIN).sign(b"weighed")
    Ed25519PublicKey.from_public_bytes(public).verify(signature, b"weighed")
    with pytest.raises(InvalidTag):
        credentials.unlock(wrapped, "246811")


@pytest.mark.urs("IDN-05")
def test_only_the_public_key_of_a_pin_is_a_record(site: PlantUnderTest) -> None:
    accounts.set_pin(site.plant, "P-0003", PIN)
    [envelope] = site.entries("identity.credential_set.v1")
    with site.reading() as connection:
        public = queries.user_keys(connection, "P-0003")[-1].value.key
    assert public is not None
    assert envelope.body == {
        "person": "P-0003",
        "what": "pin",
        "alg": "ed25519",
        "public_key": base64.b64encode(public).decode(),
    }


@pytest.mark.urs("IDN-05")
def test_nobody_sets_the_pin_of_another(site: PlantUnderTest) -> None:
    payload = {"person": "P-0003", "what": "pin", "alg": "ed25519", "public_key": base64.b64encode(bytes(32)).decode()}
    with refused("not_permitted"):
        site.state("identity.credential_set.v1", "person/P-0003", payload, actor="admin")
    with refused("key_malformed"):
        site.state("identity.credential_set.v1", "person/P-0003", payload, actor="chen")


@pytest.mark.urs("IDN-05")
def test_a_weak_pin_is_refused(site: PlantUnderTest) -> None:
    with refused("pin_weak"):
        accounts.set_pin(site.plant, "P-0003", "12345")
    with refused("person_unknown"):
        accounts.set_pin(site.plant, "P-0099", PIN)


@pytest.mark.urs("IDN-02")
def test_none_of_the_last_passwords_is_chosen_again(site: PlantUnderTest) -> None:
    chosen = [f"correct horse {number}" for number in range(7)]
    for password in chosen:
        accounts.set_password(site.plant, "P-0001", password)
    # The one of now and the five before it.
    for password in chosen[1:]:
        with refused("password_used"):
            accounts.set_password(site.plant, "P-0001", password)
    accounts.set_password(site.plant, "P-0001", chosen[0])
    assert sign_in(site, "zhang", chosen[0]).person.id == "P-0001"
    with site.reading() as connection:
        kept = connection.execute(select(past_password.c.secret)).scalars().all()
    assert len(kept) == 5
    assert not any(password in secret for password in chosen for secret in kept)


@pytest.mark.urs("IDN-02")
def test_a_one_time_password_does_not_become_the_chosen_one(site: PlantUnderTest) -> None:
    given = accounts.give_password(site.plant, "P-0001", actor="P-0007")
    with refused("password_used"):
        accounts.set_password(site.plant, "P-0001", given)
