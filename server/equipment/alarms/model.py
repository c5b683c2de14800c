"""An alarm of a piece of equipment: who raised it, whether it stands, and whether a use of the piece fell into it.

An alarm stands from when it was raised until somebody who keeps equipment has cleared it with a reason. While it
stands the piece is used for nothing (China GMP 2010, 71 to 74 and 87; 21 CFR 211.68).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.equipment.model import CLOCK_TOLERANCE
from server.equipment.status import model as status
from server.equipment.status.model import CLEANS, KEEPS

RAISED, CLEARED = "equipment.alarm_raised.v1", "equipment.alarm_cleared.v1"
# The same on a tablet, in the record of a batch: the room of production has the kind, this one hears of it.
BATCH_RAISED = "production.alarm_raised.v1"
RAISES, CLEARS = CLEANS, KEEPS
MINOR, MAJOR, CRITICAL = "minor", "major", "critical"
SEVERITIES = (MINOR, MAJOR, CRITICAL)
# Who saw it: a person, or the bridge that a machine told.
MANUAL, MACHINE = "manual", "machine"
SOURCES = (MANUAL, MACHINE)

# Of a use, of the alarm that brings one to light, and an exception.
IN_ALARM = "equipment_in_alarm"
# Of one that is said to come from the machine, and no bridge has told it; that stands with another piece; that somebody
# raises who may not.
NOT_A_BRIDGE, MISPLACED, NOT_PERMITTED = "not_a_bridge", "subject_mismatch", status.NOT_PERMITTED
OF_RAISING = (NOT_A_BRIDGE, MISPLACED, NOT_PERMITTED)
# Why an alarm cannot be cleared.
NO_ALARM, GONE = "equipment_alarm_unknown", "equipment_alarm_cleared"


@dataclass(frozen=True, slots=True)
class Alarm:
    """`id` is the entry that raised it, `what` the text as the machine shows it; `cleared_at` None while it stands."""

    id: str
    equipment: str
    what: str
    severity: str
    source: str
    at: str
    device: str
    cleared_at: str | None = None

    def payload(self) -> dict[str, str]:
        """As leases and screens get one that stands."""
        return {name: getattr(self, name) for name in ("id", "what", "severity", "source", "at")}

    def had(self, at: str, device: str) -> bool:
        """Whether the piece was in this alarm at a time by the clock of a device. A clock agrees with itself; two may
        differ by `CLOCK_TOLERANCE` (PLT-13), and nobody is accused of what they may not have known."""
        if self.cleared_at is not None and at >= self.cleared_at:
            return False
        apart = timedelta(0) if device == self.device else CLOCK_TOLERANCE
        then = datetime.fromisoformat(at)
        if then <= datetime.fromisoformat(self.at) + apart:
            return False
        return self.cleared_at is None or then < datetime.fromisoformat(self.cleared_at) - CLOCK_TOLERANCE


def judge_raised(given: Mapping[str, str], stream: str, by_bridge: bool, may: bool) -> list[str]:
    """The flags of an alarm that is kept all the same; `may`: whether its actor held then what people raise one by."""
    found = [] if stream == f"equipment/{given['equipment']}" else [MISPLACED]
    if given["source"] == MACHINE:
        return found if by_bridge else [*found, NOT_A_BRIDGE]
    return found if may else [*found, NOT_PERMITTED]


def clearing_refused(equipment: str, alarm: Alarm | None) -> str | None:
    """Why an alarm cannot be cleared: it is none of this piece, or it was cleared before."""
    if alarm is None or alarm.equipment != equipment:
        return NO_ALARM
    return None if alarm.cleared_at is None else GONE
