"""What a witness asks of an entry costs the same whatever else the site has done: a log of years is still followed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from batch_support import Site, marked, t
from control_support import release
from course_support import Branches
from environment_support import Rooms
from paper_support import begun, ended, issue, opened
from recipe_support import step
from witness_support import Story

from server.core.kinds import Registry
from server.core.zones import Zones
from server.environment.model import POINT_READ
from server.equipment.alarms.model import CLEARED, RAISED
from server.plant import ROOMS
from server.production.model import COMPLETED, PAPER_BEGUN, STARTED
from server.quality.requests.model import REQUESTED
from server.release.model import RELEASED_KIND
from server.release.paper.model import ISSUED
from server.site.model import RULES
from server.witness.alarms import AlarmRules
from server.witness.course import CourseRules
from server.witness.environment import EnvironmentRules
from server.witness.granting import GrantRules
from server.witness.lineage import Lineage
from server.witness.papers import PaperRules
from server.witness.requests import RequestRules
from server.witness.seen import Seen
from server.witness.since import SinceRules

pytestmark = pytest.mark.urs("PLT-18")
AMOUNT = {"value": "20", "unit": "tablets"}
SAMPLED = [step("10", "instruction", sampling=[{"id": "S1", "name": t("cores"), "amount": AMOUNT}])]
CORES: dict[str, Any] = {"batch": "C1", "phase": "10", "sample": "S1", "what": "20 cores", "amount": AMOUNT}
CORES |= {"reason": None, "comment": None}
OTHERS = 12_000


def told(folder: Path, work: Callable[[Site], None]) -> list[Seen]:
    for site in opened(f"sqlite:///{folder}/pestle.db", folder):
        work(site)
        entries = Story.of(site.plant).entries
    return [Seen(one.head, one.stamp, one.envelope.body, b"", one.signatures, Zones()) for one in entries]


def _work(site: Site) -> None:
    issue(site)
    release(site, "C1", SAMPLED)
    site.put("sample_requested", CORES)
    site.put("phase_completed", marked("C1", "10"))
    site.put("paper_begun", begun("10"))
    site.put("phase_started", marked("B1", "10"))
    site.put("paper_ended", ended("10"), cosigner="P-2")


class Today(SinceRules):
    def has_reached(self, edition: int) -> bool:
        return edition <= RULES


def lasts(work: Callable[[], None]) -> float:
    """Seconds, as often as it is done without anything else of the machine in between."""

    def once() -> float:
        began = perf_counter()
        for _ in range(5):
            work()
        return perf_counter() - began

    return min(once() for _ in range(5))


def test_what_other_batches_did_does_not_slow_what_is_asked_of_one(tmp_path: Path) -> None:
    story, since, lineage = told(tmp_path, _work), Today(), Lineage()
    papers = PaperRules(lambda _, __: True, lineage, since)
    course = CourseRules(since, papers)
    requests = RequestRules(lineage, since, lambda _, __: True, course.mark)
    by: dict[str, Seen] = {}
    for seen in story:
        for rules in (papers, course, requests):
            rules.learn(seen)
        by[seen.head.kind] = seen
    ends = replace(by[COMPLETED], head=replace(by[COMPLETED].head, id="again"))
    begins = replace(by[PAPER_BEGUN], body=dict(by[PAPER_BEGUN].body or {}, phase="30"))
    released = replace(by[ISSUED], head=replace(by[ISSUED].head, kind=RELEASED_KIND), body={"batch": "B1"})
    asked: dict[str, Callable[[], None]] = {
        "end": lambda: requests.judge(ends),
        "paper": lambda: papers.judge(begins),
        "release of paper": lambda: papers.judge_release(released),
    }
    before = {name: lasts(work) for name, work in asked.items()}
    for n in range(OTHERS):
        for kind, rules in ((REQUESTED, requests), (ISSUED, papers), (PAPER_BEGUN, papers)):
            rules.learn(_elsewhere(by[kind], n))
    after = {name: lasts(work) for name, work in asked.items()}
    slower = {name: after[name] / before[name] for name in asked}
    assert max(slower.values()) < 8, slower


def _in_alarm(site: Site) -> None:
    """A press is at work after an alarm of it was cleared, and of another one."""
    made = Branches(site, "B2")
    for code in ("PR-1", "PR-2"):
        made.register(code, "press", None)
        said = {"equipment": code, "what": "E42", "severity": "major", "source": "manual"}
        raised = site.state(RAISED, f"equipment/{code}", said, "P-1").id
        site.now_ms += 600_000
        site.state(CLEARED, f"equipment/{code}", {"equipment": code, "alarm": raised, "reason": "filter changed"})
    made.do("10")
    made.identify("20", "PR-1")
    made.start("20")


def test_the_alarms_that_machines_have_had_do_not_slow_what_is_asked_of_work(tmp_path: Path) -> None:
    story, since = told(tmp_path, _in_alarm), Today()
    papers = PaperRules(lambda _, __: True, Lineage(), since)
    alarms = AlarmRules(papers, since, GrantRules(Registry(ROOMS)))
    for seen in story:
        for rules in (papers, alarms):
            rules.learn(seen)
    begun = next(one for one in reversed(story) if one.head.kind == STARTED)
    before = lasts(lambda: alarms.judge(begun))
    raised, cleared = (next(one for one in reversed(story) if one.head.kind == kind) for kind in (RAISED, CLEARED))
    for n in range(OTHERS):
        alarms.learn(replace(raised, head=replace(raised.head, id=f"alarm-{n}")))
        alarms.learn(replace(cleared, body={**(cleared.body or {}), "alarm": f"alarm-{n}"}))
    after = lasts(lambda: alarms.judge(begun))
    assert after / before < 8


def _in_room(site: Site) -> None:
    rooms = Rooms(site)
    rooms.order("B7")
    rooms.read("30.00")
    site.now_ms += 8 * 3_600_000
    rooms.start("10", "B7")
    rooms.end("10", "B7")


def test_what_was_read_beyond_limits_before_does_not_slow_what_is_asked_of_work(tmp_path: Path) -> None:
    story, since = told(tmp_path, _in_room), Today()
    papers = PaperRules(lambda _, __: True, Lineage(), since)
    rooms = EnvironmentRules(papers)
    by: dict[str, Seen] = {}
    for seen in story:
        for rules in (papers, rooms):
            rules.learn(seen)
        by[seen.head.kind] = seen
    begun, ends, read = by[STARTED], by[COMPLETED], by[POINT_READ]
    late = replace(ends, head=replace(ends.head, captured_at="2026-11-22T23:00:00.000Z"))
    asked: dict[str, Callable[[], None]] = {"begun": lambda: rooms.judge(begun), "end": lambda: rooms.judge(late)}
    before = {name: lasts(work) for name, work in asked.items()}
    for n in range(OTHERS):
        at = f"2026-11-22T{10 + n // 3600}:{n // 60 % 60:02d}:{n % 60:02d}.000Z"
        rooms.learn(replace(read, head=replace(read.head, id=f"read-{n}", captured_at=at)))
    slower = {name: lasts(work) / before[name] for name, work in asked.items()}
    assert max(slower.values()) < 8, slower


def _elsewhere(seen: Seen, n: int) -> Seen:
    device = seen.head.device if seen.by_server else f"tablet-{n}"
    head = replace(seen.head, id=f"{seen.head.kind}-{n}", stream=f"batch/Q{n}", device=device)
    return replace(seen, head=head, body={**(seen.body or {}), "batch": f"Q{n}"})
