"""Whether a machine was put to use, or work went on with it, while it was in alarm. Pure.

Everything goes by what the clocks said (`captured_at`), so that it does not matter in what order entries arrive: asked
of what is known with an entry and without it, the difference is what that entry brings to light.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.equipment.alarms.model import IN_ALARM, MANUAL, MINOR, RAISED, Alarm
from server.production import model
from server.production.model import Judgement
from sync.entry import Header

RAISES = (RAISED, model.ALARM_RAISED)
# In place of the device by whose clock a time is, where it is from paper.
PAPER = ""
# By batch, phase, piece, time of the use or work, and the alarm.
_Key = tuple[str, str, str, str, str]
_Place = tuple[str, str]
# What a phase is worked on with: who goes on with it after a hold does so as well.
WORK = (*model.WORK, model.RESUMED)


@dataclass(frozen=True, slots=True)
class Use:
    """A piece was identified for a phase: by the entry `id`, at a time by the clock of a device."""

    id: str
    batch: str
    phase: str
    equipment: str
    at: str
    device: str


@dataclass(frozen=True, slots=True)
class Work:
    """Something was done in a phase. To go on after a hold begins none, and to correct what was said uses nothing."""

    id: str
    batch: str
    phase: str
    at: str
    device: str
    begins: bool = True
    uses: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """The alarms of some pieces, their uses, and the work of the phases that they were used in."""

    alarms: Sequence[Alarm] = ()
    uses: Sequence[Use] = ()
    work: Sequence[Work] = ()

    def plus(self, one: Alarm | Use | Work) -> "Known":
        match one:
            case Alarm():
                return replace(self, alarms=[*self.alarms, one])
            case Use():
                return replace(self, uses=[*self.uses, one])
            case Work():
                return replace(self, work=[*self.work, one])


@dataclass(frozen=True, slots=True)
class Found:
    """A piece in alarm that was taken for a phase, or with which one was begun or gone on with: by the entry `id`."""

    id: str
    batch: str
    phase: str
    equipment: str
    at: str
    alarm: Alarm

    def judgement(self) -> Judgement:
        """QA assesses it before release (China GMP 2010, 71 and 74; 21 CFR 211.68)."""
        severity = model.MINOR if self.alarm.severity == MINOR else model.MAJOR
        said = {"equipment": self.equipment, "alarm": self.alarm.what, "since": self.alarm.at, "at": self.at}
        return Judgement(IN_ALARM, said | {"severity": severity})


def taken_from(head: Header, given: Mapping[str, Any], at: str) -> Alarm | Use | Work | None:
    """What an entry says of an alarm, of a use or of work, done `at`: as it was captured, or as the paper says; None of
    anything else."""
    when = (at, head.device if at == head.captured_at else PAPER)
    if head.kind in RAISES:
        said = (given["equipment"], given["what"], given["severity"], given.get("source", MANUAL))
        return Alarm(head.id, *said, *when)
    if head.kind == model.IDENTIFIED:
        return Use(head.id, given["batch"], given["phase"], given["equipment"], *when)
    if head.kind not in WORK:
        return None
    begins, uses = head.kind in model.WORK, head.corrects is None
    return Work(head.id, given["batch"], given["phase"], *when, begins=begins, uses=uses)


def weighed_on(head: Header, given: Mapping[str, Any]) -> Use | None:
    """The balance that a weight was taken on then; a correction takes none. Nobody identifies it beforehand, so each
    weight is a use of its own."""
    if head.kind not in model.WEIGHINGS or head.corrects is not None or given["reading"] is None:
        return None
    return Use(head.id, given["batch"], given["phase"], given["reading"]["balance"], head.captured_at, head.device)


def weighed_in(alarms: Iterable[Alarm], use: Use) -> list[Found]:
    """The alarms that a balance was in when a weight was taken on it."""
    return [Found(use.id, use.batch, use.phase, use.equipment, use.at, one) for one in _had(alarms, use, use)]


def in_alarm(known: Known, *, going_on: bool = True) -> dict[_Key, Found]:
    """Every moment at which a piece was put to use in an alarm: as it was identified, as the phase began, and as work
    went on with it; each alarm that it was in then."""
    known = replace(known, alarms=_of_then(known))
    work: dict[_Place, list[Work]] = {}
    for one in known.work:
        work.setdefault((one.batch, one.phase), []).append(one)
    begun = {place: [one for one in told if one.begins] for place, told in work.items()}
    first = {place: min(told, key=lambda one: (one.at, one.id)) for place, told in begun.items() if told}
    found: dict[_Key, Found] = {}
    for use in known.uses:
        place = use.batch, use.phase
        put: list[Use | Work] = [use, *([first[place]] if place in first else [])]
        moments = [(moment, alarm) for moment in put for alarm in _had(known.alarms, use, moment)]
        if going_on:
            moments += _gone_on(known, use, work.get(place, ()))
        for moment, alarm in moments:
            key = (use.batch, use.phase, use.equipment, moment.at, alarm.id)
            found.setdefault(key, Found(moment.id, *key[:4], alarm))
    return found


def _of_then(known: Known) -> list[Alarm]:
    """Without those that were cleared before anything was done: a machine has had thousands in a year."""
    first = min([*(one.at for one in known.uses), *(one.at for one in known.work)], default="")
    return [one for one in known.alarms if one.cleared_at is None or one.cleared_at > first]


def _gone_on(known: Known, use: Use, work: Iterable[Work]) -> list[tuple[Use | Work, Alarm]]:
    """What was done with a piece in its alarm, until another was identified for the phase in its place."""
    others = [
        one.at
        for one in known.uses
        if (one.batch, one.phase) == (use.batch, use.phase) and one.equipment != use.equipment
    ]
    return [
        (one, alarm)
        for one in work
        if one.uses and one.at >= use.at
        for alarm in _had(known.alarms, use, one)
        if not any(alarm.at < at <= one.at for at in others)
    ]


def _had(alarms: Iterable[Alarm], use: Use, moment: Use | Work) -> list[Alarm]:
    """The alarms that the piece was in then."""
    return [one for one in alarms if one.equipment == use.equipment and one.had(moment.at, moment.device)]


def newly(known: Known, about: Alarm | Use | Work) -> list[Found]:
    """What turns out to have been put to use in an alarm, now that `about` is known."""
    before = in_alarm(known)
    return [one for key, one in in_alarm(known.plus(about)).items() if key not in before]


def newly_begun(known: Known, about: Alarm | Use | Work) -> list[Found]:
    """The same as servers asked that told neither of what went on in an alarm, nor of more than one at a time."""
    before = {key[:4] for key in in_alarm(known, going_on=False)}
    return [one for key, one in in_alarm(known.plus(about), going_on=False).items() if key[:4] not in before]
