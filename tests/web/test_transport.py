"""What a browser is told about the connection and the page, and how much one client may ask."""

import re
import time

import pytest
from flask import Flask
from plant import PASSWORD, PlantUnderTest

from server.core.limits import Rate
from server.web import guard, pace

pytestmark = pytest.mark.urs("OPS-05")
SECURE = "https://localhost"


def test_over_tls_the_session_is_bound_to_this_host_and_tls_to_the_browser(
    site: PlantUnderTest,
) -> None:
    site.arm("li", "password")
    client = site.client()
    body = {"login": "li", "password": PASSWORD}
    answer = client.post("/api/session", json=body, base_url=SECURE, headers={"Origin": SECURE})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Strict-Transport-Security"] == guard.TRANSPORT
    # Beside it only by what the browser is known, which opens nothing.
    session, known = sorted(answer.headers.getlist("Set-Cookie"), reverse=True)
    assert session.startswith("__Host-pestle_session=")
    assert known.startswith("__Host-pestle_browser=")
    for cookie in (session, known):
        parts = {part.strip() for part in cookie.split(";")[1:]}
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= parts
        assert not any(part.startswith("Domain") for part in parts)
    assert client.get("/api/session", base_url=SECURE).status_code == 200
    gone = client.delete("/api/session", base_url=SECURE, headers={"Origin": SECURE})
    assert gone.headers["Set-Cookie"].startswith("__Host-pestle_session=;")


def test_a_cookie_that_plain_http_has_set_opens_nothing_over_tls(site: PlantUnderTest) -> None:
    client = site.client("li")
    found = client.get_cookie("pestle_session")
    assert found is not None
    other = site.client()
    other.set_cookie("pestle_session", found.value)
    assert other.get("/api/session", base_url=SECURE).status_code == 401
    other.set_cookie("__Host-pestle_session", found.value)
    assert other.get("/api/session", base_url=SECURE).status_code == 200
    assert "Strict-Transport-Security" not in client.get("/healthz").headers


def test_the_policy_lets_nothing_out_and_nothing_in(site: PlantUnderTest) -> None:
    policy = site.client().get("/", buffered=True).headers["Content-Security-Policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    assert rules["connect-src"] == ["'self'"]
    assert rules["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert rules["style-src"] == ["'self'"]
    for name in ("object-src", "base-uri", "frame-ancestors"):
        assert rules[name] == ["'none'"]
    assert not re.search(r"\bws{1,2}:|https?:|\*", policy)


@pytest.fixture
def paced(site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch) -> PlantUnderTest:
    registered = pace.register

    def slow(app: Flask) -> None:
        # Nothing comes back while a test runs.
        registered(app, Rate(40, 1e-6), Rate(200, 1e-6))

    monkeypatch.setattr(pace, "register", slow)
    return site


def test_a_page_gone_wild_is_stopped_and_others_are_not(paced: PlantUnderTest) -> None:
    wild, other = paced.client("li"), paced.client("wang")
    answers = [wild.get("/api/session") for _ in range(60)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 20
    assert refused[0].json["code"] == "requests_too_many"
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert other.get("/api/session").status_code == 200
    assert wild.get("/healthz").status_code == 200


def test_made_up_cookies_do_not_get_round_the_limit_of_an_address(paced: PlantUnderTest) -> None:
    client = paced.client()
    codes = []
    for number in range(240):
        client.set_cookie("pestle_session", f"made-up-{number}")
        codes.append(client.get("/api/session").status_code)
    assert codes.count(401) == 200
    assert codes.count(429) == 40
    elsewhere = client.get("/api/session", environ_overrides={"REMOTE_ADDR": "10.1.1.1"})
    assert elsewhere.status_code == 401


def test_nobody_is_flooded_with_mail_by_trial_alerts(site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    client, now = site.client("li"), time.monotonic()
    monkeypatch.setattr("server.core.limits.monotonic", lambda: now)
    codes = [client.post("/api/alerts/trial", json={}).status_code for _ in range(15)]
    assert 5 <= codes.count(200) <= 10
    assert codes[-1] == 429


def test_what_costs_seconds_counts_for_more(paced: PlantUnderTest) -> None:
    client = paced.client("li")
    assert set(pace.COSTS) <= set(client.application.view_functions)
    assert client.get("/api/batches/none/dossier").status_code == 429
    assert client.get("/api/batches/none/review").status_code == 404
