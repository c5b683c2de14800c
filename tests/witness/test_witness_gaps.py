"""A witness finds a release over places without a value, phases that had not ended, open items, and forms not done."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from batch_support import marked, parameter
from record_support import RecordSite, kg, value
from release_support import assess, sign
from support import YEAR
from witness_support import Rig, Story, upgrade

from server.engines.forms.records import model as forms
from server.production import model
from server.production.rules import slot_of
from server.quality.model import DEVIATION_CLOSED_V1, DEVIATION_OPENED
from server.release.model import ASSESSED_KIND, RELEASED_KIND, RESOLVED_KIND, SET_ASIDE
from server.site.model import UPGRADED, UPGRADED_V1
from server.witness.gaps import GapRules
from server.witness.lineage import Lineage
from server.witness.seen import Seen
from server.witness.since import SinceRules
from sync.errors import SyncError

pytestmark = pytest.mark.urs("PLT-18", "QUA-05")
RECORD, OTHER = "R-B1", "R-B2"
BATCH = model.batch_stream("B1")
DEVIATION = f"DEV-{YEAR}-0001"
EXCEPTION = {"comment": "the door stood open", "severity": "minor", "photo": None, "deviation": False}
Change = Callable[[Seen], Seen | None]


def open_record(site: RecordSite, name: str) -> None:
    given = {"record": name, "form": "weighing-record", "version": 1, "sha256": site.sha256, "subject": BATCH}
    site.state(forms.OPENED, forms.record_stream(name), given, "P-1")


def settle(site: RecordSite) -> None:
    for item in [one for one in site.found(RECORD) if one.state == "open"]:
        chosen = item.entries[-1] if item.type == "conflict" else None
        given = {"record": RECORD, "item": item.id, "chosen": chosen, "reason": "looked into"}
        site.state(forms.SETTLED, forms.record_stream(RECORD), given, "P-5")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordSite]:
    """B1 with everything that may be open of a batch, and nothing of it left open."""
    folder = tmp_path_factory.mktemp("gaps")
    site = RecordSite(f"sqlite:///{folder}/pestle.db", folder)
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    site.order("B1")
    site.work("B1")
    # Two values in one place, of which quality chooses one.
    site.put("parameter_recorded", parameter("B1", "time", "21", "min"), device="tablet-b")
    site.put("exception_reported", EXCEPTION | marked("B1", "30"))
    open_record(site, RECORD)
    site.fill(kg("batch_size", "10.000"), record=RECORD, leased=False)
    site.fill(kg("batch_size", "11.000"), record=RECORD, leased=False)
    site.say("record_completed", {"record": RECORD}, leased=False)
    settle(site)
    open_record(site, OTHER)
    site.fill(value("batch", "B1"), record=OTHER, leased=False)
    site.state(SET_ASIDE, BATCH, {"batch": "B1", "record": OTHER, "reason": "of another room"}, "P-5")
    conflict = site.item("B1", "conflict")
    chosen = {"batch": "B1", "conflict": conflict.id, "chosen": conflict.entries[0], "reason": "the first"}
    site.state(RESOLVED_KIND, BATCH, chosen, "P-5")
    assess(site, "reported")
    given = {"deviation": DEVIATION, "batch": "B1", "code": "reported", "entry": None, "device": None}
    site.state(DEVIATION_OPENED, BATCH, given | {"summary": "seal broken"}, "P-5")
    closed = {"deviation": DEVIATION, "batch": "B1", "entries": 0, "conclusion": "no effect", "reason": "seen"}
    site.state(DEVIATION_CLOSED_V1, BATCH, closed, "P-5")
    site.hand_back("B1")
    sign(site, "released")
    yield site
    site.plant.close()


@pytest.fixture(scope="module")
def story(site: RecordSite) -> Story:
    return Story.of(site.plant)


def found_by_a_witness(story: Story, change: Change) -> str | None:
    lineage, since = Lineage(), SinceRules()
    rules = GapRules(lineage, since)
    told = [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in story.entries]
    for seen in filter(None, map(change, told)):
        try:
            rules.judge(seen)
        except SyncError as error:
            return f"{error.code}: {error.detail}"
        for one in (since, lineage, rules):
            one.learn(seen)
    return None


def of(kind: str, change: Change, at: str | None = None) -> Change:
    """What stands at a place, or in a phase."""

    def is_it(seen: Seen) -> bool:
        if seen.head.kind != kind or seen.body is None:
            return False
        return at in (None, seen.body.get("phase")) or slot_of(kind, seen.body) == at

    return lambda seen: change(seen) if is_it(seen) else seen


def test_a_batch_of_which_nothing_is_open_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why
    assert found_by_a_witness(story, lambda seen: seen) is None


GAPS = [
    (model.COMPLETED, "40", "phases 40"),
    (model.PARAMETER, "30/time", "phases 30/time"),
    (RESOLVED_KIND, None, "conflicts"),
    (ASSESSED_KIND, None, "exceptions"),
    (DEVIATION_CLOSED_V1, None, "deviations"),
    (forms.COMPLETED, None, "records"),
    (forms.SETTLED, None, "records"),
    (SET_ASIDE, None, "records"),
]


@pytest.mark.parametrize(("kind", "at", "what"), GAPS)
def test_a_release_over_what_was_left_open_is_found(story: Story, kind: str, at: str | None, what: str) -> None:
    found = found_by_a_witness(story, of(kind, lambda seen: None, at))
    assert found is not None
    assert found.startswith("release_blocked")
    assert what in found


@pytest.mark.parametrize(("kind", "at", "what"), GAPS)
def test_of_what_was_erased_nobody_is_accused(story: Story, kind: str, at: str | None, what: str) -> None:
    assert found_by_a_witness(story, of(kind, lambda seen: replace(seen, body=None), at)) is None


def test_an_erased_end_that_stands_in_another_batch_s_stream_accuses_nobody(story: Story) -> None:
    """A device had mixed up two batches: the door took it for what it names."""

    def gone(seen: Seen) -> Seen:
        stamp = replace(seen.stamp, flags=(*seen.stamp.flags, "subject_mismatch"))
        return replace(seen, head=replace(seen.head, stream="batch/B9"), stamp=stamp, body=None)

    assert found_by_a_witness(story, of(model.COMPLETED, gone, "40")) is None


@pytest.mark.parametrize(("kind", "at", "what"), GAPS)
def test_of_a_server_of_before_nobody_asks_it(story: Story, kind: str, at: str | None, what: str) -> None:
    def before(seen: Seen) -> Seen | None:
        if seen.head.kind == UPGRADED:
            return replace(seen, head=replace(seen.head, kind=UPGRADED_V1))
        return of(kind, lambda one: None, at)(seen)

    assert found_by_a_witness(story, before) is None


@pytest.mark.urs("PRD-14")
def test_what_is_missing_of_a_batch_holds_what_came_of_it(story: Story) -> None:
    """A place without a value is as empty in its part; a phase that was left is done there."""
    told = [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in story.entries]
    order = next(one for one in told if one.head.kind == model.ORDER)
    part = dict(order.body or {}) | {"batch": "C1", "how": "split", "parents": ["B1"], "phases": []}
    formed = replace(order, head=replace(order.head, kind=model.FORMED, stream="batch/C1"), body=part)
    signed = replace(told[-1], body=dict(told[-1].body or {}) | {"batch": "C1"})
    for left, found in ((None, None), ("30/time", "parents B1: 30/time"), ("40", None)):
        kind = model.COMPLETED if left == "40" else model.PARAMETER
        kept = [one for one in map(of(kind, lambda seen: None, left or "none"), told) if one is not None]
        lineage, since = Lineage(), SinceRules()
        rules = GapRules(lineage, since)
        for seen in (*kept[:-1], formed):
            for one in (since, lineage, rules):
                one.learn(seen)
        if found is None:
            rules.judge(signed)
            continue
        with pytest.raises(SyncError, match=found):
            rules.judge(signed)


def test_the_whole_witness_asks_it(site: RecordSite, tmp_path: Path, story: Story) -> None:
    """B2 was ordered, and nobody has done anything of it."""
    released = story.payloads(RELEASED_KIND)[-1]
    said = {"batch": "B2", "stream_seq": 0, "stream_hash": "0" * 64, "devices": []}
    ordered = story.stated(model.ORDER, "batch/B2", story.payloads(model.ORDER)[0] | {"batch": "B2"}, "P-3")
    forged = ordered.stated(RELEASED_KIND, "batch/B2", released | said, "P-5")
    rig = Rig(tmp_path / "witness", forged)
    rig.show(forged)
    rig.folder.close()
    assert rig.found == ("release_blocked", len(ordered.entries))
