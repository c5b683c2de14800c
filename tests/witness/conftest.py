"""A witness that has been told the story of a module's own fixture, for as long as one test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from witness_support import Rig, Story


@pytest.fixture
def rig(tmp_path: Path, story: Story) -> Iterator[Rig]:
    made = Rig(tmp_path / "witness", story)
    yield made
    made.folder.close()
