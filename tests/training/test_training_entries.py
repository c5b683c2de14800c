"""Training through the door, on both databases: who may say what, and work by people who lack what it needs."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from batch_support import LOT, Site, cleared, marked, weighed
from control_support import release
from recipe_support import step
from training_support import Training
from usage_support import decide

from server.core import clock, rebuild
from server.core.errors import PestleError
from server.production import queries as production
from server.production.model import Item
from server.quality.inspection.model import COUNTS_NOT
from server.training import queries

pytestmark = pytest.mark.urs("IDN-07")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    # The tablets' clocks and the server's stand together.
    site.now_ms = int(clock.now().timestamp() * 1000)
    yield site
    clock.use_system()
    site.plant.close()


@pytest.fixture
def training(site: Site) -> Training:
    return Training(site)


def refusal(call: Callable[[], object]) -> tuple[str, dict[str, object]]:
    with pytest.raises(PestleError) as caught:
        call()
    return caught.value.code, caught.value.details


def clear(site: Site, actor: str = "P-1") -> tuple[str, ...]:
    return site.put("line_cleared", cleared("B1"), actor=actor).flags


def test_work_without_the_procedure_is_kept_flagged_and_one_exception(site: Site, training: Training) -> None:
    training.publish()
    training.require("phase", "line_clearance", "SOP-1")
    assert site.put("phase_started", marked("B1", "10")).flags == ("not_qualified",)
    assert "not_qualified" in clear(site)
    item = site.item("B1", "not_qualified")
    assert dict(item.details) == {"person": "P-1", "missing": ["SOP-1"], "severity": "major"}
    # The values stand in the record, and another person's lack is an exception of its own.
    site.put("phase_completed", marked("B1", "10"), actor="P-2")
    assert [code for code, *_ in site.items("B1")].count("not_qualified") == 2


def test_what_a_recipe_names_besides_is_asked_of_work_in_its_phase_alone(site: Site, training: Training) -> None:
    plain = step("20", "instruction", "10")
    release(site, "B2", [step("10", "instruction", needs=["equipment:iso-7"]), plain])
    training.publish()
    training.require("equipment", "iso-7", "SOP-1")
    assert site.put("phase_started", marked("B2", "10")).flags == ("not_qualified",)
    assert site.put("phase_started", marked("B2", "20"), actor="P-2").flags == ("phase_order",)
    training.read("SOP-1", "P-2")
    assert site.put("phase_completed", marked("B2", "10"), actor="P-2").flags == ()


def test_nothing_is_asked_where_the_plant_asks_for_nothing(site: Site, training: Training) -> None:
    training.publish()
    assert clear(site) == ()


def test_who_has_read_it_may(site: Site, training: Training) -> None:
    training.publish()
    training.require("phase", "line_clearance", "SOP-1")
    training.read("SOP-1", "P-1")
    assert clear(site) == ()


def test_a_reading_after_the_work_does_not_heal_it(site: Site, training: Training) -> None:
    training.publish()
    training.require("phase", "line_clearance", "SOP-1")
    moment = clock.now() + timedelta(hours=2)
    clock.use(lambda: moment)
    training.read("SOP-1", "P-1")
    assert clear(site) == ("not_qualified",)


def test_what_the_equipment_needs_and_what_the_second_person_needs(site: Site, training: Training) -> None:
    training.publish("Q-BAL", type="qualification", demands="training")
    training.publish("SOP-2")
    training.require("equipment", "BAL-07", "Q-BAL")
    training.require("action", "second_check", "SOP-2", by=training.hire())
    clear(site)
    site.put("phase_completed", marked("B1", "10"))
    reading = site.read_weight()
    machine = site.put("material_weighed", weighed("B1", source="device", reading=reading))
    assert "not_qualified" in machine.flags
    training.grant("Q-BAL", "P-1")
    by_hand = weighed("B1", verified_by="P-2")
    assert "not_qualified" in site.put("material_weighed", by_hand, cosigner="P-2", device="tablet-b").flags
    people = [item.details["person"] for item in found(site) if item.code == "not_qualified"]
    assert people == ["P-1", "P-2"]
    training.read("SOP-2", "P-2")
    last = site.put("material_weighed", by_hand, cosigner="P-2", device="tablet-b")
    assert "not_qualified" not in last.flags


def found(site: Site) -> list[Item]:
    with site.plant.engine.connect() as connection:
        return production.items_of(connection, "B1")


def test_reading_does_not_make_a_qualification(site: Site, training: Training) -> None:
    training.publish("Q-MIX", type="qualification", demands="training")
    training.require("phase", "line_clearance", "Q-MIX")
    training.read("Q-MIX", "P-1")
    assert clear(site) == ("not_qualified",)
    training.grant("Q-MIX", "P-1")
    assert clear(site, "P-1")[:1] != ("not_qualified",)


def test_an_expired_one_no_longer_counts(site: Site, training: Training) -> None:
    training.publish("Q-1", type="qualification", demands="training")
    training.require("phase", "line_clearance", "Q-1")
    day = clock.now()
    training.grant("Q-1", "P-1", expires_on=clock.text(day)[:10])
    assert clear(site) == ()
    # On the day after, whatever the tablet's clock is off by.
    end = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1, minutes=6)
    clock.use(lambda: end)
    site.now_ms = int(end.timestamp() * 1000)
    assert "not_qualified" in clear(site)


def test_a_decision_without_it_is_refused_and_the_refusal_is_in_the_log(site: Site, training: Training) -> None:
    training.publish("SOP-3")
    training.require("action", "lot.decide", "SOP-3", by=training.hire())

    def restrict() -> None:
        decide(site.plant, LOT["material"], LOT["lot"], "restricted", "P-5")

    assert refusal(restrict) == ("not_qualified", {"person": "P-5", "missing": ["SOP-3"]})
    training.read("SOP-3", "P-5")
    restrict()


def test_a_receipt_without_it_is_kept_and_flagged(site: Site, training: Training) -> None:
    training.publish("SOP-4")
    training.require("action", "lot.receive", "SOP-4")
    one = {"container": "X-1", "quantity": {"value": "1.000", "unit": "kg"}}
    received = {"material": LOT["material"], "lot": LOT["lot"], "containers": [one]}
    entry = site.state("materials.containers_received.v1", "lot/api-1/A-5/2", received, "P-3")
    assert "not_qualified" in entry.flags


def test_a_sample_by_who_has_not_learnt_to_take_one_is_kept_flagged_and_none_of_the_inspection(
    site: Site, training: Training
) -> None:
    training.publish("SOP-4")
    training.require("action", "sample.take", "SOP-4")
    line = {"container": "X-1", "quantity": {"value": "0.020", "unit": "kg"}, "instead_of": None, "reason": None}
    taken = {"inspection": "INS-2026-0001", "sample": "SMP-2026-0001-01", "purpose": "test", "containers": [line]}
    entry = site.state("quality.sample_taken.v1", "lot/api-1/A-5/2", {**taken, "comment": None}, "P-7")
    assert not {*entry.flags}.isdisjoint({"not_qualified"} & COUNTS_NOT)


def test_nobody_qualifies_themselves(site: Site, training: Training) -> None:
    training.publish()
    assert refusal(lambda: training.grant("SOP-1", "P-3", by="P-3"))[0] == "qualification_own"
    assert refusal(lambda: training.grant("SOP-1", "P-2", by="P-1"))[0] == "not_permitted"
    assert refusal(lambda: training.grant("SOP-1", "P-2", by="P-9"))[0] == "not_permitted"
    assert refusal(lambda: training.grant("SOP-1", "P-2", by="server"))[0] == "not_permitted"
    signer = {"id": "P-2", "name": "li", "name_en": None}
    assert refusal(lambda: training.read("SOP-1", "P-1", signer=signer))[0] == "signer_other"


def test_only_quality_says_what_work_needs(site: Site, training: Training) -> None:
    training.publish()
    from training_support import required

    for person in ("P-1", "P-3", "P-7", "P-9", "server"):
        payload = required("phase", "weighing", "SOP-1")
        code, _ = refusal(lambda p=person, g=payload: site.state("training.requirement_set.v1", "training/x", g, p))
        assert code == "not_permitted"
    assert refusal(lambda: training.require("phase", "dancing", "SOP-1"))[0] == "step_unknown"
    assert refusal(lambda: training.require("action", "training.manage", "SOP-1"))[0] == "step_unknown"
    assert refusal(lambda: training.require("phase", "weighing", "SOP-9"))[0] == "procedure_unknown"


@pytest.mark.urs("IDN-08")
def test_nobody_lifts_or_sets_what_their_own_work_needs(site: Site, training: Training) -> None:
    """Quality says what production needs, the training manager what quality needs; neither what they do themselves."""
    training.publish()
    manager = training.hire()
    own = ("batch.review", "batch.release", "lot.decide", "recipe.approve", "second_check")
    for name in own:
        training.require("action", name, "SOP-1", by=manager)
        for documents in ((), ("SOP-1",)):
            code, details = refusal(lambda n=name, d=documents: training.require("action", n, *d))
            assert (code, details) == ("requirement_own", {"on": "action", "name": name})
    code, _ = refusal(lambda: decide(site.plant, LOT["material"], LOT["lot"], "restricted", "P-5"))
    assert code == "not_qualified"
    training.require("phase", "weighing", "SOP-1")
    training.require("action", "lot.receive", "SOP-1")
    training.require("action", "lot.decide", by=manager)


def test_a_signature_holds_for_the_version_that_was_shown_and_no_other(site: Site, training: Training) -> None:
    training.publish()
    assert refusal(lambda: training.read("SOP-1", "P-1", digest="0" * 64))[0] == "version_stale"
    training.publish("SOP-1", 2)
    assert refusal(lambda: training.read("SOP-1", "P-1", version=1))[0] == "version_stale"
    assert refusal(lambda: training.publish("SOP-1", 2)) == ("version_wrong", {"field": "version"})


def test_what_is_withdrawn_is_gone_until_a_trainer_says_so(site: Site, training: Training) -> None:
    training.publish()
    training.require("phase", "line_clearance", "SOP-1")
    assert refusal(lambda: training.withdraw("SOP-1", "P-1"))[0] == "qualification_unknown"
    training.read("SOP-1", "P-1")
    training.withdraw("SOP-1", "P-1")
    moment = clock.now() + timedelta(minutes=10)
    clock.use(lambda: moment)
    site.now_ms = int(moment.timestamp() * 1000)
    training.read("SOP-1", "P-1")
    assert clear(site) == ("not_qualified",)
    training.grant("SOP-1", "P-1")
    assert clear(site, "P-1").count("not_qualified") == 0


def test_the_requirement_is_replaced_whole(site: Site, training: Training) -> None:
    training.publish()
    training.publish("SOP-2")
    training.require("phase", "weighing", "SOP-1", "SOP-2")
    training.require("phase", "weighing", "SOP-2")
    with site.plant.engine.connect() as connection:
        assert queries.requirements(connection) == {"phase:weighing": ["SOP-2"]}
    training.require("phase", "weighing")
    with site.plant.engine.connect() as connection:
        assert queries.requirements(connection) == {}


def test_what_ends_within_a_month_is_told_ahead(site: Site, training: Training) -> None:
    training.publish("Q-1", type="qualification", demands="training")
    training.publish("SOP-1")
    training.require("phase", "weighing", "Q-1", "SOP-1")
    now = clock.now()
    for person, days in (("P-1", 29), ("P-2", 31), ("P-5", 3)):
        training.grant("Q-1", person, expires_on=clock.text(now + timedelta(days=days))[:10])
    training.read("SOP-1", "P-1")
    training.read("SOP-1", "P-2")
    training.publish("SOP-1", 2, within_days=10)
    with site.plant.engine.connect() as connection:
        told = [(person.id, one.document) for person, one in queries.expiring(connection, clock.now())]
    # QA does not weigh: nothing of theirs ends.
    assert told == [("P-1", "SOP-1"), ("P-2", "SOP-1"), ("P-1", "Q-1")]


@pytest.mark.urs("PLT-05")
def test_all_of_it_is_made_again_from_the_log(site: Site, training: Training) -> None:
    file = {"sha256": "1" * 64, "name": "a.pdf", "size": 3}
    training.publish("SOP-1", file=file, valid_days=365)
    training.publish("Q-1", type="qualification", demands="training")
    training.require("phase", "weighing", "SOP-1", "Q-1")
    training.read("SOP-1", "P-1")
    training.grant("Q-1", "P-1", expires_on="2099-01-01", file=file)
    training.withdraw("Q-1", "P-1")
    clear(site)
    compared = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert compared["differences"] == []
    assert compared["ok"]
