"""The printed record says how grave a reported exception is, and which deviation was opened for it (QUA-05)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site
from dossier_support import printed

pytestmark = pytest.mark.urs("QUA-05", "PRD-12")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A report with a deviation, and one without."""
    made = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    made.order("B1")
    given = {"batch": "B1", "phase": "10", "photo": None}
    made.put(
        "exception_reported", given | {"severity": "critical", "comment": "glass above the hopper", "deviation": True}
    )
    made.put("exception_reported", given | {"severity": "minor", "comment": "a label fell", "deviation": False})
    yield made
    made.plant.close()


@pytest.mark.parametrize(
    ("lang", "critical", "minor"), [("zh", "严重·DEV-2026-0001", "轻微"), ("en", "Critical·DEV-2026-0001", "Minor")]
)
def test_a_report_is_printed_with_its_severity_and_its_deviation(
    site: Site, lang: str, critical: str, minor: str
) -> None:
    text, _ = printed(site, lang=lang)
    assert critical in text
    assert minor in text
    # The report and its deviation each name the number.
    assert text.count("DEV-2026-0001") >= 2
