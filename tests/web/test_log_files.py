"""The log as files: who may read it, how long it may be kept, and that it is the log."""

import base64

import pytest
from flask.testing import FlaskClient
from plant import PASSWORD, PlantUnderTest
from werkzeug.test import TestResponse

from server.identity import accounts
from sync import tiles
from sync.log import publication
from sync.log.export import reader
from sync.verify import verify_log

ELSEWHERE = "192.0.2.7"


def get(client: FlaskClient, path: str, address: str = ELSEWHERE, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(f"/log/{path}", environ_overrides={"REMOTE_ADDR": address}, headers=named)


def basic(login: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


@pytest.mark.urs("PLT-03")
def test_the_files_are_those_of_the_log(site: PlantUnderTest) -> None:
    client = site.client()
    log, signed = site.plant.log, site.plant.publisher.now()
    with site.reading() as connection:
        size = log.head(connection).size
        ask = reader(connection, log, signed, publication.policy(connection, log))
        expected = {path: ask(path) for path in ("checkpoint", "policy", *(name.path for name in tiles.names(size)))}
    for path, data in expected.items():
        answer = get(client, path, "127.0.0.1")
        assert answer.data == data, path
        again = get(client, path, "127.0.0.1", If_None_Match=answer.headers["ETag"])
        assert again.status_code == 304, path
    assert verify_log(lambda path: get(client, path, "127.0.0.1").data, full=True).ok


@pytest.mark.urs("PLT-03")
def test_only_what_never_changes_may_be_kept(site: PlantUnderTest) -> None:
    client = site.client()
    caching = {path: get(client, path, "127.0.0.1").headers["Cache-Control"] for path in PATHS}
    assert "immutable" in caching["tile/0/000.p/2"]
    assert "immutable" in caching["tile/entries/000.p/2"]
    assert "private" in caching["tile/entries/000.p/2"]
    assert {caching[path] for path in ("checkpoint", "policy", "payloads/000.p/2")} == {"no-cache"}


PATHS = ("checkpoint", "policy", "tile/0/000.p/2", "tile/entries/000.p/2", "payloads/000.p/2")


@pytest.mark.urs("PLT-03")
def test_what_the_log_has_not_is_not_found(site: PlantUnderTest) -> None:
    client = site.client()
    for path in ("tile/0/000.p/200", "tile/0/001", "tile/9/000", "tile/0/0", "payloads/000.p/0", "secrets", "../x"):
        assert get(client, path, "127.0.0.1").status_code == 404, path


@pytest.mark.urs("OPS-05")
def test_strangers_are_asked_who_they_are(site: PlantUnderTest) -> None:
    client = site.client()
    for path in PATHS:
        answer = get(client, path)
        assert answer.status_code == 401, path
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert answer.json["code"] == "session_missing"
    # Behind a proxy on the same machine everybody comes from there.
    assert get(client, "checkpoint", "127.0.0.1", X_Forwarded_For=ELSEWHERE).status_code == 401
    for proxy in ("X-Real-IP", "Forwarded", "Via"):
        assert get(client, "checkpoint", "127.0.0.1", **{proxy: ELSEWHERE}).status_code == 401, proxy
    assert get(client, "checkpoint", "::1").status_code == 200
    # A page of theirs whose name leads a browser of this machine to this machine.
    assert get(client, "checkpoint", "127.0.0.1", Host="evil.example").status_code == 401


@pytest.mark.urs("OPS-05", "IDN-02")
def test_a_password_for_one_sign_in_opens_no_log(site: PlantUnderTest) -> None:
    password = accounts.give_password(site.plant, "P-0004")
    answer = get(site.client(), "checkpoint", Authorization=basic("li", password))
    assert (answer.status_code, answer.json["code"]) == (403, "password_one_time")


@pytest.mark.urs("OPS-05", "IDN-01")
def test_a_session_needs_the_permission(site: PlantUnderTest) -> None:
    assert get(site.client("li"), "checkpoint").status_code == 200
    answer = get(site.client("zhang"), "checkpoint")
    assert (answer.status_code, answer.json["code"]) == (403, "not_permitted")


@pytest.mark.urs("OPS-05", "IDN-02")
def test_basic_takes_login_and_password_and_locks_like_the_front_door(site: PlantUnderTest) -> None:
    client = site.client()
    site.arm("li", "password")
    site.arm("zhang", "password")
    assert get(client, "checkpoint", Authorization=basic("li", PASSWORD)).status_code == 200
    assert get(client, "policy", Authorization=basic("li", PASSWORD)).status_code == 200
    assert get(client, "checkpoint", Authorization=basic("zhang", PASSWORD)).status_code == 403
    for _ in range(5):
        answer = get(client, "checkpoint", Authorization=basic("zhou", "wrong"))
        assert (answer.status_code, answer.json["code"]) == (401, "login_wrong")
    locked = get(client, "checkpoint", Authorization=basic("zhou", "wrong"))
    assert locked.json["code"] == "login_locked"
    assert len(site.payloads("identity.signin_failed.v1")) == 6
