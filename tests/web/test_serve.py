"""`pestle serve` as a process: it answers, is checked over HTTP, and ends cleanly when told to."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from handheld_support import Tablet, b64
from support import free_port

from sync.signing import Ed25519Signer

pytestmark = pytest.mark.slow
PESTLE = Path(sys.executable).parent / "pestle"


class Served:
    """A server process of its own with an administrator who has signed in."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {**os.environ, "PORT": str(self.port), "DATA": str(folder), "DATABASE_URL": database_url}
        self.errors = folder / "stderr.txt"
        folder.mkdir(parents=True, exist_ok=True)
        password = self.pestle("user", "add", "admin", "--name", "管理员", "--role", "admin")["password"]
        with self.errors.open("wb") as errors:
            command = [PESTLE, "serve", "--bind", "127.0.0.1"]
            self.process = subprocess.Popen(command, env=self.env, stderr=errors)
        self._wait()
        self.cookie = ""
        self.cookie = self._cookie("/api/session", {"login": "admin", "password": password})
        self.password = "a long enough pass phrase"
        self.cookie = self._cookie("/api/session/password", {"password": password, "new": self.password})

    def pestle(self, *words: str, expect: int = 0) -> Any:
        done = subprocess.run([PESTLE, *words, "--json"], env=self.env, capture_output=True, text=True)
        assert done.returncode == expect, done.stderr
        return json.loads(done.stdout)

    def _wait(self) -> None:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()
                return
            except (urllib.error.URLError, OSError):
                assert self.process.poll() is None, self.errors.read_text()
                time.sleep(0.1)
        raise AssertionError(self.errors.read_text())

    def _cookie(self, path: str, body: dict[str, str]) -> str:
        with urllib.request.urlopen(self._request(path, body), timeout=10) as answer:
            return str(answer.headers["Set-Cookie"]).partition(";")[0]

    def post(self, path: str, body: dict[str, str]) -> Any:
        with urllib.request.urlopen(self._request(path, body), timeout=10) as answer:
            return json.load(answer)

    def _request(self, path: str, body: dict[str, str]) -> urllib.request.Request:
        headers = {"Origin": self.url, "Content-Type": "application/json", "Cookie": self.cookie}
        return urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)

    def end(self) -> tuple[int, float]:
        """SIGTERM; the exit code, and after how many seconds."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30), time.monotonic() - start

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def served(database_url: str, tmp_path: Path) -> Iterator[Served]:
    made = Served(database_url, tmp_path / "data")
    yield made
    made.close()


@pytest.mark.urs("PLT-03", "PLT-04")
def test_the_running_server_is_verified_over_http(served: Served) -> None:
    answer = served.pestle("verify", served.url, "--full")
    assert answer["ok"]
    assert answer["size"] > 4
    exported = served.errors.parent / "export"
    assert served.pestle("log", "export", str(exported))["size"] >= answer["size"]
    policy = str(exported / "policy")
    again = served.pestle("verify", f"{served.url}/log", "--policy", policy)
    assert (again["ok"], again["policy"]) == (True, "given")
    assert served.pestle("verify", str(exported), "--full")["ok"]
    assert served.pestle("rebuild", "--check")["ok"]


@pytest.mark.urs("PLT-04")
def test_a_changed_export_is_found_with_exit_1(served: Served) -> None:
    exported = served.errors.parent / "export"
    served.pestle("log", "export", str(exported))
    [entries] = (exported / "tile" / "entries").rglob("*.p/*")
    data = bytearray(entries.read_bytes())
    data[data.index(b"P-0001")] = ord("Q")
    entries.write_bytes(bytes(data))
    answer = served.pestle("verify", str(exported), expect=1)
    assert (answer["ok"], answer["first_wrong"]) == (False, 1)


def enrolled(served: Served) -> Tablet:
    signer = Ed25519Signer.generate()
    code, key = served.pestle("device", "code", "tablet")["code"], b64(signer.public_key)
    body = {"code": code, "name": "T-01", "role": "tablet", "alg": signer.alg, "public_key": key}
    proof = b64(signer.sign(f"pestle/enrol/v1\n{code}\n{key}".encode()))
    device = served.post("/api/devices/enrol", {**body, "proof": proof})["device"]["id"]
    return Tablet(served.url, served.cookie, device, signer)


@pytest.mark.urs("PLT-09")
def test_sigterm_ends_it_within_seconds_though_a_tablet_is_connected(served: Served) -> None:
    tablet = enrolled(served).connect()
    assert tablet.ws is not None
    with closing(tablet.ws.sock), ThreadPoolExecutor() as pool:
        # As a browser does, which reads all the time and answers the closing at once.
        closed = pool.submit(tablet.closed)
        code, seconds = served.end()
        assert closed.result(10)
    assert code == 0, served.errors.read_text()
    assert seconds < 6
    assert "Traceback" not in served.errors.read_text()
    assert served.pestle("rebuild", "--check")["ok"]
