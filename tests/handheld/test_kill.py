"""The served process is killed without warning, again and again, while a tablet delivers: nothing lost or doubled."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
from handheld_support import Site, Tablet
from support import ROOT
from websocket import WebSocketException

from sync.entry import Envelope
from sync.log import reading

BATCH = "B-1"
ENTRIES = 120
REMARK = "production.remark_added.v1"


class Served:
    """`pestle serve` as a process of its own, on the port of the site whose data it takes over."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._process: subprocess.Popen[bytes] | None = None

    def up(self) -> None:
        config = self._site.config
        settings = {"DATA": str(config.data), "DATABASE_URL": config.database_url, "PORT": str(self._site.port)}
        command = [sys.executable, "-m", "server.cli", "serve", "--bind", "127.0.0.1"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, start_new_session=True)
        stop = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < stop, "the server did not come up"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self._site.url + "/healthz", timeout=2):
                return True
        except OSError:
            return False

    def kill(self) -> None:
        """Master and worker, as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
            # The worker is nobody's child now, and may hold the port for a moment longer.
            while self._listens():
                time.sleep(0.01)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._site.port)) == 0


@pytest.fixture
def served(site: Site) -> Iterator[Served]:
    made = Served(site)
    yield made
    made.kill()


@pytest.mark.slow
@pytest.mark.urs("PLT-09")
def test_killing_the_server_loses_and_doubles_nothing(site: Site, served: Served) -> None:
    tablet = site.tablet("T-1", BATCH)
    site.stop()
    served.up()
    reconnect(tablet)
    tablet.wait_for_document(BATCH)
    written = [remark(tablet, number) for number in range(ENTRIES)]
    deliver(tablet, written, served)
    for entry in written:
        assert tablet.receipt(BATCH, entry)["verdict"] == "accepted"
    served.kill()
    site.start()
    with site.plant.engine.connect() as connection:
        recorded = [entry.envelope.body["text"] for entry in reading.of_kind(connection, REMARK)]
    assert recorded == [str(number) for number in range(ENTRIES)]


def remark(tablet: Tablet, number: int) -> Envelope:
    payload = {"phase": None, "text": str(number)}
    lease = tablet.leases[BATCH]
    return tablet.write(BATCH, REMARK, payload, actor="P-1", lease=lease, subject="batch/remark")


def deliver(tablet: Tablet, written: list[Envelope], served: Served) -> None:
    """One entry after the other, as a tablet does that pushes again whatever was not acknowledged."""
    changes = {entry.head.id: tablet.put(BATCH, entry) for entry in written}
    waiting = list(changes.values())
    kills = 0
    while waiting:
        try:
            number = tablet.push(BATCH, waiting[0])
            if len(waiting) % 30 == 15 and kills < 4:
                # Somewhere between receiving, storing, acknowledging and recording it.
                kills += 1
                time.sleep(0.002 * kills)
                served.kill()
                served.up()
                raise ConnectionError
            tablet.expect("ack", id=number)
            waiting.pop(0)
        except (OSError, EOFError, WebSocketException):
            reconnect(tablet)
    assert kills == 4


def reconnect(tablet: Tablet) -> None:
    tablet.drop()
    tablet.connect()
