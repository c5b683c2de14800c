"""The operator's first screen stays light, and the desk's rooms stay out of it (issue 5: below 90 kB in brotli)."""

import pytest
from first_screen import MOST_BYTES, parts, weight

pytestmark = pytest.mark.urs("HMI-01")


def test_the_first_screens_javascript_is_below_its_budget() -> None:
    found = parts()
    assert any(name.startswith("journal.worker") for name in found)
    assert any(name.startswith("first.") for name in found)
    assert weight() < MOST_BYTES, found


def test_screens_that_it_is_not_are_fetched_when_they_are_opened() -> None:
    for room in ("Audit", "Board", "Review", "People", "Quarantine", "Components", "Run", "slim", "ml-dsa"):
        assert not any(name.startswith(f"{room}-") for name in parts()), room
