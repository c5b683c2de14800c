"""The built app as it is served: types, compressed forms, caching, and the page for every address of the app."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from plant import PlantUnderTest

from server.web import shell

PAGE = b"<!doctype html><title>Pestle</title>"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """One database is enough: the shell asks none."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    for name, data in {
        "index.html": PAGE,
        "sw.js": b"self.skipWaiting();",
        "manifest.webmanifest": b"{}",
        "assets/core-AbC123.wasm": b"\0asm",
        "assets/main-AbC123.js": b"export {};",
        "assets/main-AbC123.js.br": b"brotli bytes",
        "assets/main-AbC123.js.gz": gzip.compress(b"export {};"),
    }.items():
        (dist / name).write_bytes(data)
    monkeypatch.setattr(shell, "DIST", dist)
    site = PlantUnderTest(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    yield site.client()
    site.close()


@pytest.mark.urs("HMI-01")
def test_any_address_of_the_app_is_its_page(client: FlaskClient) -> None:
    for path in ("/", "/batches/B-1", "/lots/api-1/L1", "/index.html"):
        answer = client.get(path, buffered=True)
        assert (answer.status_code, answer.data, answer.mimetype) == (200, PAGE, "text/html")
        assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.urs("PLT-04")
def test_the_verifier_may_run_its_own_script_and_connect_nowhere(client: FlaskClient) -> None:
    (shell.DIST / "verifier.html").write_bytes(PAGE)
    answer = client.get("/verifier.html", buffered=True)
    policy = answer.headers["Content-Security-Policy"]
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert policy.startswith("default-src 'none'")
    assert "connect-src" not in policy
    assert "unsafe-inline" not in client.get("/", buffered=True).headers["Content-Security-Policy"]


@pytest.mark.urs("HMI-01")
def test_what_is_nobodys_below_the_servers_own_addresses_is_not_found(client: FlaskClient) -> None:
    for path in ("/api/nothing", "/log/nothing", "/assets/gone-AbC123.js", "/assets/../../etc/passwd"):
        answer = client.get(path, buffered=True)
        assert (answer.status_code, answer.json["code"]) == (404, "not_found"), path
    for path in ("/../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/pyproject.toml"):
        assert b"root:" not in client.get(path, buffered=True).data


@pytest.mark.urs("HMI-01")
def test_hashed_files_are_for_ever_others_are_asked_for_anew(client: FlaskClient) -> None:
    assert "immutable" in client.get("/assets/main-AbC123.js", buffered=True).headers["Cache-Control"]
    for path in ("/sw.js", "/manifest.webmanifest"):
        assert client.get(path, buffered=True).headers["Cache-Control"] == "no-cache"
    page = client.get("/", buffered=True)
    again = client.get("/", headers={"If-None-Match": page.headers["ETag"]}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.urs("HMI-01")
def test_the_smallest_form_that_the_client_takes(client: FlaskClient) -> None:
    for accepted, encoding in (("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)):
        answer = client.get("/assets/main-AbC123.js", headers={"Accept-Encoding": accepted}, buffered=True)
        assert answer.headers.get("Content-Encoding") == encoding, accepted
        assert answer.mimetype == "text/javascript"
        assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.urs("HMI-01")
def test_webassembly_has_its_type(client: FlaskClient) -> None:
    assert client.get("/assets/core-AbC123.wasm", buffered=True).mimetype == "application/wasm"


@pytest.mark.urs("HMI-01")
def test_without_a_build_it_says_so(client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "DIST", tmp_path / "none")
    assert client.get("/", buffered=True).status_code == 404
