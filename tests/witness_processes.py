"""A site and its witnesses as real processes that talk over HTTP."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from support import ROOT, free_port

from server.core.config import Config
from server.identity import accounts
from server.plant import open_plant

PASSWORD = "correct horse battery"


def pestle(*words: str, environment: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """Exit code and answer of a command."""
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "--json", *words],
        env={"PATH": os.environ["PATH"], **(environment or {})},
        cwd=ROOT,
        capture_output=True,
        timeout=120,
    )
    assert done.stdout, done.stderr.decode()
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def wait_for(what: Callable[[], Any], seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come to pass")


def get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError:
        return 0, b""


class Process:
    """A command that runs until it is ended, with its output in a file."""

    def __init__(self, folder: Path, name: str, words: list[str], environment: dict[str, str]) -> None:
        self.output = folder / f"{name}.out"
        with self.output.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "server.cli", *words],
                env={"PATH": os.environ["PATH"], **environment},
                cwd=ROOT,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def end(self, number: int = signal.SIGTERM) -> int:
        """A kill takes the server's worker too, which would go on for a while."""
        if number == signal.SIGKILL:
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)
        return self._process.wait(30)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def text(self) -> str:
        return self.output.read_text("utf-8", "replace")


class SiteProcess:
    """`pestle serve` on a port of its own, with a person of QA whose password is known."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder, self.port = folder, free_port()
        self.data = folder / "data"
        self.environment = {"DATA": str(self.data), "PORT": str(self.port), "DATABASE_URL": database_url}
        self.url = f"http://127.0.0.1:{self.port}"
        plant = open_plant(Config(self.data, database_url))
        person = accounts.add_person(plant, "li", "李琳", "Li Lin", ["qa"])
        accounts.set_password(plant, person.id, PASSWORD)
        plant.close()
        self._process: Process | None = None

    def start(self) -> None:
        self._process = Process(self.folder, "site", ["serve", "--bind", "127.0.0.1"], self.environment)
        wait_for(lambda: get(f"{self.url}/healthz")[0] == 200)

    def lose(self, data: Path, database_url: str) -> None:
        """Another machine with nothing on it, at the same address."""
        self.data = data
        self.environment |= {"DATA": str(data), "DATABASE_URL": database_url}

    def end(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None and self._process.alive:
            self._process.end(number)

    def run(self, *words: str) -> tuple[int, dict[str, Any]]:
        return pestle(*words, environment=self.environment)

    def policy(self, path: Path) -> Path:
        path.write_bytes(get(f"{self.url}/log/policy")[1])
        return path

    def grow(self) -> None:
        """A wrong password is an entry."""
        self._post("/api/session", {"login": "nobody", "password": "wrong"})

    def state(self) -> dict[str, Any]:
        """What `/api/log/state` tells somebody who is signed in."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._post("/api/session", {"login": "li", "password": PASSWORD}, opener)
        with opener.open(f"{self.url}/api/log/state", timeout=10) as response:
            answer: dict[str, Any] = json.load(response)
        return answer

    def _post(self, path: str, value: dict[str, Any], opener: Any = None) -> None:
        headers = {"Content-Type": "application/json", "Origin": self.url}
        request = urllib.request.Request(self.url + path, json.dumps(value).encode(), headers)
        try:
            (opener or urllib.request.build_opener()).open(request, timeout=10).close()
        except urllib.error.HTTPError as error:
            error.close()


class WitnessProcess:
    """`pestle witness serve` with a folder of its own."""

    def __init__(self, folder: Path, name: str, site: SiteProcess, policy: Path) -> None:
        self.folder, self.name, self.port = folder / name, name, free_port()
        self._files = folder
        secret = folder / f"{name}.password"
        secret.write_text(f"{PASSWORD}\n")
        secret.chmod(0o600)
        code, answer = pestle(
            "witness",
            "init",
            *("--folder", str(self.folder), "--policy", str(policy), "--url", site.url),
            *("--login", "li", "--password-file", str(secret), "--name", f"{name}.example/w"),
        )
        assert code == 0, answer
        self.vkey: str = answer["vkey"]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: Process | None = None

    def start(self) -> None:
        words = ["witness", "serve", "--folder", str(self.folder), "--bind", "127.0.0.1", "--port", str(self.port)]
        self._process = Process(self._files, self.name, words, {})
        wait_for(lambda: get(self.url)[0] == 200)

    def end(self, number: int = signal.SIGTERM) -> int:
        return self._process.end(number) if self._process is not None and self._process.alive else 0

    @property
    def text(self) -> str:
        return "" if self._process is None else self._process.text

    def status(self) -> tuple[int, dict[str, Any]]:
        return pestle("witness", "status", "--folder", str(self.folder))
