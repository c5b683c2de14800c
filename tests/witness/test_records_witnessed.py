"""A witness finds what a server that lies makes of work on records of forms: leases, and people's own signatures."""

from collections.abc import Iterator

import pytest
from record_support import RECORD, RecordSite, kg, value
from training_support import Training
from witness_support import Rig, Story

from server.core import clock
from server.core.kinds import Fact

pytestmark = pytest.mark.urs("PLT-18", "ENG-01")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordSite]:
    folder = tmp_path_factory.mktemp("plant")
    made = RecordSite(f"sqlite:///{folder}/pestle.db", folder)
    yield made
    made.plant.close()


@pytest.fixture(scope="module")
def story(site: RecordSite) -> Story:
    """A record that two tablets fill in: signed rightly, signed by nobody, by who was not trained for it, without a
    lease, after it was taken back."""
    site.open()
    training = Training(site)
    training.publish()
    training.require("action", "form:weighing-record", "SOP-1", by=training.hire())
    for person in ("P-1", "P-3"):
        training.grant("SOP-1", person, by="P-5" if person == "P-3" else "P-3")
    site.now_ms = int(clock.now().timestamp() * 1000)
    assert site.fill(value("batch", "B-1")).flags == ()
    assert site.fill(kg("weighings/1/tare", "1.000"), actor="P-7").flags == ("not_qualified",)
    site.open("R-3", lend=False, person="P-1")
    assert site.fill(kg("batch_size", "10.000"), device="tablet-b", leased=False).flags == ("lease_unknown",)
    assert site.sign("done", "P-1").flags == ()
    assert "signature_missing" in site.sign("checked", "P-2", cosigner="P-1").flags
    revoked = {"lease": site.leases[RECORD, "tablet-b"], "unit": f"record/{RECORD}", "device": "tablet-b"}
    fact = Fact("handheld.lease_revoked.v2", f"record/{RECORD}", revoked | {"reason": "lost"}, actor="P-5")
    site.plant.recorder.state(fact)
    returned = {"lease": site.leases[RECORD, "tablet-a"], "unit": f"record/{RECORD}", "device": "tablet-a"}
    last = {"last_seq": site.writers["tablet-a"].seq}
    site.plant.recorder.state(Fact("handheld.lease_returned.v2", f"record/{RECORD}", returned | last))
    site.now_ms = int(clock.now().timestamp() * 1000)
    assert site.fill(value("room", "R-101")).flags == ("lease_expired",)
    return Story.of(site.plant)


def test_a_log_with_records_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why
    assert rig.found is None


@pytest.mark.parametrize("flag", ["lease_unknown", "lease_expired", "signature_missing", "not_qualified"])
def test_a_flag_that_was_left_out_is_found(rig: Rig, story: Story, flag: str) -> None:
    assert rig.show(story.without_flag(flag)) == 422
    assert rig.found == ("flag_missing", story.flagged(flag))


def test_a_flag_against_who_was_trained_is_found(rig: Rig, story: Story, site: RecordSite) -> None:
    pen = story.pen("tablet-a", site.writers["tablet-a"].signer)
    given = {"record": "R-3", "values": [value("batch", "B-1")]}
    wrong = pen.write("forms.values_recorded.v1", "record/R-3", given, actor="P-1", lease=None)
    assert rig.show(story.then(wrong, flags=("lease_unknown", "not_qualified"))) == 422
    assert rig.found == ("flag_wrong", len(story.entries))


def test_a_record_that_somebody_opened_without_training_is_found(rig: Rig, story: Story, site: RecordSite) -> None:
    given = {"record": "R-4", "form": "weighing-record", "version": 1, "sha256": site.sha256, "subject": None}
    opened = story.pen("server", story.signer).write("forms.record_opened.v1", "record/R-4", given, actor="P-7")
    assert rig.show(story.then(opened)) == 422
    assert rig.found == ("not_qualified", len(story.entries))


def test_a_lease_is_of_the_record_that_it_names(rig: Rig, story: Story, site: RecordSite) -> None:
    """Work in another record under a lease that is in force is work without one."""
    pen = story.pen("tablet-b", site.writers["tablet-b"].signer)
    given = {"record": "R-2", "values": [value("batch", "B-1")]}
    lease = site.leases[RECORD, "tablet-b"]
    wrong = pen.write("forms.values_recorded.v1", "record/R-2", given, actor="P-1", lease=lease)
    assert rig.show(story.then(wrong, flags=("record_unknown",))) == 422
    assert rig.found == ("flag_missing", len(story.entries))
