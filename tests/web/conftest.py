"""The site that these tests ask over HTTP, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from plant import PlantUnderTest


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()
