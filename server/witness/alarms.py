"""Whether the server has told of machines that were put to use in an alarm, and let no alarm be cleared that it must
not (EQP-05, PRD-08): the same questions as its own rules ask, from the log alone.

A log of before any alarm owes nothing. Of what went on in an alarm, and of a second one, servers of before edition 4
told nothing: before that either is right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from server.equipment.alarms import model
from server.equipment.alarms.model import Alarm
from server.identity import grants
from server.identity.at_capture import capture_of
from server.identity.model import DEVICE_ENROLLED, SERVER
from server.production.course import alarms
from server.production.course.alarms import Found, Known, Use, Work
from server.production.model import ALARM_RAISED, IDENTIFIED, batch_stream
from server.witness.granting import GrantRules
from server.witness.papers import PaperRules
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import Body, StandingRules
from sync.errors import SyncError

# The edition of the rules by which what goes on in an alarm is told as well, and each alarm, and who raises one.
EDITION = 4
_Place = tuple[str, str]


class AlarmRules(StandingRules):
    """Every alarm, and every use of a machine in a batch, after the entries learnt so far."""

    kinds = (*alarms.RAISES, model.CLEARED, IDENTIFIED, *alarms.WORK)

    def __init__(self, papers: PaperRules, since: SinceRules, granted: GrantRules) -> None:
        super().__init__()
        self._papers, self._since, self._granted = papers, since, granted
        self._bridges: set[str] = set()
        self._alarms: dict[str, Alarm] = {}
        # By the piece, its alarms by their entries.
        self._had: dict[str, dict[str, None]] = {}
        # By the piece, and by the phase of a batch, the uses by the entries that say so.
        self._of: dict[str, dict[str, Use]] = {}
        self._at: dict[_Place, dict[str, Use]] = {}
        # Of each phase of a batch its first work; and by device when anything was done in it.
        self._first: dict[_Place, Work] = {}
        self._work: dict[_Place, dict[str, list[str]]] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with; `flag_missing` or `flag_wrong` of a use, of work, of an alarm."""
        head, body = seen.head, seen.body
        if body is not None and head.kind == model.RAISED and self._since.has_reached(EDITION):
            self._judge_raising(seen, body)
        # Of what was erased nobody can say any more what was owed.
        if body is None or self._blind:
            return
        if head.kind == model.CLEARED:
            self._judge_clearing(seen, body)
        elif self._papers.told and (head.kind == model.RAISED or self._is_of_batch(seen, body)):
            must, may = self._owed(seen, body)
            told = model.IN_ALARM in seen.stamp.flags
            self.compare(seen, (model.IN_ALARM,) if (may if told else must) else (), (model.IN_ALARM,))

    def _judge_raising(self, seen: Seen, body: Body) -> None:
        actor, device = seen.head.actor, seen.head.device
        held = self._granted.held_at(actor, capture_of(seen.head))
        among = model.OF_RAISING if held is not None else (model.NOT_A_BRIDGE, model.MISPLACED)
        may = actor == SERVER or any(grants.permits(one, each, None) for one in held or () for each in model.RAISES)
        self.compare(seen, model.judge_raised(body, seen.head.stream, device in self._bridges, may), among)

    def _is_of_batch(self, seen: Seen, body: Body) -> bool:
        if seen.by_server or seen.head.kind not in (ALARM_RAISED, IDENTIFIED, *alarms.WORK):
            return False
        return "batch_unknown" not in seen.stamp.flags and bool(self.phases_of(body["batch"]))

    def _judge_clearing(self, seen: Seen, body: Body) -> None:
        code = model.clearing_refused(body["equipment"], self._alarms.get(body["alarm"]))
        if code is not None:
            raise SyncError(code, f"{seen.head.kind} in {seen.head.stream} by {seen.head.actor}")

    def _owed(self, seen: Seen, body: Body) -> tuple[bool, bool]:
        """Whether the flag must be there, and whether it may."""
        about = alarms.taken_from(seen.head, body, self._papers.made_at(seen))
        if about is None:
            return False, False
        codes = self._used(about) if isinstance(about, Work) else {about.equipment}
        weighed = alarms.weighed_on(seen.head, body)
        codes |= set() if weighed is None else {weighed.equipment}
        told = [self._alarms[one] for code in codes for one in self._had.get(code, ())]
        if not told and not isinstance(about, Alarm):
            return False, False
        known, on_balance = self._known(told, about), [] if weighed is None else alarms.weighed_in(told, weighed)
        may = self._any([*alarms.newly(known, about), *on_balance])
        if self._since.has_reached(EDITION):
            return may, may
        return self._any([*alarms.newly_begun(known, about), *on_balance]), may

    def _any(self, found: Iterable[Found]) -> bool:
        return any(self.phases.get(batch_stream(one.batch)) for one in found)

    def _known(self, told: Sequence[Alarm], about: Alarm | Use | Work) -> Known:
        """As the door gathers it: of the phase at hand, or of all that were done with the piece in alarm."""
        if isinstance(about, Alarm):
            places = {(one.batch, one.phase) for one in self._of.get(about.equipment, {}).values()}
        else:
            places = {(about.batch, about.phase)}
        uses = [one for place in places for one in self._at.get(place, {}).values()]
        work = [self._first[place] for place in places if place in self._first]
        if isinstance(about, Work):
            return Known(told, uses, [replace(one, uses=False) for one in work])
        return Known(told, uses, [*work, *(one for place in places for one in self._work_in(place))])

    def _work_in(self, place: _Place) -> Iterable[Work]:
        return (
            Work("", *place, at, device, begins=False)
            for device, times in self._work.get(place, {}).items()
            for at in times
        )

    def used_in(self, batch: str, phase: str) -> Iterable[Use]:
        """What a phase is done with, as far as it was said."""
        return self._at.get((batch, phase), {}).values()

    def _used(self, about: Work) -> set[str]:
        """The pieces that the phase is done with."""
        return {one.equipment for one in self.used_in(about.batch, about.phase)}

    def learn(self, seen: Seen) -> None:
        super().learn(seen)
        if seen.by_server and seen.head.kind == DEVICE_ENROLLED and seen.body is not None:
            self._bridges |= {seen.body["device"]} if seen.body["role"] == "bridge" else set()

    def take(self, seen: Seen, body: Body) -> None:
        head = seen.head
        if head.kind == model.CLEARED:
            cleared = self._alarms.get(body["alarm"])
            if cleared is not None:
                self._alarms[cleared.id] = replace(cleared, cleared_at=head.captured_at)
            return
        match alarms.taken_from(head, body, self._papers.made_at(seen)):
            case Alarm() as alarm:
                self._alarms[head.id] = alarm
                self._had.setdefault(alarm.equipment, {})[head.id] = None
            case Use() as use:
                self._use(seen, use)
            case Work() as work:
                place = (work.batch, work.phase)
                if work.begins:
                    known = self._first.get(place, work)
                    self._first[place] = min(known, work, key=lambda one: (one.at, one.id))
                if work.uses:
                    self._work.setdefault(place, {}).setdefault(work.device, []).append(work.at)

    def _use(self, seen: Seen, use: Use) -> None:
        """What a correction names takes the place of what it corrects."""
        corrected = seen.head.corrects if "correction_unknown" not in seen.stamp.flags else None
        if corrected is not None:
            for uses in (*self._of.values(), *self._at.values()):
                uses.pop(corrected, None)
        self._of.setdefault(use.equipment, {})[use.id] = use
        self._at.setdefault((use.batch, use.phase), {})[use.id] = use
