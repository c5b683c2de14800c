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
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, once of each sort."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/pestle.db"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    url = cluster.create()
    yield url
    # They lie in memory, and there are thousands of them.
    cluster.drop(url)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that proves no requirement by name is refused: nobody could find it from the requirement."""
    nameless = [item.nodeid for item in items if next(item.iter_markers("urs"), None) is None]
    if nameless:
        raise pytest.UsageError(f"these tests name no requirement (pytest.mark.urs): {nameless[:10]}")
