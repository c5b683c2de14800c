"""What tests in several rooms need: the shared material that others made, and a private PostgreSQL."""

import atexit
import copy
import os
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from server.core import db
from server.migrations import migrate

ROOT = Path(__file__).resolve().parents[1]
# Of numbers that the server gives today: tests run in any year.
YEAR = time.strftime("%Y", time.gmtime())


def shared(*parts: str) -> Path:
    """A file or folder of the material that nobody on this project made; the test is skipped where it is missing."""
    path = ROOT.parent / "shared" / Path(*parts)
    if not path.exists():
        pytest.skip(f"NOT PROVEN HERE: {'/'.join(parts)} is missing beside the checkout")
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def take_steps(url: str) -> None:
    """All steps of the migrations, in an empty database."""
    engine = db.open_engine(url)
    migrate(engine)
    engine.dispose()


@cache
def migrated_sqlite() -> Path:
    """A file with the tables of this version and nothing in them, to be copied; never written to."""
    folder = Path(tempfile.mkdtemp(prefix="pestle-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    take_steps(f"sqlite:///{folder}/pestle.db")
    return folder / "pestle.db"


def with_tables(url: str) -> str:
    """The same URL; where it names a file of SQLite that is not there yet, it is there now, with its tables.

    Half a second of migrations for each site that a test makes would be a tenth of the time of all tests.
    """
    scheme, _, name = url.partition(":///")
    if scheme == "sqlite" and not Path(name).exists():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(migrated_sqlite(), name)
    return url


def give_own_dialect(engine: Engine) -> None:
    """A dialect of its own for an engine, so that what a test makes of it stays there: tests share theirs."""
    engine.dialect = engine.pool._dialect = copy.copy(engine.dialect)


class PostgresCluster:
    """A PostgreSQL of our own in a temporary folder. PostgreSQL refuses to run as root, so root lends it `postgres`.

    `durable` has it wait for the disk: for measurements. Tests kill our own processes, never the machine.
    """

    def __init__(self, durable: bool = False) -> None:
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if not binaries:
            raise RuntimeError("PostgreSQL is not installed: run make test")
        self._bin = binaries[-1]
        self._folder = Path(tempfile.mkdtemp(prefix="pestle-pg-"))
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(self._folder, "postgres", "postgres")
        self.port = free_port()
        self._run(
            "initdb",
            "-D",
            str(self._folder / "data"),
            "-U",
            "pestle",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
        )
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        if not durable:
            options += " -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        self._run(
            "pg_ctl",
            "-D",
            str(self._folder / "data"),
            "-w",
            "-l",
            str(self._folder / "log"),
            "-o",
            options,
            "start",
        )

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._bin / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder)

    @property
    def pid(self) -> int:
        """Of the process that all its others come from."""
        return int((self._folder / "data" / "postmaster.pid").read_text().split()[0])

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://pestle@127.0.0.1:{self.port}/{database}"

    def create(self, template: str | None = None) -> str:
        """The URL of a fresh database: empty, or a copy of the one at this URL, to which nobody is connected."""
        name, like = f"t{time.monotonic_ns()}", "template1" if template is None else template.rpartition("/")[2]
        where = f"host=127.0.0.1 port={self.port} user=pestle dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY = file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Give its room back, whoever is still connected."""
        where = f"host=127.0.0.1 port={self.port} user=pestle dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def close(self) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)
