"""How the handing over of a note went, in whatever channel."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Result:
    """`problem` is a short code without any content, None when it was taken. `again`: another try may help, no sooner
    than `wait`; `gone`: the target will never be good again; `unwanted`: nobody is there who would want it."""

    problem: str | None = None
    again: bool = False
    wait: timedelta | None = None
    gone: bool = False
    unwanted: bool = False
