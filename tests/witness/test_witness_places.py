"""A witness finds moves, receipts and counts that lack the flags they deserve, and accuses no honest server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from master_support import approve, definition
from places_support import COUNTED, MOVED, RECEIVED, SPLIT, Places
from witness_support import Rig, Story, witnessed

from server.core import clock
from server.site.model import UPGRADED_V1

pytestmark = pytest.mark.urs("MAT-06", "PLT-18")
COUNT = f"SC-{clock.now_text()[:4]}-0001"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Two handhelds that carry one container apart, work in another area, and stock where it must not stand."""
    folder = tmp_path_factory.mktemp("places")
    site = Places(f"sqlite:///{folder}/pestle.db", folder)
    site.move("C-1", "R-03", site.other, at=11, origin="R-01")
    assert "place_conflict" in site.move("C-1", "R-02", site.one, at=10, origin="R-01")
    assert "area_not_permitted" in site.move("C-2", "K-01", site.one, at=12, actor="ku-raw")
    assert "location_unfit" in site.receive("L-2", "D-1", to="P-01")
    assert "container_elsewhere" in site.move("C-3", "R-02", site.one, at=13, origin="R-03")
    assert "location_unknown" in site.move("C-3", "NOWHERE", site.one, at=14)
    # Said later than what has been since: where it stood then is what counts.
    assert site.move("C-3", "R-03", site.one, at=13, origin="R-02") == ()
    ordered = {"count": COUNT, "locations": ["R-01", "R-03"], "reason": None}
    site.state("materials.count_ordered.v1", f"count/{COUNT}", ordered, actor="ku-raw")
    found = {"count": COUNT, "container": "C-3", "location": "R-01", "seen": True, "quantity": None}
    assert "lease_unknown" in site.one.record(COUNTED, "container/C-3", found, actor="ku-raw").flags
    yield Story.of(site.plant)
    site.close()


def test_an_honest_server_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize(
    "flag",
    [
        "place_conflict",
        "area_not_permitted",
        "location_unfit",
        "location_unknown",
        "container_elsewhere",
        "lease_unknown",
    ],
)
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize(("kind", "flag"), [(MOVED, "place_conflict"), (RECEIVED, "location_unfit")])
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, kind: str, flag: str) -> None:
    index = next(one for one in story.indices(kind) if flag not in story.entries[one].stamp.flags)
    assert rig.show(story.with_flag(index, flag)) == 422
    assert rig.found == ("flag_wrong", index)


_ABOUT = {"location": "R-09", "name": {"zh": "九", "en": "9"}, "kind": "storage", "storage": None, "active": True}
_KG = {"value": "1", "unit": "kg"}


@pytest.mark.parametrize(
    ("kind", "said", "code"),
    [
        ("materials.location_defined.v1", _ABOUT | {"warehouse": "nowhere"}, "area_unknown"),
        ("materials.location_defined.v1", _ABOUT | {"warehouse": "raw"}, "area_not_permitted"),
        (
            "materials.container_scrapped.v1",
            {"container": "C-1", "quantity": _KG, "reason": "wet", "witness": None},
            "area_not_permitted",
        ),
        (
            "materials.count_ordered.v1",
            {"count": COUNT.replace("0001", "0002"), "locations": ["R-01"], "reason": None},
            "area_not_permitted",
        ),
    ],
)
def test_decisions_of_who_keeps_another_area_are_found(
    rig: Rig, story: Story, kind: str, said: dict[str, Any], code: str
) -> None:
    assert rig.show(story.stated(kind, "somewhere", said, "ku-cold")) == 422
    assert rig.found == (code, len(story.entries))


_PART = {"container": "S-1", "quantity": _KG}
_ACTS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "area unknown": ("materials.location_defined.v1", _ABOUT | {"warehouse": "nowhere"}, "ku-cold", "area_unknown"),
    "place": ("materials.location_defined.v1", _ABOUT | {"warehouse": "raw"}, "ku-cold", "area_not_permitted"),
    "scrapped": (
        "materials.container_scrapped.v1",
        {"container": "C-1", "quantity": _KG, "reason": "wet", "witness": None},
        "ku-cold",
        "area_not_permitted",
    ),
    "ordered": (
        "materials.count_ordered.v1",
        {"count": COUNT.replace("0001", "0002"), "locations": ["R-01"], "reason": None},
        "ku-cold",
        "area_not_permitted",
    ),
    "carried": (MOVED, {"container": "C-2", "from": None, "to": "R-03", "reason": None}, "ku-cold", "flag_missing"),
    "elsewhere": (MOVED, {"container": "C-2", "from": "R-03", "to": "R-02", "reason": None}, "ku", "flag_missing"),
    "nowhere": (MOVED, {"container": "C-2", "from": None, "to": "X-99", "reason": None}, "ku", "flag_missing"),
    "split": (SPLIT, {"container": "C-1", "into": [_PART], "reason": None}, "ku-cold", "flag_missing"),
    "merged": (
        "materials.containers_merged.v1",
        {"into": "C-1", "from": ["C-3"], "reason": None},
        "ku-cold",
        "flag_missing",
    ),
    "labelled": (
        RECEIVED,
        {
            "material": "LAC",
            "lot": "L-1",
            "containers": [{"container": "D-2", "quantity": _KG, "location": "P-01", "damage": None}],
        },
        "ku",
        "flag_missing",
    ),
    "counted": (
        COUNTED,
        {"count": COUNT, "container": "C-3", "location": "X-99", "seen": True, "quantity": None},
        "ku",
        "flag_missing",
    ),
}


