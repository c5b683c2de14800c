"""Fixtures of every room: each test that names `database_url` runs on SQLite and on a real PostgreSQL."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

from sqlalchemy import Engine, create_engine
from support import PostgresCluster, take_steps, with_tables

from server.core import db
from server.identity import credentials

# How fast a busy machine makes examples up says nothing of what is tested, and no test fails by a clock.
settings.register_profile("pestle", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pestle")


_LIKE: dict[str, Engine] = {}


def _alike(url: str, **options: Any) -> Engine:
    """An engine that knows what others of its sort have compiled: each test opens one, and would compile all
    statements of the program again. What goes to the database is the same."""
    engine = create_engine(url, **options)
    sort = engine.dialect.name
    if sort not in _LIKE:
        first = create_engine("sqlite://" if sort == "sqlite" else url, query_cache_size=5000)
        # A dialect asks the server's version and the like at its first connection.
        first.connect().close()
        first.dispose()
        _LIKE[sort] = first
    engine.dialect = engine.pool._dialect = _LIKE[sort].dialect
    engine._compiled_cache = _LIKE[sort]._compiled_cache
    return engine


db.create_engine = _alike
# Passwords are known or wrong as ever; only what it costs to try one is for attackers. `product_hasher` has it back.
_PRODUCT_HASHER = credentials._hasher
credentials._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def product_hasher(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(credentials, "_hasher", _PRODUCT_HASHER)
    # What is tried for whoever is not known is hashed once for a process.
    credentials._nobody.cache_clear()
    yield
    credentials._nobody.cache_clear()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    cluster = PostgresCluster()
    yield cluster
    cluster.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table, once of each sort."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/pestle.db"
        return
    yield from _lent(request.getfixturevalue("postgres"), None)


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PostgresCluster) -> str:
    url = postgres.create()
    take_steps(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the tables of this version and nothing in them, once of each sort.

    A copy: taking all steps of the migrations a thousand times over is a tenth of the time of all tests.
    """
    if request.param == "sqlite":
        yield with_tables(f"sqlite:///{tmp_path}/pestle.db")
        return
    yield from _lent(request.getfixturevalue("postgres"), request.getfixturevalue("migrated_postgres"))


def _lent(cluster: PostgresCluster, template: str | None) -> Iterator[str]:
    url = cluster.create(template)
    yield url
    # They lie in memory, and there are thousands of them.
    cluster.drop(url)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that proves no requirement by name is refused: nobody could find it from the requirement."""
    nameless = [item.nodeid for item in items if next(item.iter_markers("urs"), None) is None]
    if nameless:
        raise pytest.UsageError(f"these tests name no requirement (pytest.mark.urs): {nameless[:10]}")


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: it is never looked through for garbage again.

    A site makes so many objects that Python searched the whole program after each opening: a third of all the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)
