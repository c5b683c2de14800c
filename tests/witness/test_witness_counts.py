"""A witness finds what a server that lies makes of a stock count, and of work in a warehouse without a lease."""

from collections.abc import Iterator
from typing import Any

import pytest
from approval_support import signature
from plant import PlantUnderTest, number_of
from support import YEAR
from witness_support import Rig, Story

from server.core import clock
from server.identity.model import PERSON_ADDED
from server.materials.counts import model
from server.site.model import UPGRADED_V1
from sync import canonical

pytestmark = pytest.mark.urs("PLT-18", "MAT-09")
KG = {"value": "25.000", "unit": "kg"}
NOTHING = {"value": "0", "unit": "kg"}
GONE = {"container": "C-2", "entry": None, "was": KG, "counted": NOTHING, "from": "R-01", "to": None, "reason": "gone"}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A count of two containers by a keeper and a supervisor, under a lease and under none; the variances are to be
    approved."""
    folder = tmp_path_factory.mktemp("counts")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    person = {"person": "ku", "login": "ku", "name": "库管", "name_en": "Keeper", "roles": ["keeper"]}
    site.state(PERSON_ADDED, "person/ku", person)
    defined = {"material": "LAC", "name": {"zh": "乳糖", "en": "Lactose"}, "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", "material/LAC", defined)
    area = {"area": "raw", "name": {"zh": "原料库", "en": "Raw"}, "places": [], "reason": "store"}
    site.state("identity.area_set.v1", "site", area)
    place = {"name": {"zh": "一", "en": "1"}, "warehouse": "raw", "kind": "storage"}
    for code in ("R-01", "R-02"):
        about = place | {"location": code, "storage": None, "active": True}
        site.state("materials.location_defined.v1", "locations", about)
    none = ("order", "line", "supplier", "manufacturer", "supplier_name", "supplier_lot", "made", "retest", "expiry")
    lot: dict[str, Any] = dict.fromkeys((*none, "delivery_note", "quantity", "comment", "damage", "containers"))
    site.state("materials.lot_received.v2", "lot/LAC/L-1", lot | {"material": "LAC", "lot": "L-1"})
    rows = [{"container": one, "quantity": KG, "location": "R-01", "damage": None} for one in ("C-1", "C-2")]
    given = {"material": "LAC", "lot": "L-1", "containers": rows}
    site.state("materials.containers_received.v2", "lot/LAC/L-1", given)
    site.state(
        model.ORDERED,
        model.stream(f"SC-{YEAR}-0001"),
        {"count": f"SC-{YEAR}-0001", "locations": ["R-01"], "reason": None},
    )
    day, tablet = clock.now_text()[:10], site.tablet("T-1")
    unit = f"warehouse/raw/{day}"
    terms = {"issued_at": clock.now_text(), "expires_at": "2099-01-01T00:00:00.000Z", "lease_hash": "0" * 64}
    lease = {"lease": "lease-1", "unit": unit, "device": "T-1", "person": "ku"}
    site.state("handheld.lease_issued.v3", unit, lease | terms, actor="ku")
    said = {
        "count": f"SC-{YEAR}-0001",
        "container": "C-1",
        "location": "R-01",
        "quantity": {"value": "24", "unit": "kg"},
    }
    second = f"SC-{YEAR}-0002"
    site.state(model.ORDERED, model.stream(second), {"count": second, "locations": ["R-02"], "reason": None})
    beside = said | {"count": second, "location": "R-02", "seen": True}
    flags = tablet.record(model.COUNTED, unit, beside, actor="ku", lease="lease-1").flags
    assert flags == ()
    flags = tablet.record(model.COUNTED, unit, said | {"seen": True}, actor="ku", lease="lease-1").flags
    assert flags == ()
    flags = tablet.record(model.COUNTED, unit, said | {"seen": True}, actor="chen", lease=None).flags
    assert flags == ("lease_unknown",)
    yield Story.of(site.plant)
    site.close()


def closed(story: Story, by: str, count: str = f"SC-{YEAR}-0001", entry: int | None = -1, **line: Any) -> Story:
    """The log with the count closed, as somebody with the server's key would write it: one container lacks something,
    the other nobody has found."""
    named = None if entry is None else story.entries[entry].head.id
    shown = {"container": "C-1", "entry": named, "was": KG, "counted": {"value": "24", "unit": "kg"}, "from": "R-01"}
    return shut(story, by, count, [shown | {"to": "R-01", "reason": "spilt", **line}, GONE])


def shut(story: Story, by: str, count: str, lines: list[dict[str, Any]]) -> Story:
    said = {"count": count, "lines": lines, "digest": "0" * 64, "meaning": dict(model.MEANING)}
    pen = story.pen("server", story.signer)
    said |= signature(number_of(by))
    return story.then(pen.write(model.CLOSED, model.stream(count), said, actor=number_of(by)))


def lines_of(story: Story) -> list[dict[str, Any]]:
    payload = story.entries[-1].payload
    assert payload is not None
    lines: list[dict[str, Any]] = canonical.parse(payload)["lines"]
    return lines


def test_variances_that_somebody_else_approved_are_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(closed(story, "li")) == 200, rig.why


def test_what_nobody_found_is_gone_and_holds_no_other_amount(rig: Rig, story: Story) -> None:
    lines = lines_of(closed(story, "li"))
    more = shut(story, "li", f"SC-{YEAR}-0001", [lines[0], lines[1] | {"counted": {"value": "26", "unit": "kg"}}])
    assert rig.show(more) == 422
    assert rig.found == ("count_lines_wrong", len(story.entries))


@pytest.mark.parametrize("left", [[], [0], [1]])
def test_a_variance_that_a_closing_leaves_out_is_found(rig: Rig, story: Story, left: list[int]) -> None:
    lines = lines_of(closed(story, "li"))
    assert rig.show(shut(story, "li", f"SC-{YEAR}-0001", [lines[at] for at in left])) == 422
    assert rig.found == ("count_lines_wrong", len(story.entries))


def test_a_counting_that_its_device_has_corrected_does_not_hold(rig: Rig, story: Story) -> None:
    before = [at for at, one in enumerate(story.entries) if one.head.kind == model.COUNTED][-2]
    assert rig.show(closed(story, "li", entry=before)) == 422
    assert rig.found == ("count_lines_wrong", len(story.entries))


def test_what_another_count_has_found_missing_is_not_booked_twice(rig: Rig, story: Story) -> None:
    [first, _] = lines_of(closed(story, "li"))
    counted = next(one.head.id for one in story.entries if one.head.kind == model.COUNTED)
    second = first | {"entry": counted, "to": "R-02"}
    twice = shut(closed(story, "li"), "li", f"SC-{YEAR}-0002", [second])
    assert rig.show(twice) == 422
    assert rig.found == ("count_overtaken", len(story.entries) + 1)
    # The other way round the book of the later counting knows of it.
    other = Rig(rig.path.parent / "other", story)
    both = shut(story, "li", f"SC-{YEAR}-0002", [second])
    assert other.show(closed(both, "li", entry=-2)) == 422
    assert other.found == ("count_lines_wrong", len(story.entries) + 1)
    other.folder.close()


@pytest.mark.parametrize(
    ("by", "changed", "code"),
    [
        ("chen", {}, "count_own"),
        ("li", {"count": f"SC-{YEAR}-0003"}, "count_closed"),
        ("li", {"counted": {"value": "23", "unit": "kg"}}, "count_lines_wrong"),
        ("li", {"to": "R-02"}, "count_lines_wrong"),
        # The book of that moment says otherwise.
        ("li", {"was": {"value": "26", "unit": "kg"}}, "count_lines_wrong"),
        ("li", {"from": "R-02"}, "count_lines_wrong"),
        ("li", {"container": "C-2"}, "count_lines_wrong"),
        # Somebody has found it.
        ("li", {"entry": None, "to": None, "counted": {"value": "0", "unit": "kg"}}, "count_lines_wrong"),
    ],
)
def test_variances_that_were_approved_otherwise_are_found(
    rig: Rig, story: Story, by: str, changed: dict[str, Any], code: str
) -> None:
    assert rig.show(closed(story, by, **changed)) == 422
    assert rig.found == (code, len(story.entries))


def test_a_count_is_closed_once(rig: Rig, story: Story) -> None:
    twice = closed(closed(story, "li"), "li", entry=len(story.entries) - 1)
    assert rig.show(twice) == 422
    assert rig.found == ("count_closed", len(story.entries) + 1)


@pytest.mark.urs("PLT-12")
def test_work_in_a_warehouse_without_a_lease_is_flagged_or_the_server_lies(rig: Rig, story: Story) -> None:
    index = story.flagged("lease_unknown")
    assert rig.show(story.without_flag("lease_unknown")) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.urs("CMP-05", "PLT-18", "MAT-09")
@pytest.mark.parametrize("line", [{"was": {"value": "26", "unit": "kg"}}, {"from": "R-02"}])
def test_a_version_whose_book_was_that_of_the_closing_is_not_accused(
    rig: Rig, story: Story, line: dict[str, Any]
) -> None:
    before = story.upgraded(UPGRADED_V1)
    assert rig.show(closed(before, "li", **line, entry=len(story.entries) - 1)) == 200, rig.why
    # Who had counted was asked ever since there are counts.
    other = Rig(rig.path.parent / "other", story)
    assert other.show(closed(before, "chen", entry=len(story.entries) - 1)) == 422
    assert other.found == ("count_own", len(before.entries))
    other.folder.close()
    today = Rig(rig.path.parent / "today", story)
    assert today.show(closed(before.upgraded(), "li", **line, entry=len(story.entries) - 1)) == 422
    assert today.found == ("count_lines_wrong", len(before.entries) + 1)
    today.folder.close()
