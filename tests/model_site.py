"""A site whose power can be cut between any two commits, and which starts again from what was durable then."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
from flask import Flask
from handheld_support import Site as Seeded
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from support import PostgresCluster, free_port, give_own_dialect
from werkzeug.serving import WSGIRequestHandler, make_server

from server.app import create_app
from server.core.config import Config
from server.core.plant import Plant
from server.handheld.hub import hub
from server.handheld.hub.hub import EXTENSION
from server.plant import open_plant
from sync.signing import Ed25519Signer

BATCHES = ("B-1", "B-2")
DEVICES = ("T-1", "T-2", "T-3")


class Power:
    """What an engine's commits meet. `fail_at(n)`: the n-th from now fails; with `effect` only its answer is lost;
    with `lasts` nothing that needs the database works from then on, as if the machine had lost its power."""

    def __init__(self, engine: Engine) -> None:
        self.failed = False
        self._left, self._effect, self._lasts = 0, False, False
        give_own_dialect(engine)
        commit = engine.dialect.do_commit

        def do_commit(connection: Any) -> None:
            due = self._due()
            if due and not self._effect:
                raise _lost()
            commit(connection)
            if due:
                raise _lost()

        def before(*_: Any) -> None:
            if self.off:
                raise _lost()

        # In place of the dialect's own: the power goes right before or right after the driver's COMMIT.
        engine.dialect.do_commit = do_commit  # type: ignore[method-assign]  # an instance's method, on purpose
        event.listen(engine, "before_cursor_execute", before)

    @property
    def off(self) -> bool:
        return self.failed and self._lasts

    def fail_at(self, count: int, *, effect: bool, lasts: bool) -> None:
        self.failed, self._left, self._effect, self._lasts = False, count, effect, lasts

    def restore(self) -> None:
        self.failed, self._left = False, 0

    def _due(self) -> bool:
        if self.off:
            raise _lost()
        self._left -= 1
        if self._left == 0:
            self.failed = True
            return True
        return False


def _lost() -> OperationalError:
    return OperationalError("COMMIT", {}, Exception("disk I/O error"))


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None: ...


class Process:
    """One server process of a site, in a thread of this one: its plant, its hub, its address."""

    def __init__(self, app: Flask | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.power: Power | None = None
        self.plant: Plant | None = None
        self._app = app
        self._http = make_server("127.0.0.1", self.port, self._answer, threaded=True, request_handler=_Quiet)
        self._thread = Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def start(self, config: Config) -> None:
        plant = open_plant(config)
        power = Power(plant.engine)
        if self._app is None:
            self._app = create_app(plant)
        # Making an application takes longer than all else here; it holds nothing of a plant but these two.
        self._app.extensions.pop(EXTENSION, None)
        self._app.extensions["pestle"] = plant
        self.plant, self.power = plant, power
        hub.start(self._app)

    def stop(self) -> None:
        """What waits is done first, unless the power is off."""
        if self.plant is not None and self._app is not None:
            plant, self.plant = self.plant, None
            hub.stop(self._app)
            plant.close()

    def close(self) -> None:
        self.stop()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.plant is None or self._app is None:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        return self._app(environ, start_response)


class Template:
    """A site with two batches and three tablets that hold both, to be copied for each run."""

    def __init__(self, folder: Path, cluster: PostgresCluster | None) -> None:
        self._folder, self._cluster = folder, cluster
        self._url = f"sqlite:///{folder}/data/site.db" if cluster is None else cluster.create()
        (folder / "data").mkdir(parents=True)
        seeded = Seeded(folder / "data", self._url)
        seeded.order(BATCHES[1])
        self.cookie = seeded.cookie
        self.signers: dict[str, Ed25519Signer] = {}
        self.leases: dict[str, dict[str, str]] = {}
        for device in DEVICES:
            tablet = seeded.tablet(device, *BATCHES)
            self.signers[device], self.leases[device] = tablet.signer, tablet.leases
        seeded.close()
        self._runs = 0

    def copy(self) -> Config:
        """The settings of a fresh copy."""
        self._runs += 1
        data = self._folder / f"run-{self._runs}"
        shutil.copytree(self._folder / "data", data)
        if self._cluster is None:
            return Config(data, f"sqlite:///{data}/site.db")
        name = f"run{self._runs}"
        with self._maintenance() as connection:
            source = make_url(self._url).database
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
        return Config(data, self._cluster.url(name))

    def remove(self, config: Config) -> None:
        shutil.rmtree(config.data)
        if self._cluster is not None:
            with self._maintenance() as connection:
                connection.execute(f"DROP DATABASE {make_url(config.database_url).database} WITH (FORCE)")

    def _maintenance(self) -> psycopg.Connection[Any]:
        assert self._cluster is not None
        where = f"host=127.0.0.1 port={self._cluster.port} user=pestle dbname=postgres"
        return psycopg.connect(where, autocommit=True)
