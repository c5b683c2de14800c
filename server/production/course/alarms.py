"""Whether a machine was put to use while it was in alarm. Pure.

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
_Key = tuple[str, str, str, str]


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
    """Something was done in a phase."""

    id: str
    batch: str
    phase: str
    at: str
    device: str


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
    """A piece in alarm that was taken for a phase, or with which a phase was begun: by the entry `id`."""

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
    return Work(head.id, given["batch"], given["phase"], *when) if head.kind in model.WORK else None


def weighed_on(head: Header, given: Mapping[str, Any]) -> Use | None:
    """The balance that a weight was taken on then; a correction takes none. Nobody identifies it beforehand, so each
    weight is a use of its own."""
    if head.kind not in model.WEIGHINGS or head.corrects is not None or given["reading"] is None:
        return None
    return Use(head.id, given["batch"], given["phase"], given["reading"]["balance"], head.captured_at, head.device)


def weighed_in(alarms: Iterable[Alarm], use: Use) -> list[Found]:
    """The alarm that a balance was in when a weight was taken on it."""
    alarm = _had(alarms, use.equipment, use)
    return [] if alarm is None else [Found(use.id, use.batch, use.phase, use.equipment, use.at, alarm)]


def in_alarm(known: Known) -> dict[_Key, Found]:
    """Every moment at which a piece was put to use in an alarm: as it was identified, and as the phase began."""
    first: dict[tuple[str, str], Work] = {}
    for one in known.work:
        place = (one.batch, one.phase)
        if place not in first or (one.at, one.id) < (first[place].at, first[place].id):
            first[place] = one
    found: dict[_Key, Found] = {}
    for use in known.uses:
        began = first.get((use.batch, use.phase))
        for moment in (use, began):
            alarm = None if moment is None else _had(known.alarms, use.equipment, moment)
            if moment is not None and alarm is not None:
                key = (use.batch, use.phase, use.equipment, moment.at)
                found.setdefault(key, Found(moment.id, *key, alarm))
    return found


def _had(alarms: Iterable[Alarm], equipment: str, moment: Use | Work) -> Alarm | None:
    """The first of the alarms that the piece was in then."""
    here = (one for one in alarms if one.equipment == equipment and one.had(moment.at, moment.device))
    return min(here, key=lambda one: (one.at, one.id), default=None)


def newly(known: Known, about: Alarm | Use | Work) -> list[Found]:
    """What turns out to have been put to use in an alarm, now that `about` is known."""
    before = in_alarm(known)
    return [one for key, one in in_alarm(known.plus(about)).items() if key not in before]