@pytest.mark.urs("CMP-05", "MAT-06", "PLT-18")
@pytest.mark.parametrize("act", _ACTS)
def test_a_version_that_did_not_ask_for_places_and_areas_is_not_accused(rig: Rig, story: Story, act: str) -> None:
    kind, said, actor, code = _ACTS[act]
    stream = "lot/LAC/L-1" if kind == RECEIVED else "somewhere"
    assert rig.show(story.upgraded(UPGRADED_V1).stated(kind, stream, said, actor)) == 200, rig.why
    today = Rig(rig.path.parent / "today", story)
    assert today.show(story.upgraded(UPGRADED_V1).upgraded().stated(kind, stream, said, actor)) == 422
    assert today.found == (code, len(story.entries) + 2)
    today.folder.close()


@pytest.mark.urs("CMP-05", "MAT-06", "PLT-18")
def test_two_carries_that_a_version_did_not_compare(rig: Rig, story: Story) -> None:
    index = story.flagged("place_conflict")
    carried = story.entries[index]
    bare = tuple(one for one in carried.stamp.flags if one != "place_conflict")
    before = story.first(index).upgraded(UPGRADED_V1)
    assert rig.show(before.then(carried.envelope, flags=bare)) == 200, rig.why
    today = Rig(rig.path.parent / "today", story)
    assert today.show(before.upgraded().then(carried.envelope, flags=bare)) == 422
    assert today.found == ("flag_missing", index + 2)
    today.folder.close()


@pytest.mark.urs("CMP-05", "PLT-18")
def test_no_server_goes_back_behind_the_rules_that_it_has_named(rig: Rig, story: Story) -> None:
    kind, said, actor, code = _ACTS["place"]
    loosened = story.upgraded().upgraded(UPGRADED_V1)
    assert rig.show(loosened.stated(kind, "somewhere", said, actor)) == 422
    assert rig.found == (code, len(loosened.entries))


def test_what_was_filled_over_in_litres_by_the_density_of_its_material_is_not_unknown(tmp_path: Path) -> None:
    site = Places(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    approve(site, definition(), "LAC")
    part = {"container": "S-1", "quantity": {"value": "5", "unit": "L"}}
    assert (
        site.state(SPLIT, "container/C-1", {"container": "C-1", "into": [part], "reason": None}, actor="ku").flags == ()
    )
    assert site.move("S-1", "R-02", origin="R-01") == ()
    assert "location_unfit" in site.move("S-1", "P-01")
    assert "area_not_permitted" in site.move("C-1", "K-01", actor="ku-raw")
    into = {"into": "C-1", "from": ["S-1"], "reason": None}
    assert site.state("materials.containers_merged.v1", "container/C-1", into, actor="ku").flags == ()
    rig = Rig(tmp_path / "witness", Story.of(site.plant))
    assert rig.show(Story.of(site.plant)) == 200, rig.why
    rig.folder.close()
    site.close()


@pytest.mark.urs("CMP-05", "PLT-12", "PLT-18")
def test_a_handheld_whose_lease_a_version_did_not_ask_for(rig: Rig, story: Story) -> None:
    """A move under no lease, in the stream of its container."""
    index = next(at for at in story.indices(MOVED) if "lease_unknown" in story.entries[at].stamp.flags)
    bare = tuple(one for one in story.entries[index].stamp.flags if one != "lease_unknown")
    before = story.first(index).upgraded(UPGRADED_V1)
    assert rig.show(before.then(story.entries[index].envelope, flags=bare)) == 200, rig.why
    today = Rig(rig.path.parent / "today", story)
    assert today.show(before.upgraded().then(story.entries[index].envelope, flags=bare)) == 422
    assert today.found == ("flag_missing", index + 2)
    today.folder.close()


def test_where_what_somebody_may_do_was_erased_nobody_is_accused(tmp_path: Path, story: Story) -> None:
    """In which areas they might work nobody can say."""
    for index in story.indices("identity.person_added.v2"):
        assert witnessed(tmp_path / str(index), story.erased(index)) == (200, None), index
