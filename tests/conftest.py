"""Fixtures of every room: each test that names `database_url` runs on SQLite and on a real PostgreSQL."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support import PostgresCluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    cluster = PostgresCluster()
    yield cluster
    cluster.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once of each sort."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/pestle.db"
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    return cluster.create()
