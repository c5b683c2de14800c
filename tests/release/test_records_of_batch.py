"""Records of forms about a batch: its release waits for them, its review shows them, and what comes later is late."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dossier_support import printed
from record_support import RecordSite, calculated, kg, value
from release_support import close, finish, refused, review, sign
from support import YEAR
from witness_support import Story, since

from server.core import rebuild
from server.core.errors import PestleError
from server.identity import queries as identity
from server.release import queries
from server.release.model import RELEASED_KIND, SET_ASIDE
from server.site.model import UPGRADED, UPGRADED_V1
from server.web.tasks import of_person
from server.witness.lineage import Lineage
from server.witness.produced import ProducedRules
from server.witness.seen import Seen
from sync.errors import SyncError

pytestmark = pytest.mark.urs("PRD-13", "ENG-01")
RECORD = "R-B1"
LIGHT = (value("weighings/1/lot", "A-5"), kg("weighings/1/gross", "0.900"), kg("weighings/1/tare", "0.400"))
LEFT = (calculated("weighings/1/share", "100.0", "%"), calculated("total", "0.500"), calculated("yield_", "5.00", "%"))


class Plant(RecordSite):
    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        self.order("B1")
        given = {"record": RECORD, "form": "weighing-record", "version": 1, "sha256": self.sha256}
        self.state("forms.record_opened.v1", f"record/{RECORD}", given | {"subject": "batch/B1"}, "P-1")

    def fill_in(self) -> None:
        head = (value("batch", "B1"), kg("batch_size", "10.000"))
        self.say_(*head, *LIGHT, calculated("weighings/1/net", "0.500", comment="the last of the drum"), *LEFT)

    def say_(self, *values: Any) -> Any:
        return self.fill(*values, record=RECORD, leased=False)

    def gate(self) -> list[str]:
        (found,) = [gate for gate in review(self)["gates"] if gate["code"] == "records"]
        return list(found["details"])

    def settle_all(self) -> None:
        for item in [one for one in self.found(RECORD) if one.state == "open"]:
            chosen = item.entries[-1] if item.type == "conflict" else None
            given = {"record": RECORD, "item": item.id, "chosen": chosen, "reason": "looked into"}
            self.state("forms.item_settled.v1", f"record/{RECORD}", given, "P-5")

    def complete(self) -> None:
        self.settle_all()
        self.say("record_completed", {"record": RECORD}, leased=False)
        self.settle_all()


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Plant]:
    site = Plant(database_url, tmp_path)
    yield site
    site.plant.close()


@pytest.mark.urs("HMI-04")
def test_a_home_names_the_batch_of_a_record_by_its_number(site: Plant) -> None:
    with site.plant.engine.connect() as connection:
        person = identity.find_person(connection, "P-1")
        assert person is not None
        tasks = of_person(connection, person, datetime.now(UTC))
    assert [one.about for one in tasks if one.code == "record_open"] == ["B1"]


def test_a_batch_is_released_when_its_records_are_complete_and_looked_at(site: Plant) -> None:
    finish(site)
    assert [gate["code"] for gate in refused(site, "released").details["open"]] == ["records"]
    site.fill_in()
    shown = review(site)
    items = [item for item in shown["open"] if item["type"] == "record"]
    assert [(one["code"], one["details"]["record"], one["comment"]) for one in items] == [
        (item.code, RECORD, item.comment) for item in site.found(RECORD)
    ]
    assert [entry["kind"] for one in items for entry in one["entries"]] == ["forms.values_recorded.v1"] * len(items)
    (line,) = shown["records"]
    assert (line["record"], line["status"], line["title"]["en"]) == (RECORD, "open", "Weighing record")
    site.complete()
    assert site.gate() == []
    assert {item["state"] for item in review(site)["notable"] if item["type"] == "record"} == {"assessed"}
    sign(site, "released")
    assert review(site)["disposition"]["stale"] is False
    words, files = printed(site)
    assert "Filledforms" in words
    assert f"Weighingrecord·version1{RECORD}✓" in words
    assert "lookedinto" in words
    assert files[f"{RECORD}.pdf"].startswith(b"%PDF")


def test_a_signature_is_over_the_records_as_they_were_shown(site: Plant) -> None:
    finish(site)
    site.fill_in()
    site.complete()
    shown = review(site)["digest"]
    site.say_(kg("batch_size", "11.000"))
    assert refused(site, "released", digest=shown).code == "digest_stale"


def test_what_is_filled_in_after_the_seal_is_a_deviation_and_makes_it_stale(site: Plant) -> None:
    finish(site)
    site.fill_in()
    site.complete()
    sign(site, "released")
    late = site.say_(kg("batch_size", "11.000"))
    assert "post_seal" in late.flags
    (item,) = [one for one in review(site)["open"] if one["type"] == "deviation"]
    assert (item["id"], [entry["id"] for entry in item["entries"]]) == (f"DEV-{YEAR}-0001", [late.id])
    site.say_(kg("batch_size", "11.500"))
    assert review(site)["disposition"]["stale"] is True
    with site.plant.engine.connect() as connection:
        assert queries.stale_of(connection, ["B1"]) == {"B1"}
    close(site, f"DEV-{YEAR}-0001", 2)
    site.settle_all()
    sign(site, "released")
    assert review(site)["disposition"]["stale"] is False
    # A decision on an item is something new about the record as well.
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


def test_records_about_something_else_are_no_matter_of_the_batch(site: Plant) -> None:
    finish(site)
    site.fill_in()
    site.complete()
    site.open("R-2", lend=False)
    sign(site, "released")
    site.fill(value("batch", "B-9"), record="R-2", leased=False)
    assert review(site)["disposition"]["stale"] is False


def test_a_form_that_was_opened_in_vain_is_set_aside_with_a_reason(site: Plant) -> None:
    finish(site)
    site.fill_in()
    given = {"batch": "B1", "record": RECORD, "reason": "opened for another batch"}
    for person, code in (("P-1", "not_permitted"), ("P-3", "not_permitted")):
        with pytest.raises(PestleError, match=code):
            site.state(SET_ASIDE, "batch/B1", given, person)
    with pytest.raises(PestleError, match="not_found"):
        site.state(SET_ASIDE, "batch/B1", given | {"record": "R-404"}, "P-5")
    site.state(SET_ASIDE, "batch/B1", given, "P-5")
    assert site.gate() == []
    (item,) = [one for one in review(site)["notable"] if one["type"] == "record"]
    assert (item["code"], item["decision"]["text"]) == ("record_set_aside", "opened for another batch")
    assert [one["set_aside"] for one in review(site)["records"]] == [True]
    with pytest.raises(PestleError, match="item_closed"):
        site.state(SET_ASIDE, "batch/B1", given, "P-5")
    sign(site, "released")
    assert "openedforanotherbatch" in printed(site)[0]
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []


def test_what_is_done_is_not_set_aside(site: Plant) -> None:
    site.fill_in()
    site.complete()
    with pytest.raises(PestleError, match="item_closed"):
        site.state(SET_ASIDE, "batch/B1", {"batch": "B1", "record": RECORD, "reason": "x"}, "P-5")


@pytest.mark.urs("IDN-08", "PLT-18")
def test_who_filled_it_in_took_part_and_signs_nothing_of_the_batch(site: Plant) -> None:
    finish(site)
    site.fill(*LIGHT, record=RECORD, leased=False, actor="P-6")
    assert refused(site, "released", person="P-6", alone=True).code == "releaser_produced"
    told = [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in Story.of(site.plant).entries]
    release = replace(told[-1].head, kind=RELEASED_KIND, device="server", actor="P-6")
    for version, code in ((UPGRADED, "releaser_produced"), (UPGRADED_V1, None)):
        rules = ProducedRules(Lineage(), since(told, version))
        for seen in told:
            rules.learn(seen)
        assert refusal(rules, replace(told[-1], head=release, body={"batch": "B1"})) == code
        assert refusal(rules, replace(told[-1], head=replace(release, actor="P-5"), body={"batch": "B1"})) is None


def refusal(rules: ProducedRules, seen: Seen) -> str | None:
    try:
        rules.judge(seen)
    except SyncError as error:
        return error.code
    return None
