"""Whether versions of what a plant approves came one after the other, each approved by another than who prepared it,
from the log alone; what a version is of, and which rule it is held to, its room says."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError

Body = Mapping[str, Any]


class Version(Protocol):
    """What is remembered of one version."""

    def becoming(self, state: str) -> Self: ...


V = TypeVar("V", bound=Version)


@dataclass(frozen=True, slots=True)
class Register(Generic[V]):
    """`named`: the field that says what a version is of; `states` what some of the `decisions` make of one, which the
    others begin; `refused` is the rule that the door asks too."""

    named: str
    decisions: Collection[str]
    states: Mapping[str, str]
    stream: Callable[[str], str]
    refused: Callable[[str, Body, str, Sequence[V]], str | None]
    begun: Callable[[Body, str], V]


class VersionRules(Remembering, Generic[V]):
    """The versions of each thing after the entries learnt so far; None is one of which an entry was erased."""

    def __init__(self, register: Register[V]) -> None:
        super().__init__()
        self._register = register
        self._versions: dict[str, list[V] | None] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with."""
        head, given, register = seen.head, seen.body, self._register
        if given is None or not seen.by_server or head.kind not in register.decisions:
            return
        of = given[register.named]
        versions = self._versions.get(register.stream(of), [])
        if versions is None:
            return
        code = register.refused(head.kind, given, head.actor, versions)
        if code is not None:
            raise SyncError(code, f"{head.kind} of {of} {given['version']} by {head.actor}")

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, given, register = seen.head, seen.body, self._register
        if head.kind not in register.decisions:
            return
        self._about[index] = head.stream
        versions = self._versions.setdefault(head.stream, [])
        if given is None or versions is None:
            self._versions[head.stream] = None
        elif head.kind not in register.states:
            versions.append(register.begun(given, head.actor))
        elif given["version"] <= len(versions):
            at = given["version"] - 1
            versions[at] = versions[at].becoming(register.states[head.kind])

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None:
            self._versions[stream] = None
