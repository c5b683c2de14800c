"""The audit of dependencies, with the real tools against services of advisories of the test's own."""

import gzip
import importlib.util
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from support import ROOT, free_port

pytestmark = [pytest.mark.urs("OPS-05"), pytest.mark.slow]
_spec = importlib.util.spec_from_file_location("pestle_audit", ROOT / "scripts" / "audit.py")
assert _spec is not None
assert _spec.loader is not None
audit: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(audit)

FLASK = {
    "id": "TEST-2026-1",
    "modified": "2026-01-01T00:00:00Z",
    "published": "2026-01-01T00:00:00Z",
    "summary": "A flaw of the test's own",
    "details": "",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "flask"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
        }
    ],
}
SVELTE = {
    "id": 1,
    "url": "https://advisories.example/1",
    "title": "A flaw of the test's own",
    "severity": "high",
    "vulnerable_versions": ">=0.0.0",
    "cwe": [],
    "cvss": {"score": 0, "vectorString": None},
}


class Advisories(BaseHTTPRequestHandler):
    """OSV's `query`, and npm's bulk advisories."""

    known = False

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        asked = json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
        self.answer(self.npm() if "/npm/" in self.path else self.osv(asked))

    def npm(self) -> dict[str, Any]:
        return {"svelte": [SVELTE]} if self.known else {}

    def osv(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"vulns": [FLASK]} if self.known and asked["package"]["name"] == "flask" else {}

    def do_GET(self) -> None:
        self.send_error(404)

    def answer(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(params=[False, True], ids=["clean", "known"])
def service(request: pytest.FixtureRequest) -> Iterator[tuple[str, bool]]:
    handler = type("Here", (Advisories,), {"known": request.param})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", request.param
    server.shutdown()
    server.server_close()


def test_python(service: tuple[str, bool]) -> None:
    url, known = service
    found = audit.audit_python(f"{url}/v1/query")
    assert found is not None
    assert [line.split()[0] for line in found] == (["flask"] if known else [])
    assert audit.report({"Python": found}) == (1 if known else 0)


def test_javascript(service: tuple[str, bool]) -> None:
    url, known = service
    found = audit.audit_javascript(f"{url}/")
    assert found is not None
    assert any(line.startswith("svelte") for line in found) is known
    assert audit.report({"JavaScript": found}) == (1 if known else 0)


def test_who_cannot_ask_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    found = {"Python": audit.audit_python(nobody), "JavaScript": audit.audit_javascript(nobody)}
    assert found == {"Python": None, "JavaScript": None}
    assert audit.report(found) == 0
    assert capsys.readouterr().err.count("NOT AUDITED") == 2
