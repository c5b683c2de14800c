"""Whatever happens to a batch, and in whatever order: it is released just when nothing of it is open.

What is open is read off the log by the few lines of `open_of`, which know nothing of gates, items and projections.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from batch_support import PHASES, Payload, Site, checked, cleared, marked, parameter, weighed
from hypothesis import given, settings
from hypothesis import strategies as st
from release_support import close, review_production, sign
from support import with_tables
from usage_support import check
from witness_support import Story, upgrade, witnessed

from server.core import rebuild
from server.core.errors import PestleError
from server.identity.model import PERSON_ADDED
from server.production import model as production
from server.production import queries as batches
from server.production import rules
from server.production.rules import slot_of
from server.quality.model import DEVIATION_CLOSED_V1, DEVIATION_OPENED, RESULTS_RECORDED
from server.quality.usage.model import CHECKED
from server.recipes.model import slots
from server.release.model import ANSWERED_KIND, ASKED_KIND, ASSESSED_KIND, PRODUCTION_KIND, RESOLVED_KIND
from server.site.model import UPGRADED
from sync.log.reading import StoredEntry

pytestmark = pytest.mark.urs("WHS-02", "PRD-13", "QUA-05")
ANALYST, SECOND, QA, OPERATOR = "P-7", "P-71", "P-5", "P-1"
B, STREAM = "B1", "batch/B1"
LEFT, GIVEN = "handheld.lease_issued.v1", "handheld.lease_returned.v1"
# What an entry is flagged with that QA decides as a conflict, and not as an exception.
CLASH = "conflict"
OUT = "out_of_limits"
Piece = tuple[str, Payload]


WILD: dict[str, Callable[[Payload], Payload]] = {
    "line_cleared": lambda given: {"items": [one | {"ok": False} for one in given["items"]]},
    "material_weighed": lambda _: {"net": {"value": "12.700", "unit": "kg"}},
    "parameter_recorded": lambda given: {"value": given["value"] | {"value": "9"}},
    "check_recorded": lambda _: {"values": ["59.9", "80.0", "82.0"], "mean": "73.97"},
}


def pieces() -> list[Piece]:
    """All that is to be done, in its order."""
    done: dict[str, list[Piece]] = {
        "10": [("line_cleared", cleared(B))],
        "20": [("material_weighed", weighed(B))],
        "30": [("parameter_recorded", parameter(B, "speed", "12", "rpm"))],
        "40": [("check_recorded", checked(B, turn, ["79.0", "80.0", "82.0"], "80.33")) for turn in (1, 2)],
    }
    done["30"].append(("parameter_recorded", parameter(B, "time", "20", "min")))
    return [
        one
        for phase, entries in done.items()
        for one in (("phase_started", marked(B, phase)), *entries, ("phase_completed", marked(B, phase)))
    ]


def open_of(entries: Iterable[StoredEntry]) -> Counter[str]:
    """What of the batch waits for somebody, by the log alone; `failed` waits in vain."""
    mine = [entry for entry in entries if entry.head.stream == STREAM]
    said = defaultdict[str, list[StoredEntry]](list)
    claims = defaultdict[str, list[int]](list)
    for entry in mine:
        said[entry.head.kind].append(entry)
        if entry.head.kind in production.SINGLE_VALUED and entry.head.corrects is None:
            claims[str(entry.head.subject)].append(entry.index)
    still = Counter[str]()
    still["exceptions"] = sum(not _assessed(said, flag, entry) for entry in mine for flag in _wrong(entry))
    still["conflicts"] = sum(len(made) > 1 and not _resolved(said, slot, made) for slot, made in claims.items())
    ended = {entry.envelope.body["phase"] for entry in said[production.COMPLETED]}
    still["work"] = len({slot for phase in PHASES for slot in slots(phase)} - {*claims}) + len(PHASES) - len(ended)
    still["leases"] = len(said[LEFT]) - len(said[GIVEN])
    still["questions"] = len(said[ASKED_KIND]) - len(said[ANSWERED_KIND])
    still["deviations"] = len(said[DEVIATION_OPENED]) - len(said[DEVIATION_CLOSED_V1])
    still["unchecked"] = len(said[RESULTS_RECORDED]) - len(said[CHECKED])
    # Whatever the floor says is production's to look at before quality does.
    floor = [
        entry.index for entry in mine if entry.head.kind.startswith("production.") or entry.head.kind == ANSWERED_KIND
    ]
    still["unreviewed"] = max((entry.index for entry in said[PRODUCTION_KIND]), default=-1) < max(floor)
    lines = [line for entry in said[RESULTS_RECORDED] for line in entry.envelope.body["results"]]
    still["failed"] = sum(line["verdict"] == "fail" for line in lines)
    return +still


def _wrong(entry: StoredEntry) -> set[str]:
    """What QA must look at: as the receipt says, but whether a value is out is seen from the value and the recipe."""
    told = {*entry.stamp.flags} - {CLASH, OUT}
    return told | ({OUT} if _is_out(entry.head.kind, entry.envelope.body) else set())


def _is_out(kind: str, given: Payload) -> bool:
    phase = next((one for one in PHASES if one["id"] == given.get("phase")), {})
    if kind == production.CLEARED:
        return not all(item["ok"] for item in given["items"])
    if kind == production.WEIGHED:
        return _beyond(phase, given["net"]["value"])
    if kind == production.PARAMETER:
        (planned,) = [one for one in phase["parameters"] if one["id"] == given["parameter"]]
        return _beyond(planned, given["value"]["value"])
    return kind == production.CHECKED and any(_beyond(phase["checks"][0], value) for value in given["values"])


def _beyond(planned: Payload, value: str) -> bool:
    low, high = planned["low"], planned["high"]
    return (low is not None and Decimal(value) < Decimal(low)) or (high is not None and Decimal(value) > Decimal(high))


def _assessed(said: Mapping[str, list[StoredEntry]], flag: str, flagged: StoredEntry) -> bool:
    """QA has assessed, after it came, what it or others of its phase were flagged with; of values each for itself."""
    raised = {entry.head.id: entry.envelope.body for entry in said[production.EXCEPTION]}
    phase = flagged.envelope.body.get("phase")
    after = [raised[one.envelope.body["exception"]] for one in said[ASSESSED_KIND] if one.index > flagged.index]
    same = [item for item in after if (item["code"], item["phase"]) == (flag, phase)]
    return any(flag != OUT or flagged.head.id in item["entries"] for item in same)


def _resolved(said: Mapping[str, list[StoredEntry]], slot: str, claims: list[int]) -> bool:
    """QA has chosen in this slot, after the last tablet claimed it."""
    known = {entry.head.id: entry.head.subject for entries in said.values() for entry in entries}
    chosen = [one.index for one in said[RESOLVED_KIND] if known[one.envelope.body["chosen"]] == slot]
    return bool(chosen) and max(chosen) > max(claims)


@dataclass
class World:
    site: Site
    left: list[Piece] = field(default_factory=pieces)
    done: list[tuple[Piece, str]] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    opened: int = 0
    back: bool = False
    released: bool = False

    def step(self, at: int) -> None:
        """The next piece of work; other than the first, out of its turn."""
        if self.left:
            kind, payload = self.left.pop(at % len(self.left))
            self.done.append(((kind, payload), self.site.put(kind, payload).id))

    def twice(self, at: int) -> None:
        """Another tablet claims what one has recorded."""
        known = [one for one, _ in self.done if f"production.{one[0]}.v1" in production.SINGLE_VALUED]
        if known:
            kind, payload = known[at % len(known)]
            self.site.put(kind, payload | {"comment": "as I saw it"}, device="tablet-b")

    def wild(self, at: int) -> None:
        """A value out of its limits in one of the places that are still to be filled, of whatever sort."""
        mine = [one for one in self.left if one[0] in WILD]
        if mine:
            kind, payload = mine[at % len(mine)]
            self.left.remove((kind, payload))
            given = payload | WILD[kind](payload) | {"comment": "the drive jammed"}
            self.done.append(((kind, given), self.site.put(kind, given).id))

    def correct(self, at: int) -> None:
        known = [(one, entry) for one, entry in self.done if one[0] == "parameter_recorded"]
        if known:
            (kind, payload), entry = known[at % len(known)]
            value = payload["value"] | {"value": {"speed": "13", "time": "25"}[payload["parameter"]]}
            new = payload | {"value": value, "comment": None}
            self.done.remove(((kind, payload), entry))
            put = self.site.put(
                kind, new, corrects=entry, reason="misread", subject=slot_of(f"production.{kind}.v1", new)
            )
            self.done.append(((kind, new), put.id))

    def result(self, at: int) -> None:
        line: Payload = {"test": "assay", "name": None, "value": {"value": "99.3" if at else "80.0", "unit": "%"}}
        line |= {"low": "95.0", "high": "105.0", "verdict": "pass" if at else "fail"}
        given = {"stage": "release", "results": [line], "source": None}
        self.unchecked.append(self.site.state(RESULTS_RECORDED, STREAM, given, ANALYST).id)

    def check(self, _: int = 0) -> None:
        if self.unchecked:
            check(self.site.plant, STREAM, self.unchecked.pop(), SECOND)

    def ask(self, _: int) -> None:
        given = {"batch": B, "phase": None, "about": [], "text": "why?"}
        self.asked.append(str(self.site.state(ASKED_KIND, STREAM, given, QA).id))

    def answer(self, _: int = 0) -> None:
        if self.asked:
            given = {"batch": B, "question": self.asked.pop(), "text": "the steam was low"}
            self.site.state(ANSWERED_KIND, STREAM, given, OPERATOR)

    def deviate(self, _: int) -> None:
        self.opened += 1
        number = f"DEV-2026-{self.opened:04}"
        given = {"deviation": number, "batch": B, "code": "reported", "entry": None, "device": None, "summary": "spill"}
        self.site.state(DEVIATION_OPENED, STREAM, given, OPERATOR)
        self.numbers.append(number)

    def conclude(self, _: int = 0) -> None:
        if self.numbers:
            close(self.site, self.numbers.pop(), 0)

    def settle(self, at: int = 0) -> bool:
        """QA decides a conflict, or assesses an exception; whether there was any."""
        with self.site.plant.engine.connect() as connection:
            found = [one for one in batches.items_of(connection, B) if one.state == "open" and one.type != "deviation"]
        if not found:
            return False
        item = found[at % len(found)]
        if item.type == "conflict":
            said = {
                "batch": B,
                "conflict": item.id,
                "chosen": item.entries[at % len(item.entries)],
                "reason": "as read",
            }
            self.site.state(RESOLVED_KIND, STREAM, said, QA)
        else:
            said = {"batch": B, "exception": item.id, "assessment": "no effect on quality"}
            self.site.state(ASSESSED_KIND, STREAM, said, QA)
        return True

    def hand_back(self, _: int = 0) -> None:
        if not self.back:
            self.site.hand_back(B)
            self.back = True

    def review(self, _: int = 0) -> None:
        """Production signs, if there is anything to sign."""
        review_production(self.site)

    def release(self, _: int = 0) -> None:
        """QA signs what is there; the door and the log say the same of whether it may."""
        still = open_of(Story.of(self.site.plant).entries)
        with ExitStack() as stack:
            if still:
                stack.enter_context(pytest.raises(PestleError, match="release_blocked"))
            sign(self.site, "released", alone=True)
        self.released = not still

    def finish(self, what: str) -> None:
        """Everybody does all that is left of one sort; what is said meanwhile may leave more of another."""
        if what == "step":
            while self.left:
                self.step(0)
        elif what == "settle":
            while self.settle():
                pass
        elif what in ("hand_back", "review"):
            getattr(self, what)()
        else:
            for _ in range(len(getattr(self, LISTS[what]))):
                getattr(self, what)()


LISTS = {"answer": "asked", "conclude": "numbers", "check": "unchecked"}
DEEDS = ("twice", "wild", "correct", "result", "check", "ask", "answer", "deviate", "conclude", "settle", "review")
deeds = st.lists(
    st.one_of(
        st.tuples(st.just("step"), st.just(0)),
        st.tuples(st.sampled_from(("step", *DEEDS, "hand_back", "release")), st.integers(0, 9)),
    ),
    max_size=30,
)


@given(deeds, st.permutations(("step", "settle", "hand_back", "review", *LISTS)))
@settings(max_examples=25)
def test_a_batch_is_released_just_when_nothing_of_it_is_open(story: list[tuple[str, int]], ends: list[str]) -> None:
    with TemporaryDirectory() as folder:
        site = Site(with_tables(f"sqlite:///{folder}/pestle.db"), Path(folder))
        try:
            world = told(site, story)
            for what in (*ends, "settle", "review"):
                if not world.released:
                    world.finish(what)
                    world.release()
            failed = open_of(Story.of(site.plant).entries)["failed"]
            assert world.released is not bool(failed)
            assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]
            assert witnessed(Path(folder) / "witness", Story.of(site.plant))[0] == 200
        finally:
            site.plant.close()


def told(site: Site, story: list[tuple[str, int]]) -> World:
    person: dict[str, Any] = {"person": SECOND, "login": "qian", "name": "钱", "name_en": None, "roles": ["qc"]}
    site.state(PERSON_ADDED, f"person/{SECOND}", person)
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    site.order(B)
    world = World(site)
    for deed, at in story:
        if not world.released:
            getattr(world, deed)(at)
    return world


@pytest.mark.parametrize("kind", WILD)
def test_a_door_that_judges_no_limits_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """What is open is seen from the values: of a door that has lost this rule the batch still waits for QA."""
    site = Site(with_tables(f"sqlite:///{tmp_path}/pestle.db"), tmp_path)
    monkeypatch.setattr(rules, "judge_values", lambda *_: [])
    site.order(B)
    payload = next(given for name, given in pieces() if name == kind)
    told = {*site.put(kind, payload | WILD[kind](payload)).flags}
    still = open_of(Story.of(site.plant).entries)
    site.plant.close()
    assert OUT not in told
    assert still["exceptions"] == len(told) + 1
