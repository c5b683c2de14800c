"""What a driver of a line protocol tells the dialogue: how to ask, and what a line says."""

from collections.abc import Callable
from dataclasses import dataclass

from device_bridge.reading import Reading


class Refusal(Exception):
    """The balance answered a question with no, or with an error."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Any line but a weight. `command` is what it answers and `status` how, both empty where the protocol's lines do
    not say it."""

    command: str
    status: str
    words: tuple[str, ...]
    raw: str


Heard = Reading | Reply


@dataclass(frozen=True, slots=True)
class Question:
    """`data` is sent; `answer` gives the text that a line answers, None for a line that answers something else."""

    name: str
    data: bytes
    answer: Callable[[Heard], str | None]


@dataclass(frozen=True, slots=True)
class Driver:
    """`decode` takes a line without its CR LF (MalformedLine for what is none); `weigh` asks for the value now."""

    decode: Callable[[bytes], Heard]
    weigh: bytes
    serial: Question
    model: Question
    firmware: Question
