"""Batches of which some work was done on paper: copies are issued at 09:30, and an hour later all works again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from batch_support import Site

from server.core import clock
from server.release import queries as release

FROM, TO = "2026-11-22T09:40:00.000Z", "2026-11-22T10:00:00.000Z"


def opened(database_url: str, folder: Path) -> Iterator[Site]:
    """A site with a batch, and a clock that stands where its entries do."""
    clock.use(lambda: datetime(2026, 11, 22, 9, tzinfo=UTC))
    site = Site(database_url, folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    site.order("B1")
    yield site
    clock.use_system()
    site.plant.close()


def issue(site: Site, *copies: int) -> None:
    for copy in copies or (1,):
        given = {"batch": "B1", "copy": copy, "reason": None if copy == 1 else "torn"}
        site.state("release.blank_issued.v1", "batch/B1", given, "P-5")
    site.now_ms += 3_600_000


def begun(phase: str = "10", **changes: Any) -> dict[str, Any]:
    given = {"batch": "B1", "phase": phase, "copy": 1, "done_from": FROM, "done_to": TO, "done_by": "P-2"}
    return given | {"comment": None, "photo": None} | changes


def ended(phase: str = "10", verified_by: str | None = "P-2") -> dict[str, Any]:
    return {"batch": "B1", "phase": phase, "verified_by": verified_by}


def details(site: Site, code: str) -> Any:
    return site.item("B1", code).details


def gate(site: Site) -> list[str] | None:
    with site.plant.engine.connect() as connection:
        found = [one for one in release.gates(connection, "B1") if one.code == "paper"]
    return None if not found else list(found[0].details)


def account(site: Site, copy: int, outcome: str) -> None:
    given = {"batch": "B1", "copy": copy, "outcome": outcome, "reason": "the power came back"}
    site.state("release.blank_accounted.v1", "batch/B1", given, "P-5")
