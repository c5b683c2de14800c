"""The site that these tests work on, on each database, and the services that it calls."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alerts_support import PushService, push_service
from plant import PlantUnderTest


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    plant = PlantUnderTest(database_url, tmp_path)
    yield plant
    plant.close()


@pytest.fixture
def pushes() -> Iterator[PushService]:
    with push_service() as service:
        yield service


@pytest.fixture
def pushing(site: PlantUnderTest, pushes: PushService) -> PlantUnderTest:
    """The site, which may call this push service."""
    site.config = replace(site.config, push_hosts=(pushes.origin,))
    site.reopen()
    return site
