"""A witness finds what a server keeps quiet about, or makes up, about the state of equipment (EQP-01, EQP-03)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from course_support import Branches
from witness_support import Rig, Story, upgrade

from server.core import clock
from server.equipment.status import model
from server.site.model import UPGRADED
from sync.log import reading

pytestmark = pytest.mark.urs("PLT-18", "EQP-01", "EQP-03")
EVERY = (*model.GATES, model.DIRTY_TOO_LONG, model.UNKNOWN, *model.OF_CHECK, model.NOT_PERMITTED)
CLEANING = {"equipment": "PR-1", "procedure": None, "kind": "minor", "batch": None, "comment": None}
STATUS = {"equipment": "PR-1", "status": "maintenance", "reason": "seal leaks"}
HOLDS = {"equipment": None, "class": "press", "dirty_hours": 1, "clean_hours": 2, "reason": "CV-031"}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))

    def said(kind: str, stream: str, payload: dict[str, Any]) -> tuple[str, ...]:
        site.now_ms += 60_000
        return site.state(kind, stream, payload, "server").flags

    def clean(code: str = "PR-1") -> tuple[str, ...]:
        flags = said(model.CLEANED, f"equipment/{code}", CLEANING | {"equipment": code})
        check(code, "P-2")
        return flags

    def check(code: str, by: str) -> tuple[str, ...]:
        with site.plant.engine.connect() as connection:
            cleaning = list(reading.of_kind(connection, model.CLEANED))[-1].head.id
        given = {"equipment": code, "cleaning": cleaning, "comment": None}
        return site.state(model.CLEANING_CHECKED, f"equipment/{code}", given, by).flags

    # Since then a log says who holds what so that a witness can ask it.
    about = {"person": "P-11", "login": "qian", "name": "钱丽", "name_en": "Qian Li", "waiting": []}
    site.state("identity.person_added.v3", "person/P-11", about | {"grants": [{"role": "keeper", "areas": None}]})
    made, other = Branches(site), Branches(site, "B2")
    made.register("PR-1", "press", None)
    # Nobody keeps account of it yet.
    told = [made.identify("20", "PR-1").flags, other.identify("20", "PR-1").flags]
    assert set(told) == {()}
    said(model.CLEANING_SET, "equipment_class/press", HOLDS)
    told += [clean(), made.identify("20", "PR-1").flags, clean("PR-7")]
    made.do("10", "20")
    told.append(other.identify("20", "PR-1").flags)
    other.skip("20")
    made.wait(90)
    told.append(clean())
    made.wait(150)
    told.append(made.identify("20", "PR-1").flags)
    said(model.STATUS_SET, "equipment/PR-1", STATUS)
    told.append(other.identify("20", "PR-1").flags)
    told += [check("PR-1", "server"), check("PR-9", "P-2"), check("PR-1", "P-11")]
    made.wait(90)
    cleaned = made.clean("20", "PR-1")
    told += [cleaned.flags, made.check("20", "PR-1", cleaned.id).flags, made.clean("20", "PR-7").flags]
    made.check("20", "PR-1", cleaned.id, actor="P-2")
    told.append(made.check("20", "PR-7", cleaned.id, actor="P-2").flags)
    assert set(EVERY) == {flag for flags in told for flag in flags}
    yield Story.of(site.plant)
    clock.use_system()
    site.plant.close()


def test_an_honest_log_with_each_of_these_flags_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why


@pytest.mark.parametrize("flag", EVERY)
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    index = story.flagged(flag)
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", index)


@pytest.mark.parametrize("flag", [model.UNKNOWN, *model.OF_CHECK])
def test_what_was_cleaned_and_checked_on_a_tablet_is_asked_alike(rig: Rig, story: Story, flag: str) -> None:
    kind = model.BATCH_CLEANED if flag == model.UNKNOWN else model.BATCH_CHECKED
    index = next(at for at in story.indices(kind) if flag not in story.entries[at].stamp.flags)
    assert rig.show(story.with_flag(index, flag)) == 422
    assert rig.found == ("flag_wrong", index)


@pytest.mark.parametrize("flag", EVERY)
def test_a_flag_that_was_made_up_is_found(rig: Rig, story: Story, flag: str) -> None:
    kinds = {**dict.fromkeys(model.GATES, "production.equipment_identified.v1")}
    kinds |= dict.fromkeys((*model.OF_CHECK, model.NOT_PERMITTED), model.CLEANING_CHECKED)
    kind = kinds.get(flag, model.CLEANED)
    index = story.indices(kind)[0]
    assert rig.show(story.with_flag(index, flag)) == 422
    assert rig.found == ("flag_wrong", index)


@pytest.mark.parametrize(
    ("kind", "payload", "code"),
    [
        (model.STATUS_SET, STATUS | {"reason": None}, "equipment_reason_missing"),
        (model.STATUS_SET, STATUS | {"equipment": "PR-9"}, "equipment_unregistered"),
        (model.CLEANING_SET, HOLDS | {"equipment": "PR-1"}, "cleaning_scope_wrong"),
        (model.CLEANING_SET, HOLDS | {"equipment": "PR-9", "class": None}, "equipment_unregistered"),
    ],
)
def test_a_decision_that_the_door_refuses_is_found(
    rig: Rig, story: Story, kind: str, payload: dict[str, Any], code: str
) -> None:
    assert rig.show(story.server_says(kind, "equipment/PR-1", payload)) == 422
    assert rig.found == (code, len(story.entries))


def test_what_was_erased_nobody_is_accused_of(rig: Rig, story: Story) -> None:
    index = story.indices(model.CLEANING_SET)[0]
    named = [{"id": story.entries[index].head.id, "index": index}]
    payload = {"entries": named, "reason": "past retention", "basis": "CN 2010, 162"}
    erased = story.without_payload(index).without_flag("equipment_not_clean")
    assert rig.show(erased.stated("site.payloads_erased.v1", "site", payload, "P-5")) == 200, rig.why


STRONGER = {"code": "TAB-5", "name": {"zh": "片", "en": "Tablets"}, "strength": "10 mg"}


@pytest.mark.parametrize("stated", [True, False])
def test_a_change_of_product_after_a_minor_cleaning_is_asked_of_servers_that_ask_it(
    tmp_path: Path, stated: bool
) -> None:
    """Of one that took a minor cleaning for a major one nothing is asked, whether it flagged that or not."""
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    clock.use(lambda: datetime.fromtimestamp(site.now_ms / 1000, UTC))
    if stated:
        site.state(UPGRADED, "site", upgrade(UPGRADED))
    made, other, same = Branches(site), Branches(site, "C1", product=STRONGER), Branches(site, "B2")
    made.register("PR-1", "press", None)
    site.state(model.CLEANING_SET, "equipment_class/press", HOLDS | {"dirty_hours": None, "clean_hours": None})
    _clean(site, "major")
    made.do("10")
    told = [made.identify("20", "PR-1").flags]
    made.do("20")
    _clean(site, "minor")
    made.wait(6)
    told.append(same.identify("20", "PR-1").flags)
    same.skip("20")
    _clean(site, "minor")
    made.wait(6)
    told.append(other.identify("20", "PR-1").flags)
    clock.use_system()
    assert told == [(), (), (model.NOT_CLEAN,)]
    story = Story.of(site.plant)
    rig = Rig(tmp_path / "witness", story)
    index = story.flagged(model.NOT_CLEAN)
    if stated:
        assert rig.show(story) == 200, rig.why
        other_rig = Rig(tmp_path / "other", story)
        assert other_rig.show(story.without_flag(model.NOT_CLEAN)) == 422
        assert other_rig.found == ("flag_missing", index)
    else:
        before = story.first(index).then(story.entries[index].envelope)
        assert rig.show(before) == 200, rig.why
    site.plant.close()


def _clean(site: Site, kind: str) -> None:
    site.now_ms += 60_000
    cleaning = site.state(model.CLEANED, "equipment/PR-1", CLEANING | {"kind": kind}, "P-1").id
    given = {"equipment": "PR-1", "cleaning": cleaning, "comment": None}
    site.state(model.CLEANING_CHECKED, "equipment/PR-1", given, "P-2")
