"""The publisher of a process: at once, about once a second, with witnesses that answer, fail, or are too slow."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from plant import PlantUnderTest

from server.core import witnessing
from server.core.kinds import Fact, Registry
from server.core.publisher import Publisher
from server.plant import ROOMS
from server.witness.folder import Folder, Settings
from server.witness.http import Server
from server.witness.watch import Watch
from sync import note
from sync.checkpoint import Checkpoint
from sync.errors import SyncError
from sync.log import publication
from sync.log.export import reader
from sync.verify.readers import Reader

pytestmark = pytest.mark.urs("PLT-18", "PLT-17")


class Witnessed:
    """A plant and a witness of it behind real HTTP, in one process; `away` has the witness not answer."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.site = PlantUnderTest(database_url, folder)
        with self.site.reading() as connection:
            policy = publication.policy(connection, self.site.plant.log).encode()
        self.folder = Folder.make(folder / "witness", policy, Settings("qa.example/w", "http://127.0.0.1:9"))
        self.watch = Watch(self.folder, Registry(ROOMS), self.read(), say=lambda _: None)
        self.server: Server | None = None
        self.port = 0
        self.back()
        payload = {"name": "qa", "vkey": self.folder.keys[0].encode(), "url": f"http://127.0.0.1:{self.port}"}
        self.site.state(publication.WITNESS_ADDED, "site", payload)

    def read(self) -> Reader:
        def read(path: str) -> bytes | None:
            with self.site.reading() as connection:
                log = self.site.plant.log
                return reader(connection, log, b"", log.policy)(path)

        return read

    def away(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def back(self) -> None:
        self.server = Server(self.watch, "127.0.0.1", self.port)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def grow(self) -> int:
        """The size of the log after one more entry."""
        index: int = self.site.state("identity.signin_failed.v1", "site", {"login": "?", "address": "::1"}).index
        return index + 1

    def close(self) -> None:
        self.away()
        self.site.close()
        self.folder.close()


@pytest.fixture
def pair(database_url: str, tmp_path: Path) -> Iterator[Witnessed]:
    made = Witnessed(database_url, tmp_path)
    yield made
    made.close()


def size_of(signed: bytes) -> int:
    return Checkpoint.parse(note.split(signed)[0]).size


def wait_for(what: Any, seconds: float = 15) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come to pass")


def test_now_publishes_all_that_is_in_the_log(pair: Witnessed) -> None:
    publisher = pair.site.plant.publisher
    for _ in range(2):
        size = pair.grow()
        assert size_of(publisher.now()) == size
        assert size_of(publisher.now()) == size
    [state] = publisher.states()
    assert (state.size, state.code) == (size, None)


def test_without_its_witness_the_one_before_stays_published(pair: Witnessed) -> None:
    publisher = pair.site.plant.publisher
    before = publisher.now()
    pair.away()
    size = pair.grow()
    with pytest.raises(SyncError, match="quorum_missing"):
        publisher.now()
    with pair.site.reading() as connection:
        assert publication.published(connection, pair.site.plant.log) == before
    [state] = publisher.states()
    assert state.code == "witness_unreachable"
    assert state.since is not None
    pair.back()
    assert size_of(publisher.now()) == size
    assert publisher.states()[0].code is None


def test_a_thread_publishes_what_grows_and_comes_back_by_itself(
    pair: Witnessed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Publisher, "SECONDS", 0.1)
    publisher, told = pair.site.plant.publisher, list[int]()
    publisher.subscribe(lambda signed: told.append(size_of(signed)))
    publisher.start()
    size = pair.grow()
    wait_for(lambda: told and told[-1] == size)
    pair.away()
    size = pair.grow()
    wait_for(lambda: publisher.states()[0].code == "witness_unreachable")
    pair.back()
    wait_for(lambda: told[-1] == size)
    assert told == sorted(set(told))


def test_the_door_does_not_wait_for_a_witness(pair: Witnessed, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, go = threading.Event(), threading.Event()
    add = Watch.add_checkpoint

    def slow(self: Watch, body: bytes) -> bytes:
        asked.set()
        go.wait(20)
        return add(self, body)

    monkeypatch.setattr(Watch, "add_checkpoint", slow)
    pair.site.plant.publisher.start()
    assert asked.wait(10)
    start = time.monotonic()
    for _ in range(5):
        pair.grow()
    assert time.monotonic() - start < 5
    go.set()


def test_two_processes_that_publish_at_once_agree(pair: Witnessed) -> None:
    """Each has a publisher of its own; on PostgreSQL both may keep the lines of one checkpoint."""
    plant = pair.site.plant
    others = [plant.publisher, Publisher(plant.engine, plant.log), Publisher(plant.engine, plant.log)]
    for _ in range(3):
        size = pair.grow()
        with ThreadPoolExecutor(len(others)) as pool:
            found = [size_of(signed) for signed in pool.map(Publisher.now, others)]
        assert found == [size] * 3


def test_a_restart_of_the_site_goes_on_where_the_witness_stands(pair: Witnessed) -> None:
    pair.site.plant.publisher.now()
    pair.site.reopen()
    size = pair.grow()
    assert size_of(pair.site.plant.publisher.now()) == size


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "two words"},
        {"name": "none"},
        {"vkey": "x"},
        {"url": "ftp://a"},
        {"url": "http:///x"},
    ],
)
def test_a_witness_that_makes_no_sense_is_refused(pair: Witnessed, changes: dict[str, str]) -> None:
    from server.core.errors import PestleError
    from sync.signing import MLDSA44Signer

    key = note.vkey("lab.example/w", MLDSA44Signer.generate().public_key, 6)
    payload = {"name": "lab", "vkey": key, "url": "http://127.0.0.1:1"} | changes
    with pytest.raises(PestleError, match="witness_wrong"):
        pair.site.plant.recorder.state(Fact(publication.WITNESS_ADDED, "site", payload))
    again = {"name": "lab", "vkey": pair.folder.keys[0].encode(), "url": "http://127.0.0.1:1"}
    with pytest.raises(PestleError, match="witness_known"):
        pair.site.plant.recorder.state(Fact(publication.WITNESS_ADDED, "site", again))
    with pytest.raises(PestleError, match="witness_unknown"):
        pair.site.plant.recorder.state(Fact(publication.WITNESS_REMOVED, "site", {"name": "lab", "reason": "x"}))


def test_a_witness_that_answers_byte_by_byte_holds_nobody_up(pair: Witnessed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, the answer never ends."""
    monkeypatch.setattr(witnessing, "WHOLE_SECONDS", 0.5)
    pair.away()
    end = threading.Event()

    def drip(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
        while not end.wait(0.1):
            client.sendall(b"x")
        client.close()

    with socket.create_server(("127.0.0.1", pair.port)) as listener:
        thread = threading.Thread(target=lambda: drip(listener.accept()[0]))
        thread.start()
        size = pair.grow()
        for _ in range(2):
            begin = time.monotonic()
            with pytest.raises(SyncError, match="quorum_missing"):
                pair.site.plant.publisher.now()
            assert time.monotonic() - begin < 5
        [state] = pair.site.plant.publisher.states()
        assert state.code == "witness_unreachable"
        end.set()
        thread.join()
    pair.back()
    # The asking that was given up must have seen its end.
    wait_for(lambda: all(thread.name != "witness-answer" for thread in threading.enumerate()))
    assert size_of(pair.site.plant.publisher.now()) == size
