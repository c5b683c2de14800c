"""The printed record says of each entry between which times it must have been made, and which to mistrust."""

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from pypdf import PdfReader

from server.release.dossier.build import dossier
from server.release.dossier.content import gather
from server.release.dossier.rows import moment
from sync.entry import Seen
from sync.log import reading

pytestmark = pytest.mark.urs("PLT-13", "PRD-12")
HOUR = 3_600_000


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A batch with a remark by a tablet that had seen nothing, one that had seen much, one whose clock lies."""
    made = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    made.order("B1")
    made.now_ms = time.time_ns() // 1_000_000 - 60_000
    remark(made, "nothing seen")
    with made.plant.engine.connect() as connection:
        head = made.plant.log.head(connection)
    made.writers["tablet-a"].seen = Seen(head.size, head.root.hex())
    remark(made, "much seen")
    made.now_ms -= 8 * HOUR
    remark(made, "this morning, it says")
    yield made
    made.plant.close()


def remark(site: Site, text: str) -> None:
    site.put("remark_added", {"batch": "B1", "phase": None, "text": text})


def entries(site: Site, lang: str) -> list[dict[str, Any]]:
    with site.plant.engine.connect() as connection:
        content = gather(connection, site.plant.log, "B1", lang, 1 << 30)
    assert content is not None
    found: list[dict[str, Any]] = content["entries"]
    return found


@pytest.mark.parametrize(
    ("lang", "unknown", "flag"),
    [("zh", "（无下限）", "记录时间不可能"), ("en", "(not shown)", "Captured outside of the possible time")],
)
def test_each_entry_has_its_interval_and_a_doubtful_time_is_marked(
    site: Site, lang: str, unknown: str, flag: str
) -> None:
    blind, seeing, lying = [one for one in entries(site, lang) if one["device"] == "tablet-a"]
    with site.plant.engine.connect() as connection:
        stored = {str(one.index): one for one in reading.of_stream(connection, "batch/B1", 0)}
        named = stored[seeing["index"]].head.seen
        assert named is not None
        last = reading.one(connection, named.size - 1)
    assert last is not None

    def at(index: str) -> str:
        return moment(stored[index].stamp.recorded_at, stored[index].head.offset)

    assert blind["made"] == [unknown, at(blind["index"])]
    after = moment(last.stamp.recorded_at, stored[seeing["index"]].head.offset)
    assert seeing["made"] == [after, at(seeing["index"])]
    assert [one["doubtful"] for one in (blind, seeing, lying)] == [False, False, True]
    assert flag in lying["flags"]
    assert lying["made"][0] == after
    for one in entries(site, lang):
        if one["device"] not in ("tablet-a", "tablet-b"):
            assert one["made"] == [at(one["index"])]


@pytest.mark.parametrize(("lang", "heading"), [("zh", "必定作于"), ("en", "Must have been made")])
def test_it_is_printed_so(site: Site, lang: str, heading: str) -> None:
    site.plant.publisher.now()
    with site.plant.engine.connect() as connection:
        pdf = dossier(
            connection, site.plant.log, site.plant.signer, "B1", lang, site.plant.config.blobs, datetime.now(UTC)
        )
    assert pdf is not None
    pages = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "".join(heading.split()) in pages
    [lying] = [one for one in entries(site, lang) if one["doubtful"]]
    for said in (f"△ {lying['captured']}", *lying["made"], f"△ {lying['flags']}"):
        assert "".join(said.split()) in pages
