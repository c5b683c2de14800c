"""The printed record says what the rooms were like while its phases ran, and where nothing was read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from dossier_support import printed
from environment_support import Rooms

from server.core import clock
from server.release.dossier import content

pytestmark = pytest.mark.urs("PRD-06", "ENV-03", "QUA-08")


@pytest.fixture
def rooms(database_url: str, tmp_path: Path) -> Iterator[Rooms]:
    site = Site(database_url, tmp_path)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    rooms = Rooms(site)
    rooms.order()
    rooms.start()
    for value in ("21.00", "26.50", "25.40", "22.10"):
        rooms.read(value)
    site.now_ms += 20 * 60_000
    rooms.end()
    rooms.start("20")
    rooms.end("20")
    yield rooms
    clock.use_system()
    site.plant.close()


def told(rooms: Rooms, lang: str) -> dict[str, Any]:
    plant = rooms.site.plant
    with plant.engine.connect() as connection:
        found = content.gather(connection, plant.log, "B1", lang, plant.log.head(connection).size)
    assert found is not None
    return found


def test_each_phase_has_its_room_with_figures_limits_and_the_longest_gap(rooms: Rooms) -> None:
    found = told(rooms, "en")["environment"]
    temperature, humidity, second = found["rows"]
    assert temperature[1] == "R-1"
    assert temperature[3:] == [
        "Temperature °C\nS-1",
        "4",
        "21.00 / 23.75 / 26.50",
        "Alert 19–25\nAction 18–26",
        "21 min △",
    ]
    assert humidity[6] == "Alert ≤ 60\nAction ≤ 65"
    assert second[1:] == ["R-2", second[2], "", "No readings", "", "", ""]
    assert [line.split(":")[0] for line in found["lines"]] == [
        "Beyond action limits",
        "Longer without a reading than allowed",
        "Longer without a reading than allowed",
    ]
    assert "26.50 °C, 2026-11-22" in found["lines"][0]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_stands_in_the_document_and_the_clauses_name_its_page(rooms: Rooms, lang: str) -> None:
    words, _ = printed(rooms.site, lang=lang)
    for one in ("21.00/23.75/26.50", "生产期间房间环境" if lang == "zh" else "Environmentoftherooms"):
        assert one in words
    at = {one["clause"]: one["at"] for one in told(rooms, lang)["clauses"]}
    prefix = "中国 GMP" if lang == "zh" else "China GMP"
    assert at[f"{prefix} 42"] == ["s-environment"]
    assert "s-environment" in at[f"{prefix} 175(6)"]


def test_a_batch_of_which_nothing_was_read_says_so_and_answers_no_clause(rooms: Rooms) -> None:
    rooms.place("S-2", None)
    rooms.order("B2")
    rooms.start("20", "B2")
    rooms.end("20", "B2")
    plant = rooms.site.plant
    with plant.engine.connect() as connection:
        found = content.gather(connection, plant.log, "B2", "en", plant.log.head(connection).size)
    assert found is not None
    [row] = found["environment"]["rows"]
    assert row[4] == "No readings: no sensor in the room"
    assert [one["at"] for one in found["clauses"] if one["clause"] == "China GMP 42"] == [[]]
