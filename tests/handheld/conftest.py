"""A site with one ordered batch for each test of handhelds, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from handheld_support import Site


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "data", database_url)
    yield made
    made.close()
