"""The review asks the floor, the floor answers, and an open question holds the release (QUA-05)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from dossier_support import printed
from release_support import finish, refused, review, sign
from sqlalchemy import select
from witness_support import Rig, Story

from server.alerts.projection import alert, recipient
from server.alerts.watch import Watch
from server.core import rebuild
from server.core.errors import PestleError
from server.release.model import ANSWERED_KIND, ASKED_KIND
from server.witness.lineage import Lineage
from server.witness.questions import QuestionRules
from server.witness.seen import Seen
from sync.errors import SyncError

pytestmark = pytest.mark.urs("PRD-13", "QUA-05")
QA, OTHER_QA, OPERATOR = "P-5", "P-6", "P-1"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(database_url, tmp_path)
    made.order("B1")
    yield made
    made.plant.close()


def ask(site: Site, person: str = QA, **changes: Any) -> str:
    given = {"batch": "B1", "phase": None, "about": [], "text": "why so late?"}
    return str(site.state(ASKED_KIND, "batch/B1", given | changes, person))


def question(site: Site) -> str:
    return str(review(site)["open"][-1]["id"])


def answer(site: Site, asked: str, person: str = OPERATOR, **changes: Any) -> None:
    given = {"batch": "B1", "question": asked, "text": "the steam was low"}
    site.state(ANSWERED_KIND, "batch/B1", given | changes, person)


def code(site: Site, *args: Any, **more: Any) -> str:
    with pytest.raises(PestleError) as error:
        answer(site, *args, **more)
    return error.value.code


def test_an_open_question_holds_the_release_and_the_answer_lets_it_go(site: Site) -> None:
    finish(site)
    ask(site)
    [item] = [one for one in review(site)["open"] if one["type"] == "question"]
    assert (item["state"], item["comment"]) == ("open", "why so late?")
    error = refused(site, "released")
    assert (error.code, [one["code"] for one in error.details["open"]]) == ("release_blocked", ["questions"])
    answer(site, item["id"])
    [item] = [one for one in review(site)["notable"] if one["type"] == "question"]
    assert (item["decision"]["text"], item["decision"]["by"]["id"]) == ("the steam was low", OPERATOR)
    sign(site, "released")


def test_a_question_is_answered_once_and_by_another(site: Site) -> None:
    finish(site)
    ask(site)
    asked = question(site)
    assert code(site, asked, QA) == "question_own"
    assert code(site, "0" * 36) == "not_found"
    answer(site, asked)
    assert code(site, asked) == "question_answered"


def test_only_the_review_asks_and_only_about_what_there_is(site: Site) -> None:
    finish(site)
    for person, changes, refusal in (
        (OPERATOR, {}, "not_permitted"),
        (QA, {"phase": "no such phase"}, "not_found"),
        (QA, {"about": ["0" * 36]}, "not_found"),
    ):
        with pytest.raises(PestleError) as error:
            ask(site, person, **changes)
        assert error.value.code == refusal


def test_of_a_batch_that_is_decided_nobody_asks(site: Site) -> None:
    finish(site)
    sign(site, "released")
    with pytest.raises(PestleError) as error:
        ask(site)
    assert error.value.code == "batch_disposed"
    assert "questions" not in [one["code"] for one in review(site)["gates"]]


def test_questions_come_back_from_the_log_alone_and_a_witness_has_nothing_against_them(
    site: Site, tmp_path: Path
) -> None:
    finish(site)
    ask(site, phase="10")
    answer(site, question(site))
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["differences"] == []
    sign(site, "released")
    story = Story.of(site.plant)
    rig = Rig(tmp_path / "witness", story)
    assert rig.show(story) == 200, rig.why
    rig.folder.close()


def test_the_dossier_tells_question_and_answer(site: Site) -> None:
    finish(site)
    ask(site)
    answer(site, question(site))
    text, _ = printed(site)
    assert "whysolate?" in text
    assert "thesteamwaslow" in text


def found_by_a_witness(story: list[Seen], change: Callable[[Seen], Seen | None]) -> str | None:
    rules = QuestionRules(Lineage())
    for seen in filter(None, map(change, story)):
        try:
            rules.judge(seen)
        except SyncError as error:
            return error.code
        rules.learn(seen)
    return None


def test_a_witness_finds_a_release_over_an_open_question_and_an_answer_that_is_none(site: Site) -> None:
    finish(site)
    ask(site)
    answer(site, question(site))
    sign(site, "released")
    story = [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures) for one in Story.of(site.plant).entries]

    def of(kind: str, change: Callable[[Seen], Seen | None]) -> Callable[[Seen], Seen | None]:
        return lambda seen: change(seen) if seen.head.kind == kind else seen

    assert found_by_a_witness(story, lambda seen: seen) is None
    assert found_by_a_witness(story, of(ANSWERED_KIND, lambda seen: None)) == "release_blocked"
    assert found_by_a_witness(story, of(ASKED_KIND, lambda seen: None)) == "not_found"
    own = of(ANSWERED_KIND, lambda seen: replace(seen, head=replace(seen.head, actor=QA)))
    assert found_by_a_witness(story, own) == "question_own"
    # Where the question was erased nobody can tell.
    assert found_by_a_witness(story, of(ASKED_KIND, lambda seen: replace(seen, body=None))) is None


@pytest.mark.urs("HMI-04")
def test_supervisors_and_who_worked_there_are_told_and_the_asker_of_the_answer(site: Site) -> None:
    finish(site)
    watch = Watch(site.plant, lambda: None)

    def told(code: str) -> list[str]:
        watch.listen()
        with site.plant.engine.connect() as connection:
            of = alert.join(recipient, recipient.c.alert == alert.c.id)
            query = select(recipient.c.person).select_from(of).where(alert.c.code == code)
            return sorted(connection.execute(query).scalars())

    ask(site)
    assert told("question_asked") == ["P-1", "P-3"]
    answer(site, question(site))
    assert told("question_answered") == [QA]
