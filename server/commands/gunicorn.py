"""gunicorn with our settings, and with threads that end when they are not needed and that no slow client holds."""

import selectors
import signal
import socket
import struct
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from itertools import count
from threading import Condition, Thread
from time import monotonic
from typing import Any

from flask import Flask
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from server.core.config import Config

GRACE_SECONDS = 8

# A thread without work ends after this time: after a day on which a thousand tablets were here, their memory is free.
IDLE_SECONDS = 10.0
# Who sends or takes nothing of a request for so long is gone, and its thread serves others. Sockets at /sync do not
# wait for the network in this way.
QUIET_SECONDS = 15
# A request has so long, and longer by what it has sent at this rate: one that trickles in is as good as a silent one.
REQUEST_SECONDS = 10.0
LEAST_BYTES_PER_SECOND = 8_192


class Threads(Executor):
    """At most `most` threads, made when needed. They end with the process, whatever they do."""

    def __init__(self, most: int) -> None:
        self._most, self._count, self._idle = most, 0, 0
        self._tasks: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._news = Condition()
        self._stopped = False
        self._number = count(1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with self._news:
            self._tasks.append((future, lambda: fn(*args, **kwargs)))
            if self._idle >= len(self._tasks):
                self._news.notify()
            elif self._count < self._most:
                self._count += 1
                Thread(target=self._run, name=f"serve-{next(self._number)}", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Threads without work end; nothing waits for the others."""
        with self._news:
            self._stopped = True
            self._news.notify_all()

    def _run(self) -> None:
        while (found := self._next()) is not None:
            future, task = found
            if future.set_running_or_notify_cancel():
                try:
                    result = task()
                except BaseException as error:
                    future.set_exception(error)
                else:
                    future.set_result(result)
            # Or they would live on until the next task.
            del found, future, task

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._news:
            self._idle += 1
            self._news.wait_for(lambda: self._tasks or self._stopped, IDLE_SECONDS)
            self._idle -= 1
            if self._tasks:
                return self._tasks.popleft()
            self._count -= 1
            return None


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """One process's."""

    def get_thread_pool(self) -> Executor:
        return Threads(self.cfg.threads)

    def enqueue_req(self, conn: Any) -> None:
        if not (conn.initialized or conn.data_ready):
            # gunicorn gives a thread to whoever connects, for up to five seconds in which nothing need come.
            self._await(conn)
            return
        with suppress(OSError):
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                conn.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", QUIET_SECONDS, 0))
        super().enqueue_req(conn)

    def _await(self, conn: Any) -> None:
        conn.sock.setblocking(False)
        conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle(self, conn: Any) -> Any:
        """gunicorn waits up to two seconds for the other side to close, in the one thread that accepts everybody:
        this thread does it before."""
        conn.init()
        _hurry(conn.parser.unreader)
        kept = super().handle(conn)
        if kept is False:
            with suppress(OSError):
                conn.sock.settimeout(None)
                util.close_graceful(conn.sock)
            conn.close = _nothing
        return kept


def _hurry(unreader: Any) -> None:
    """From now on the next request must come in time: what is late ends as if the other side had gone."""
    read, begun, received = type(unreader).chunk, monotonic(), 0

    def chunk(size: int | None = None) -> bytes:
        nonlocal received
        if monotonic() - begun > REQUEST_SECONDS + received / LEAST_BYTES_PER_SECOND:
            raise NoMoreData
        data: bytes = read(unreader, size)
        received += len(data)
        return data

    unreader.chunk = chunk


def _nothing(graceful: bool = False) -> None:
    pass


class Site(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with our settings; the plant is opened in the worker, since neither threads nor databases fork."""

    def __init__(self, config: Config, bind: str, threads: int) -> None:
        self._config, self._bind, self._threads = config, bind, threads
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": self._bind,
            "workers": 1,
            "worker_class": "server.commands.gunicorn.Worker",
            "threads": self._threads,
            "worker_connections": 2 * self._threads,
            "graceful_timeout": GRACE_SECONDS,
            "timeout": 120,
            "keepalive": 15,
            "post_worker_init": _watch,
            "worker_exit": _close,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        from server.alerts.desk import desk_of
        from server.app import create_app
        from server.engines.flows.running import Clockwork
        from server.handheld.hub import hub
        from server.plant import open_plant
        from server.site.schedule import Schedule

        plant = open_plant(self._config)
        plant.publisher.start()
        app = create_app(plant)
        app.extensions["pestle_backups"] = Schedule(plant)
        app.extensions["pestle_backups"].start()
        desk_of(app).start()
        app.extensions["pestle_flows"] = Clockwork(plant)
        app.extensions["pestle_flows"].start()
        # At once, not with the first tablet: what a crash left between a document and the log is handed over now.
        hub.start(app)
        return app


def _watch(worker: Any) -> None:
    """At SIGTERM tablets and pages that listen are told to go, at once: gunicorn would wait for their sockets, which
    never end, in vain."""

    def leave(number: int, frame: Any) -> None:
        worker.handle_exit(number, frame)
        # A signal handler runs between any two steps of this thread, so it must not wait for locks itself.
        Thread(target=_leave, args=(worker.app.callable,), name="leave").start()

    signal.signal(signal.SIGTERM, leave)


def _leave(app: Flask) -> None:
    from server.alerts.desk import desk_of
    from server.handheld.hub import hub

    desk_of(app).bell.close()
    hub.stop(app)


def _close(server: Any, worker: Any) -> None:
    """What was acknowledged is committed already; this lets hub and committer finish what waits."""
    app = getattr(worker.app, "callable", None)
    if isinstance(app, Flask):
        from server.alerts.desk import desk_of
        from server.handheld.hub import hub

        app.extensions["pestle_backups"].stop()
        app.extensions["pestle_flows"].stop()
        desk_of(app).stop()
        hub.stop(app)
        app.extensions["pestle"].close()
