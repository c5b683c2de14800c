"""`pestle serve`: the plant on PORT, in one gunicorn worker whose threads mostly wait on tablets' sockets."""

import argparse
import signal
import sys
from threading import Thread
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from server.commands.opened import opened
from server.core.config import Config, from_environment

# A tablet's socket keeps a thread; beyond this number the next ones would wait, HTTP requests too. A thread is made
# when it is needed, so a site with ten tablets does not pay for a thousand.
THREADS = 1_200
GRACE_SECONDS = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bind", default="0.0.0.0", metavar="ADDRESS", help="where to listen (0.0.0.0)")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Serves until SIGTERM or SIGINT; gunicorn ends the process itself. PestleError when the site cannot be opened."""
    from server.plant import check_end
    from server.site import upgrade

    config = from_environment()
    # Before gunicorn, which would show a wrong key or a damaged log as a crash of its worker.
    with opened() as plant:
        check_end(plant)
        upgrade.state(plant)
    print(f"Pestle 批印: http://127.0.0.1:{config.port}", file=sys.stderr, flush=True)
    _Gunicorn(config, f"{options.bind}:{config.port}").run()
    return 0, {"port": config.port}


class _Gunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn with our settings; the plant is opened in the worker, since neither threads nor databases fork."""

    def __init__(self, config: Config, bind: str) -> None:
        self._config, self._bind = config, bind
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": self._bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "worker_connections": 2 * THREADS,
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
        from server.app import create_app
        from server.handheld.hub import hub
        from server.plant import open_plant
        from server.site.schedule import Schedule

        plant = open_plant(self._config)
        plant.publisher.start()
        app = create_app(plant)
        app.extensions["pestle_backups"] = Schedule(plant)
        app.extensions["pestle_backups"].start()
        # At once, not with the first tablet: what a crash left between a document and the log is handed over now.
        hub.start(app)
        return app


def _watch(worker: Any) -> None:
    """At SIGTERM tablets are told to go, at once: gunicorn would wait for their sockets, which never end, in vain."""
    from server.handheld.hub import hub

    def leave(number: int, frame: Any) -> None:
        worker.handle_exit(number, frame)
        # A signal handler runs between any two steps of this thread, so it must not wait for locks itself.
        Thread(target=hub.stop, args=(worker.app.callable,), name="leave").start()

    signal.signal(signal.SIGTERM, leave)


def _close(server: Any, worker: Any) -> None:
    """What was acknowledged is committed already; this lets hub and committer finish what waits."""
    app = getattr(worker.app, "callable", None)
    if isinstance(app, Flask):
        from server.handheld.hub import hub

        app.extensions["pestle_backups"].stop()
        hub.stop(app)
        app.extensions["pestle"].close()
