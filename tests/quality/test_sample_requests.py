"""The floor asks for a sample, the laboratory draws it or says why not, and an open request holds the release."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, marked, t
from control_support import items, release
from dossier_support import printed
from recipe_support import step
from release_support import finish, refused, review, sign
from sqlalchemy import select
from witness_support import Rig, Story, since, spared, upgrade, witnessed

from server.alerts.projection import alert, recipient
from server.alerts.watch import Watch
from server.core import rebuild
from server.core.errors import PestleError
from server.core.record import Recorded
from server.production.asking import MISSING, UNPLANNED
from server.production.course.rules import Mark
from server.production.model import COMPLETED, FORMED, ORDER, WITHDRAWN
from server.production.rules import slot_of
from server.quality.requests import queries
from server.quality.requests.model import ANSWERED, REQUESTED, UNTESTED, number_text
from server.release.model import RELEASED_KIND
from server.site.model import UPGRADED
from server.witness.lineage import Lineage
from server.witness.requests import RequestRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from sync.entry import Envelope
from sync.errors import SyncError

pytestmark = pytest.mark.urs("QUA-02", "PRD-05")
QA, QC, OPERATOR = "P-5", "P-7", "P-1"
TWENTY = {"value": "20", "unit": "tablets"}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(database_url, tmp_path)
    yield made
    made.plant.close()


def ask(site: Site, phase: str | None = "40", actor: str = OPERATOR, **changes: Any) -> Recorded:
    said: dict[str, Any] = {"batch": "B1", "phase": phase, "sample": None, "what": "20 cores", "amount": TWENTY}
    return site.put(
        "sample_requested", said | {"reason": "the punch was changed", "comment": None} | changes, actor=actor
    )


def leave(site: Site, request: str, person: str = QA) -> None:
    """Say why what was drawn is not tested."""
    site.state(UNTESTED, "batch/B1", {"batch": "B1", "request": request, "reason": "retained"}, person)


def gate(site: Site) -> list[str]:
    """What holds the gate of sampling requests."""
    [found] = [one for one in review(site)["gates"] if one["code"] == "sample_requests"]
    return list(found["details"])


def answer(site: Site, request: str, person: str = QC, **changes: Any) -> None:
    given = {"batch": "B1", "request": request, "sample": number_text("B1", 1), "amount": TWENTY}
    site.state(ANSWERED, "batch/B1", given | {"reason": None, "comment": None} | changes, person)


def decline(site: Site, request: str, person: str = QC, **changes: Any) -> None:
    answer(site, request, person, **{"sample": None, "amount": None, "reason": "sampled an hour ago"} | changes)


def code(do: Callable[..., None], *args: Any, **more: Any) -> str:
    with pytest.raises(PestleError) as error:
        do(*args, **more)
    return error.value.code


def done(site: Site) -> None:
    """A batch that is made, but for what the floor asks."""
    site.order("B1")
    site.work("B1")


def test_an_open_request_holds_the_release_and_its_sample_lets_it_go(site: Site) -> None:
    done(site)
    asked = ask(site)
    assert asked.flags == ()
    site.hand_back("B1")
    [item] = [one for one in review(site)["open"] if one["type"] == "sample_request"]
    assert (item["state"], item["details"]["what"], item["phase"]["id"]) == ("open", "20 cores", "40")
    error = refused(site, "released")
    assert (error.code, [one["code"] for one in error.details["open"]]) == ("release_blocked", ["sample_requests"])
    answer(site, asked.id)
    [item] = [one for one in review(site)["open"] if one["type"] == "sample_request"]
    assert (item["state"], item["details"]["sample"], item["decision"]["text"]) == ("open", "B1-S1", "B1-S1")
    error = refused(site, "released")
    assert [(one["code"], one["details"]) for one in error.details["open"]] == [("sample_requests", [asked.id])]
    leave(site, asked.id)
    [item] = [one for one in review(site)["notable"] if one["type"] == "sample_request"]
    assert (item["decision"]["text"], item["decision"]["by"]["id"]) == ("B1-S1 · retained", QA)
    sign(site, "released")


def test_somebody_who_did_not_ask_says_once_why_a_sample_is_not_tested(site: Site) -> None:
    done(site)
    asked = ask(site, actor="P-6").id
    site.hand_back("B1")
    assert code(leave, site, asked) == "not_found"
    answer(site, asked)
    assert code(leave, site, asked, "P-6") == "request_own"
    assert code(leave, site, asked, OPERATOR) == "not_permitted"
    assert code(leave, site, "0" * 36) == "not_found"
    leave(site, asked)
    assert code(leave, site, asked) == "request_answered"
    assert gate(site) == []


def test_what_was_declined_needs_no_result(site: Site) -> None:
    done(site)
    asked = ask(site).id
    site.hand_back("B1")
    decline(site, asked)
    assert gate(site) == []


def test_a_request_is_answered_once_by_the_next_number_or_by_a_reason(site: Site) -> None:
    done(site)
    first, second = ask(site).id, ask(site, what="10 cores").id
    assert code(answer, site, "0" * 36) == "not_found"
    assert code(answer, site, first, sample="B1-S2") == "sample_number_wrong"
    assert code(answer, site, first, reason="both") == "request_answer_wrong"
    assert code(answer, site, first, sample=None, amount=None) == "request_answer_wrong"
    assert code(decline, site, first, amount=TWENTY) == "request_answer_wrong"
    assert code(answer, site, first, OPERATOR) == "not_permitted"
    answer(site, first)
    assert code(answer, site, first, sample="B1-S2") == "request_answered"
    assert code(answer, site, second) == "sample_number_wrong"
    decline(site, second)
    with site.plant.engine.connect() as connection:
        found = queries.of_batch(connection, "B1")
        assert queries.waiting(connection) == []
    assert [(one.number, one.declined) for one in found] == [("B1-S1", None), (None, "sampled an hour ago")]


def test_who_asked_neither_draws_it_nor_says_that_none_is_needed(site: Site) -> None:
    done(site)
    asked = site.put(
        "sample_requested",
        {"batch": "B1", "phase": None, "sample": None, "what": "x", "amount": None, "reason": "r", "comment": None},
        actor="P-6",
    )
    assert asked.flags == ()
    assert code(decline, site, asked.id, "P-6") == "request_own"
    assert code(answer, site, asked.id, "P-6") == "request_own"
    answer(site, asked.id, QA)


def test_of_a_batch_that_is_decided_nothing_is_drawn(site: Site) -> None:
    done(site)
    first = ask(site).id
    site.hand_back("B1")
    decline(site, first)
    sign(site, "released")
    assert "sample_requests" in [one["code"] for one in review(site)["gates"]]
    assert "post_seal" in ask(site).flags


def test_a_batch_of_which_nothing_is_asked_has_no_such_gate(site: Site) -> None:
    site.order("B1")
    finish(site)
    assert "sample_requests" not in [one["code"] for one in review(site)["gates"]]


def test_what_the_recipe_plans_needs_no_reason_and_what_it_does_not_is_told_without_one(site: Site) -> None:
    planned = [{"id": "cores", "name": t("cores"), "amount": TWENTY}]
    release(site, "B1", [step("10", "instruction", sampling=planned), step("20", "instruction", "10")])
    none: dict[str, Any] = {"reason": None}
    assert ask(site, "10", sample="cores", **none).flags == ()
    assert ask(site, "20", sample="cores", **none).flags == (UNPLANNED,)
    assert ask(site, "10", **none).flags == (UNPLANNED,)
    assert ask(site, None, **none).flags == (UNPLANNED,)
    assert ask(site, None).flags == ()
    found = [one for one in items(site, "B1") if one.code == UNPLANNED]
    assert [one.details["severity"] for one in found] == ["minor"] * 3
    assert "slot_unknown" in ask(site, "99").flags


CORES = {"id": "cores", "name": t("cores"), "amount": TWENTY}
DUST = {"id": "dust", "name": t("dust"), "amount": None}


def sampled(site: Site) -> None:
    """A batch of which two samples are planned in its first phase."""
    release(site, "B1", [step("10", "instruction", sampling=[CORES, DUST]), step("20", "instruction", "10")])
    site.put("phase_started", marked("B1", "10"))


def test_a_phase_that_ends_without_a_planned_sample_being_asked_for_says_which(site: Site) -> None:
    sampled(site)
    ask(site, "10", sample="dust", reason=None)
    # In another phase, or as another sample, it is not asked for.
    ask(site, "20", sample="cores", reason=None)
    ask(site, "10")
    assert site.put("phase_completed", marked("B1", "10")).flags == (MISSING,)
    item = site.item("B1", MISSING)
    assert (item.phase, item.state, item.details) == ("10", "open", {"samples": ["cores"], "severity": "major"})
    # What another tablet says again is the same exception.
    assert MISSING in site.put("phase_completed", marked("B1", "10"), device="tablet-b").flags
    assert [one.code for one in items(site, "B1")].count(MISSING) == 1


def test_a_phase_that_ends_with_each_planned_sample_asked_for_has_nothing_wrong(site: Site) -> None:
    sampled(site)
    for one in ("cores", "dust"):
        assert ask(site, "10", sample=one, reason=None).flags == ()
    assert site.put("phase_completed", marked("B1", "10")).flags == ()
    assert items(site, "B1") == []


def test_a_request_that_was_corrected_into_another_asks_for_nothing_that_is_planned(site: Site) -> None:
    sampled(site)
    ask(site, "10", sample="dust", reason=None)
    wrong = ask(site, "10", sample="cores", reason=None)
    said = {"batch": "B1", "phase": "10", "sample": None, "what": "powder", "amount": None, "comment": None}
    site.put("sample_requested", said | {"reason": "black specks"}, corrects=wrong.id, reason="of the punch")
    assert site.put("phase_completed", marked("B1", "10")).flags == (MISSING,)


@pytest.mark.urs("PLT-18")
def test_a_witness_finds_that_a_planned_sample_was_passed_over_from_this_edition_on(site: Site, tmp_path: Path) -> None:
    sampled(site)
    ask(site, "10", sample="dust", reason=None)
    site.put("phase_completed", marked("B1", "10"))
    story = Story.of(site.plant)
    index = story.flagged(MISSING)
    told = story.first(index).upgraded().then(story.entries[index].envelope, flags=(MISSING,))
    assert witnessed(tmp_path / "told", told) == (200, None)
    before = Rig(tmp_path / "before", story)
    spared(before, story, MISSING)
    before.folder.close()


@pytest.mark.urs("PLT-10", "PLT-18")
@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 0, 1)])
def test_a_request_that_arrives_after_the_end_of_its_phase_takes_its_exception_back(
    site: Site, tmp_path: Path, order: tuple[int, ...]
) -> None:
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    sampled(site)
    asked = [written(site, "tablet-b", REQUESTED, 1, sample=one) for one in ("cores", "dust")]
    arrivals = [*asked, written(site, "tablet-a", COMPLETED, 10)]
    for at in order:
        site.submit(arrivals[at])
    assert [one for one in items(site, "B1") if one.code == MISSING and one.state == "open"] == []
    story = Story.of(site.plant)
    if order[-1] == 2:
        assert story.indices(WITHDRAWN) == []
    else:
        assert [one["entry"] for one in story.payloads(WITHDRAWN)] == [asked[1].head.id]
        # Before the last request has come, nobody withdraws it.
        index = story.indices(WITHDRAWN)[-1]
        forged = story.first(index - 1).server_says(WITHDRAWN, "batch/B1", story.payloads(WITHDRAWN)[-1])
        assert witnessed(tmp_path / "forged", forged) == (422, ("exception_withdrawn_wrong", index - 1))
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []
    assert witnessed(tmp_path / "witness", story) == (200, None)


@pytest.mark.urs("PLT-10", "PLT-18")
@pytest.mark.parametrize("ended_last", [True, False])
def test_a_sample_that_was_asked_for_after_the_end_stays_missing(site: Site, tmp_path: Path, ended_last: bool) -> None:
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    sampled(site)
    ask(site, "10", sample="dust", reason=None)
    arrivals = [written(site, "tablet-a", COMPLETED, 10), written(site, "tablet-b", REQUESTED, 30, sample="cores")]
    for one in reversed(arrivals) if ended_last else arrivals:
        site.submit(one)
    assert site.item("B1", MISSING).state == "open"
    assert witnessed(tmp_path / "witness", Story.of(site.plant)) == (200, None)


@pytest.mark.urs("PLT-18")
def test_a_correction_after_the_end_that_takes_a_planned_sample_away_is_told(site: Site, tmp_path: Path) -> None:
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    sampled(site)
    ask(site, "10", sample="dust", reason=None)
    asked = ask(site, "10", sample="cores", reason=None).id
    assert site.put("phase_completed", marked("B1", "10")).flags == ()
    said: dict[str, Any] = {"batch": "B1", "phase": "10", "what": "x", "amount": None, "comment": None}
    # Another amount is the same sample, asked for as early.
    same = said | {"sample": "cores", "reason": None}
    later = site.put("sample_requested", same, corrects=asked, reason="the amount")
    assert later.flags == ()
    other = said | {"sample": None, "reason": "black specks"}
    gone = site.put("sample_requested", other, corrects=later.id, reason="of the punch")
    assert gone.flags == (MISSING,)
    item = site.item("B1", MISSING)
    assert (item.state, item.details["samples"]) == ("open", ["cores"])
    story = Story.of(site.plant)
    index = story.flagged(MISSING)
    assert witnessed(tmp_path / "witness", story) == (200, None)
    assert witnessed(tmp_path / "left", story.without_flag(MISSING)) == (422, ("flag_missing", index))
    # What was meant all along was asked for before.
    site.put("sample_requested", same, corrects=gone.id, reason="it was")
    assert site.item("B1", MISSING).state == "withdrawn"


def written(site: Site, device: str, kind: str, minute: int, **changes: Any) -> Envelope:
    given = marked("B1", "10")
    if kind == REQUESTED:
        given |= {"sample": None, "what": "cores", "amount": TWENTY, "reason": None, "comment": None} | changes
    begun, site.now_ms = site.now_ms, site.now_ms + minute * 60_000
    lease = site.leases["B1", device]
    one = site.writers[device].write(kind, "batch/B1", given, actor="P-1", subject=slot_of(kind, given), lease=lease)
    site.now_ms = begun
    return one


def test_requests_come_back_from_the_log_alone_and_a_witness_has_nothing_against_them(
    site: Site, tmp_path: Path
) -> None:
    done(site)
    first, second = ask(site).id, ask(site, what="10 cores").id
    site.hand_back("B1")
    answer(site, first)
    decline(site, second)
    leave(site, first)
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []
    sign(site, "released")
    story = Story.of(site.plant)
    rig = Rig(tmp_path / "witness", story)
    assert rig.show(story) == 200, rig.why
    rig.folder.close()


def test_the_dossier_tells_request_and_sample(site: Site) -> None:
    done(site)
    asked = ask(site).id
    site.hand_back("B1")
    answer(site, asked)
    leave(site, asked)
    text, _ = printed(site)
    assert "B1-S1·retained" in text
    assert "thepunchwaschanged" in text
    assert "B1-S1" in text


def marked_(seen: Seen, body: Mapping[str, Any]) -> Mark:
    return Mark(seen.head.kind, body["phase"], seen.head.captured_at, device=seen.head.device)


def found_by_a_witness(
    story: list[Seen], change: Callable[[Seen], Seen | None], *versions: str, tested: bool = False
) -> str | None:
    """After these versions; whether its samples are `tested`."""
    rules = RequestRules(Lineage(), since(story, *versions), lambda *_: tested, marked_)
    for seen in filter(None, map(change, story)):
        try:
            rules.judge(seen)
        except SyncError as error:
            return error.code
        rules.learn(seen)
    return None


@pytest.mark.urs("PLT-18")
def test_a_witness_finds_a_release_over_an_open_request_and_an_answer_that_is_none(site: Site) -> None:
    done(site)
    asked = ask(site).id
    site.hand_back("B1")
    answer(site, asked)
    leave(site, asked)
    sign(site, "released")
    story = [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in Story.of(site.plant).entries]

    def of(kind: str, change: Callable[[Seen], Seen | None]) -> Callable[[Seen], Seen | None]:
        return lambda seen: change(seen) if seen.head.kind == kind else seen

    def flagged(seen: Seen) -> Seen:
        return replace(seen, stamp=replace(seen.stamp, flags=(*seen.stamp.flags, UNPLANNED)))

    def unreasoned(seen: Seen) -> Seen:
        return replace(seen, body={**(seen.body or {}), "reason": None})

    def renumbered(seen: Seen) -> Seen:
        return replace(seen, body={**(seen.body or {}), "sample": "B1-S7"})

    assert found_by_a_witness(story, lambda seen: seen) is None
    unanswered = (seen for seen in story if seen.head.kind != UNTESTED)
    assert found_by_a_witness(list(unanswered), of(ANSWERED, lambda seen: None)) == "release_blocked"
    assert found_by_a_witness(story, of(ANSWERED, renumbered)) == "sample_number_wrong"
    assert found_by_a_witness(story, of(REQUESTED, lambda seen: None)) == "not_found"
    assert found_by_a_witness(story, of(REQUESTED, flagged)) == "flag_wrong"
    assert found_by_a_witness(story, of(REQUESTED, unreasoned)) == "flag_missing"
    # Who draws what they have asked for is found from where servers refuse it; who declines it, always.
    own = of(ANSWERED, lambda seen: replace(seen, head=replace(seen.head, actor="P-1")))
    assert found_by_a_witness(story, own) is None
    assert found_by_a_witness(story, own, UPGRADED) == "request_own"
    # What was drawn and has no result holds a release from where servers ask it, until somebody else says why.
    assert found_by_a_witness(story, lambda seen: seen, UPGRADED) is None
    untold = of(UNTESTED, lambda seen: None)
    assert found_by_a_witness(story, untold, UPGRADED) == "release_blocked"
    assert found_by_a_witness(story, untold, UPGRADED, tested=True) is None
    assert found_by_a_witness(story, untold) is None
    by_asker = of(UNTESTED, lambda seen: replace(seen, head=replace(seen.head, actor=OPERATOR)))
    assert found_by_a_witness(story, by_asker) == "request_own"
    # Where the request was erased nobody can tell.
    assert found_by_a_witness(story, of(REQUESTED, lambda seen: replace(seen, body=None))) is None


@pytest.mark.urs("PLT-18", "PRD-14")
def test_a_witness_asks_it_of_what_a_batch_came_of_as_well(site: Site) -> None:
    done(site)
    asked = ask(site).id
    site.hand_back("B1")
    answer(site, asked)
    leave(site, asked)
    sign(site, "released")
    story = [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in Story.of(site.plant).entries]
    [order] = [one for one in story if one.head.kind == ORDER]
    said = {"batch": "B2", "how": "split", "parents": ["B1"]}
    lineage = Lineage()
    lineage.learn(replace(order, head=replace(order.head, kind=FORMED, stream="batch/B2"), body=said))
    assert lineage.above("B2") == ["B1"]
    for left, found in ((None, None), (ANSWERED, "release_blocked")):
        witness, code_ = RequestRules(lineage, SinceRules(), lambda *_: False, marked_), None
        for seen in story:
            if seen.head.kind == left:
                continue
            if seen.head.kind == RELEASED_KIND:
                try:
                    witness.judge(replace(seen, body={**(seen.body or {}), "batch": "B2"}))
                except SyncError as error:
                    code_ = error.code
            witness.learn(seen)
        assert code_ == found


@pytest.mark.urs("HMI-04")
def test_the_laboratory_is_told(site: Site) -> None:
    done(site)
    watch = Watch(site.plant, lambda: None)
    ask(site)
    watch.listen()
    with site.plant.engine.connect() as connection:
        of = alert.join(recipient, recipient.c.alert == alert.c.id)
        query = select(recipient.c.person).select_from(of).where(alert.c.code == "sample_requested")
        assert QC in connection.execute(query).scalars().all()


def test_a_planned_sample_is_named_in_both_languages_whoever_asked_for_it(site: Site) -> None:
    cores = {"id": "cores", "name": {"zh": "素片", "en": "Cores"}, "amount": TWENTY}
    release(site, "B1", [step("10", "instruction", sampling=[cores])])
    ask(site, "10", sample="cores", what="素片", reason=None)
    ask(site, "10", what="粉末", amount=None)
    with site.plant.engine.connect() as connection:
        found = [(queries.planned(connection, one), one.what) for one in queries.of_batch(connection, "B1")]
    assert found == [(cores["name"], "素片"), (None, "粉末")]
