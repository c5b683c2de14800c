"""The server's threads: as many as there is work, none that a slow client could hold, and they end when it is over."""

import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import pytest

from server.commands import gunicorn
from server.commands.gunicorn import Threads
from server.simulate.own import Own


def serving() -> int:
    return sum(thread.name.startswith("serve-") for thread in threading.enumerate())


def wait(count: int) -> None:
    stop = time.monotonic() + 10
    while serving() != count:
        assert time.monotonic() < stop, serving()
        time.sleep(0.01)


@pytest.mark.urs("PLT-09")
def test_threads_are_made_for_work_and_end_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gunicorn, "IDLE_SECONDS", 0.2)
    threads, go = Threads(50), Event()
    tasks = [threads.submit(go.wait, 10) for _ in range(50)]
    wait(50)
    # One more waits for its turn.
    late = threads.submit(lambda: "late")
    assert not late.done()
    go.set()
    assert late.result(10) == "late"
    assert all(task.result(10) for task in tasks)
    wait(0)
    assert threads.submit(lambda: "again").result(10) == "again"
    threads.shutdown()
    wait(0)


@pytest.mark.urs("PLT-09")
def test_one_thread_does_one_task_after_the_other_and_survives_what_goes_wrong() -> None:
    threads = Threads(5)
    try:
        for number in range(20):
            assert threads.submit(lambda n=number: n).result(10) == number
            wait(1)
            time.sleep(0.01)
        failed = threads.submit(lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            failed.result(10)
        assert threads.submit(lambda: 1).result(10) == 1
    finally:
        threads.shutdown()
        wait(0)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Own]:
    with Own(tmp_path, f"sqlite:///{tmp_path}/pestle.db", 1) as own:
        yield own


def trickle(place: tuple[str, int], head: bytes, seconds: float, ended: list[float]) -> None:
    """Send the head, then a byte of something that never ends every half second, until the server hangs up."""
    begun = time.monotonic()
    with socket.create_connection(place, timeout=10) as slow:
        slow.sendall(head)
        slow.settimeout(0.5)
        while time.monotonic() - begun < seconds:
            try:
                slow.sendall(b"x")
                if not slow.recv(100):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            return
    ended.append(time.monotonic() - begun)


@pytest.mark.slow
@pytest.mark.urs("OPS-05")
def test_a_request_that_trickles_in_holds_no_thread_for_long(served: Own) -> None:
    place = ("127.0.0.1", int(served.url.rpartition(":")[2]))
    heads = [
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ",
        b"POST /api/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n{",
    ]
    ended: list[float] = []
    slow = [
        threading.Thread(target=trickle, args=(place, head, 3 * gunicorn.REQUEST_SECONDS, ended))
        for head in heads
        for _ in range(10)
    ]
    for one in slow:
        one.start()
    for one in slow:
        one.join()
    assert len(ended) == len(slow)
    assert max(ended) < 2 * gunicorn.REQUEST_SECONDS
    assert answer_seconds(served) < 5


def answer_seconds(own: Own) -> float:
    begun = time.monotonic()
    urllib.request.urlopen(f"{own.url}/healthz", timeout=20).close()
    return time.monotonic() - begun


@pytest.mark.slow
@pytest.mark.urs("PLT-09")
def test_who_connects_and_is_silent_or_does_not_close_takes_nothing_from_others(served: Own) -> None:
    place = ("127.0.0.1", int(served.url.rpartition(":")[2]))
    with ExitStack() as open_:
        # More than there are threads for.
        for _ in range(1_400):
            open_.enter_context(socket.create_connection(place, timeout=10))
        # gunicorn waits two seconds for each of these to close: not in the thread that accepts the others.
        for _ in range(20):
            rude = open_.enter_context(socket.create_connection(place, timeout=10))
            rude.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert max(answer_seconds(served) for _ in range(5)) < 5
