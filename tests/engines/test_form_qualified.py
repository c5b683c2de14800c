"""A plant may ask that who fills in or signs a form has been trained for it (IDN-07)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from record_support import RECORD, RecordSite, value
from training_support import Training

from server.core import clock
from server.core.errors import PestleError

pytestmark = pytest.mark.urs("IDN-07", "ENG-01")
STEP = ("action", "form:weighing-record", "SOP-1")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[RecordSite]:
    made = RecordSite(database_url, tmp_path)
    made.open()
    yield made
    made.plant.close()


@pytest.fixture
def training(site: RecordSite) -> Training:
    """Weighing records need SOP-1, which nobody has yet."""
    made = Training(site)
    made.publish()
    made.require(*STEP, by=made.hire())
    site.now_ms = int(clock.now().timestamp() * 1000)
    return made


def opening(site: RecordSite, person: str) -> Any:
    given = {"record": "R-2", "form": "weighing-record", "version": 1, "sha256": site.sha256, "subject": None}
    return site.state("forms.record_opened.v1", "record/R-2", given, person)


def test_who_was_not_trained_opens_no_record(site: RecordSite, training: Training) -> None:
    with pytest.raises(PestleError) as refused:
        opening(site, "P-1")
    assert (refused.value.code, refused.value.details["missing"]) == ("not_qualified", ["SOP-1"])
    training.grant("SOP-1", "P-1")
    assert opening(site, "P-1")


def test_who_fills_in_or_signs_without_it_is_told_once(site: RecordSite, training: Training) -> None:
    assert site.fill(value("batch", "B-1")).flags == ("not_qualified",)
    assert site.sign("done", "P-2").flags == ("not_qualified",)
    [item] = site.found()
    assert (item.code, item.details) == ("not_qualified", {"person": "P-1", "missing": ["SOP-1"]})
    assert site.stands()["batch"] == "B-1"


def test_who_was_trained_fills_in_and_signs(site: RecordSite, training: Training) -> None:
    training.grant("SOP-1", "P-1")
    site.now_ms = int(datetime.now(UTC).timestamp() * 1000)
    assert site.fill(value("batch", "B-1")).flags == ()
    assert site.sign("done", "P-1").flags == ()
    assert site.codes() == []


def test_other_forms_ask_for_nothing(site: RecordSite, training: Training) -> None:
    training.require("action", "form:weighing-record", by="P-T")
    training.require("action", "form:other", "SOP-1", by="P-T")
    assert site.fill(value("batch", "B-1")).flags == ()


@pytest.mark.parametrize("name", ["form:", "form", "forms:x"])
def test_a_form_is_named_by_its_code(site: RecordSite, training: Training, name: str) -> None:
    with pytest.raises(PestleError) as refused:
        training.require("action", name, "SOP-1", by="P-T")
    assert refused.value.code == "step_unknown"


def test_nobody_who_fills_forms_says_what_that_needs(site: RecordSite, training: Training) -> None:
    with pytest.raises(PestleError) as refused:
        training.require(*STEP, by="P-5")
    assert (refused.value.code, RECORD) == ("requirement_own", "R-1")
