"""A server process with nothing to slow its visitors down, somebody who sends it odd frames, and one who just works."""

import base64
import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path
from threading import Event, Thread
from typing import Any

from handheld_support import Site
from support import ROOT
from wire_cases import Case, Cases

from server.core.errors import CATALOGUE
from server.handheld.model import HELLO_DOMAIN
from server.simulate.line import Gone, Line
from sync.signing import Ed25519Signer
from sync.writer import now_text

SECONDS = 30.0
# How long an answer to an odd frame is waited for before it is asked whether there is one.
PATIENCE = (0.05, 2.0)
# The limits of one device and one address would end this within seconds; they have tests of their own. Here what gets
# past them is what counts.
_SERVE = """
from server.handheld.hub import limits
endless = limits.Rate(1e12, 1e12)
limits.FRAMES = limits.BYTES = limits.REFUSALS = endless
limits.HELLOS_PER_SOCKET = 10**9
from server.cli import main
main(["serve", "--bind", "127.0.0.1"])
"""


class Served:
    """The site's data, served by a process of its own on the site's port, which `site.stop()` has left."""

    def __init__(self, site: Site) -> None:
        config = site.config
        settings = {"DATA": str(config.data), "DATABASE_URL": config.database_url, "PORT": str(site.port)}
        command = [sys.executable, "-c", _SERVE]
        self._process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, start_new_session=True)
        stop = time.monotonic() + SECONDS
        while not _answers(site.url):
            assert time.monotonic() < stop, "the server did not come up"
            time.sleep(0.05)
        master = self._process.pid
        [self.worker] = map(int, Path(f"/proc/{master}/task/{master}/children").read_text().split())

    def status(self, name: str) -> int:
        """Of the process that serves: VmRSS in kB, or Threads."""
        for line in Path(f"/proc/{self.worker}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
        raise AssertionError(name)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/healthz", timeout=2):
            return True
    except OSError:
        return False


class Visitor:
    """One device's connection, opened again whenever the server has ended it."""

    def __init__(self, site: Site, device: str, signer: Ed25519Signer, doc: str) -> None:
        self._site, self._device, self._signer, self._doc = site, device, signer, doc
        self._line: Line | None = None
        self.ended = False

    def line(self) -> Line:
        if self._line is None:
            line = self._line = Line(self._site.url, self._site.cookie)
            nonce = self._expect("hello")["nonce"]
            actor = secrets.token_hex(16)
            proof = self._signer.sign(HELLO_DOMAIN + f"{nonce}\n{actor}\n{self._device}".encode())
            line.send(json.dumps(self._hello(actor, proof)))
            self._expect("welcome")
        return self._line

    def next(self, seconds: float) -> dict[str, Any] | None:
        """The next frame, None when none comes for so long; Gone at the end."""
        assert self._line is not None
        try:
            text = self._line.receive(seconds)
        except Gone:
            self.ended = True
            raise
        return None if text is None else json.loads(text)

    def _expect(self, kind: str) -> dict[str, Any]:
        frame = self.next(SECONDS)
        assert frame is not None, "the server says nothing"
        assert frame["t"] == kind, frame
        return frame

    def drop(self) -> None:
        if self._line is not None:
            self._line.drop()
        self._line, self.ended = None, False

    def _hello(self, actor: str, proof: bytes) -> dict[str, Any]:
        return {
            "t": "hello",
            "v": 1,
            "device": self._device,
            "actor": actor,
            "proof": base64.b64encode(proof).decode(),
            "wall": now_text(time.time_ns() // 1_000_000),
            "offset": 480,
            "mono": 1,
            "boot": "fuzz",
            "head": {"seq": 0, "hash": "0" * 64},
            # What there is already is not asked for: it would be sent again with each new connection.
            "docs": {},
        }


class Fuzzer:
    """Sends cases one after the other and remembers what became of each. `wrong` holds what may not happen."""

    def __init__(self, visitor: Visitor, cases: Cases) -> None:
        self._visitor, self._cases = visitor, cases
        self.answers: Counter[str] = Counter()
        self.refused: set[str] = set()
        self.wrong: list[str] = []
        self._pings = 10**6

    def run(self, count: int) -> None:
        try:
            for _ in range(count):
                self._try(self._cases.next())
        finally:
            self._visitor.drop()

    def _try(self, case: Case) -> None:
        """Once more, and patiently, where the connection went without a word: what the server still said is lost when
        we have sent something that it never read."""
        for patience in PATIENCE:
            try:
                answer = self._send(case, patience)
                break
            except Gone as error:
                answer = repr(error)
            except Exception as error:
                answer = repr(error)
                break
            finally:
                if self._visitor.ended:
                    self._visitor.drop()
        self._note(case, answer)

    def _note(self, case: Case, answer: str) -> None:
        what, _, code = answer.partition(" ")
        self.answers[f"{case.kind}: {answer}"] += 1
        if what not in ("nothing", "accepted", "refused", "ended") or (code and code not in CATALOGUE):
            self.wrong.append(f"{answer} after {case.text[:2000]}")
        elif code == "internal":
            self.wrong.append(f"the server broke at {case.text[:2000]}")
        elif what == "refused":
            changes = json.loads(case.text)["changes"]
            self.refused.add(_sha256(b"".join(map(base64.b64decode, changes))))
        elif code in ("frame_malformed", "frame_too_large") and '"t": "hello"' not in case.text:
            # A second greeting that is right as it stands is no bytes that anybody would miss.
            self.refused.add(_sha256(case.text.encode()))

    def _send(self, case: Case, patience: float) -> str:
        """`nothing`, `accepted`, `refused <code>`, or `ended <code>`."""
        line = self._visitor.line()
        self._pings += 1
        line.send(case.text)
        asked = False
        while True:
            frame = self._visitor.next(SECONDS if asked else patience)
            match frame:
                case None:
                    # Not every frame has an answer, but this one has.
                    assert not asked, "the server says nothing"
                    line.send(json.dumps({"t": "ping", "n": self._pings}))
                    asked = True
                case {"t": "ack"}:
                    return "accepted"
                case {"t": "refused", "code": code}:
                    return f"refused {code}"
                case {"t": "error", "code": code}:
                    self._visitor.ended = True
                    return f"ended {code}"
                case {"t": "pong", "n": self._pings}:
                    return "nothing"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Worker:
    """A good tablet: one entry after the other, each acknowledged; how long each took, in seconds."""

    def __init__(self, site: Site, batch: str) -> None:
        self._tablet = site.tablets[0]
        self._batch, self._stop = batch, Event()
        self.took: list[float] = []
        self.written: list[str] = []
        self.failed: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._tablet.connect()
        self._tablet.wait_for_document(self._batch)
        self._thread.start()

    def work_on(self) -> None:
        """Some more, now that the others are done."""
        target, stop = len(self.took) + 3, time.monotonic() + SECONDS
        while len(self.took) < target and self.failed is None:
            assert time.monotonic() < stop, "the good tablet is stuck"
            time.sleep(0.05)

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._tablet.drop()
        if self.failed is not None:
            raise self.failed

    def _run(self) -> None:
        try:
            while not self._stop.wait(0.2):
                self.work()
        except BaseException as error:
            self.failed = error

    def work(self) -> None:
        tablet, begin = self._tablet, time.monotonic()
        payload = {"phase": None, "text": f"good {len(self.took)}"}
        about = {"actor": "P-1", "lease": tablet.leases[self._batch], "subject": "batch/remark"}
        envelope = tablet.write(self._batch, "production.remark_added.v1", payload, **about)
        tablet.deliver(self._batch, envelope)
        self.took.append(time.monotonic() - begin)
        self.written.append(envelope.head.id)
