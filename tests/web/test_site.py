"""What every answer of the site goes through: headers, origin, problems, size, health, the description of the API."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from plant import ORIGIN, PlantUnderTest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from server.app import BLUEPRINTS
from server.web import guard, shell

JSON = "application/json"
RUBBISH = {
    "nothing": b"",
    "no object": b"[1, 2]",
    "brackets": b"[" * 60_000 + b"]" * 60_000,
    "objects": b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
    "digits": b'{"login":' + b"9" * 6_000 + b"}",
    "nan": b'{"login":"a","password":NaN}',
    "half a character": rb'{"login":"\ud800","password":"b"}',
    "nul in a name": rb'{"login":"a","password":"b","\u0000":1}',
    "nul": rb'{"login":"a\u0000","password":"b"}',
    "no utf-8": b'{"login":"\xff","password":"b"}',
    "utf-16": '{"login":"a","password":"b"}'.encode("utf-16"),
}


@pytest.mark.urs("OPS-05")
def test_every_answer_carries_the_policy_and_its_companions(site: PlantUnderTest) -> None:
    client = site.client()
    for path in ("/healthz", "/api/site", "/api/nothing", "/log/checkpoint", "/anything"):
        headers = client.get(path, buffered=True).headers
        for name, value in guard.HEADERS.items():
            assert headers[name] == value, path
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.urs("OPS-05")
def test_a_request_that_changes_something_needs_our_own_origin(site: PlantUnderTest) -> None:
    client = site.client("li")
    for origin in ("https://evil.example", "null", "", f"{ORIGIN}/", f"{ORIGIN}:81", None):
        client.environ_base.pop("HTTP_ORIGIN", None)
        headers = {} if origin is None else {"Origin": origin}
        answer = client.delete("/api/session", headers=headers)
        assert answer.status_code == 403, origin
        assert answer.json["code"] == "origin_foreign"
    assert client.get("/api/session").status_code == 200
    assert client.delete("/api/session", headers={"Origin": ORIGIN}).status_code == 204
    assert client.get("/api/session").status_code == 401


@pytest.mark.urs("OPS-06")
def test_problems_have_one_shape(site: PlantUnderTest) -> None:
    client = site.client()
    asked = {
        "not_found": client.get("/api/nothing"),
        "method_wrong": client.put("/api/session", json={}),
        "session_missing": client.get("/api/devices"),
        "request_malformed": client.post("/api/session", json={"login": 5}),
        "request_too_large": client.post("/api/session", data=b" " * (guard.MAX_REQUEST + 1), content_type=JSON),
    }
    for code, answer in asked.items():
        body = answer.json
        assert body["code"] == code
        assert set(body) == {"code", "what", "kept", "next", "details"}
        assert all(body[part]["en"] and body[part]["zh"] for part in ("what", "kept", "next"))
        assert answer.headers["Cache-Control"] == "no-store"
    assert asked["request_malformed"].json["details"]["json"].keys() == {"login", "password"}
    assert "不" in asked["not_found"].text or "没有" in asked["not_found"].text


@pytest.mark.urs("INT-01")
def test_broken_json_is_a_malformed_request(site: PlantUnderTest) -> None:
    answer = site.client().post("/api/session", data=b"{", content_type=JSON)
    assert (answer.status_code, answer.json["code"]) == (422, "request_malformed")


@pytest.mark.urs("INT-01", "OPS-05")
@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_is_a_malformed_request_and_no_fault_of_the_server(site: PlantUnderTest, name: str) -> None:
    client = site.client()
    for path in ("/api/session", "/api/devices/enrol", "/api/bridge/records", "/api/bridge/live"):
        answer = client.post(path, data=RUBBISH[name], content_type=JSON)
        assert (answer.status_code, answer.json["code"]) == (422, "request_malformed"), path


@pytest.mark.urs("INT-01")
@pytest.mark.parametrize("path", ["batches?offset={n}", "lots?offset={n}", "log?before={n}", "log/{n}"])
def test_no_number_is_too_large_to_be_asked_for(site: PlantUnderTest, path: str) -> None:
    client = site.client("li")
    assert client.get("/api/" + path.format(n=2**53 - 1)).status_code in (200, 404)
    for n in (2**53, 2**64, 10**30):
        assert client.get("/api/" + path.format(n=n)).status_code in (404, 422), n


@pytest.mark.urs("OPS-04")
def test_what_goes_wrong_inside_is_logged_as_json_and_not_told(
    site: PlantUnderTest, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = site.client()
    monkeypatch.delitem(client.application.extensions, "pestle")
    answer = client.get("/api/site")
    assert (answer.status_code, answer.json["code"], answer.json["details"]) == (500, "internal", {})
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "internal"
    assert line["request"] == "GET /api/site"
    assert "KeyError" in line["traceback"]


@pytest.mark.urs("OPS-04", "OPS-06")
@pytest.mark.parametrize("error", [OperationalError("COMMIT", {}, Exception("disk I/O error")), OSError(28, "full")])
def test_a_full_disk_is_told_as_what_it_is(
    site: PlantUnderTest, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    client = site.client()

    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(type(site.plant), "site", fail)
    answer = client.get("/api/site")
    assert (answer.status_code, answer.json["code"]) == (503, "storage_unavailable")
    assert json.loads(capsys.readouterr().err)["event"] == "storage_unavailable"


@pytest.mark.urs("OPS-04")
def test_health_and_metrics(site: PlantUnderTest) -> None:
    client = site.client()
    assert client.get("/healthz").text == "ok\n"
    client.get("/api/nothing")
    with site.reading() as connection:
        size = site.plant.log.head(connection).size
    lines = client.get("/metrics").text.splitlines()
    assert f"pestle_log_size {size}" in lines
    assert 'pestle_requests_total{status="200"} 1' in lines
    assert 'pestle_requests_total{status="404"} 1' in lines
    assert any(line.startswith("pestle_log_checkpoint_timestamp_seconds ") for line in lines)


@pytest.mark.urs("INT-01")
def test_without_its_database_it_is_not_healthy(site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    client = site.client()

    def fail(*_: Any) -> Any:
        raise OSError("the database is gone")

    monkeypatch.setattr(type(site.plant.engine), "connect", fail)
    assert client.get("/healthz").status_code == 503


@pytest.mark.urs("INT-01", "HMI-05")
def test_a_database_that_takes_no_writes_is_not_healthy_and_is_again_afterwards(
    site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.web.health._FRESH_SECONDS", 0.0)
    client, engine = site.client(), site.plant.engine
    with site.reading() as connection:
        size = site.plant.log.head(connection).size
    assert client.get("/healthz").text == "ok\n"
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE held RENAME TO held_away"))
    failing = client.get("/healthz")
    assert failing.status_code == 503
    assert failing.text.startswith("failing 20")
    assert client.get("/api/site").status_code == 200
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE held_away RENAME TO held"))
    assert client.get("/healthz").text == "ok\n"
    with site.reading() as connection:
        assert site.plant.log.head(connection).size == size


@pytest.mark.urs("INT-01")
def test_the_api_describes_itself_in_openapi_3_1(site: PlantUnderTest) -> None:
    client = site.client()
    described = client.get("/api/openapi.json").json
    assert described["openapi"] == "3.1.0"
    assert described["info"]["title"]
    served = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.rule != "/api/openapi.json"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert {
        (path, method) for path, item in described["paths"].items() for method in item if method != "parameters"
    } == {(path.replace("{path:", "{").replace("{int:", "{"), method) for path, method in served}
    for path, item in described["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                assert operation["responses"], (path, method)
                assert operation.get("summary"), (path, method)
    for reference in references(described):
        place = described
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


@pytest.mark.urs("INT-01")
def test_the_shell_comes_last() -> None:
    assert BLUEPRINTS[-1] is shell.blueprint
