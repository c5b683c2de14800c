"""The shapes that rooms and the log share: a kind, the entry a rule sees, and what a rule may answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import qualifications, shapes
from server.core.outcomes import SERVER
from server.core.steps import NOT_QUALIFIED, action
from sync.entry import Header


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as rules and projections see it: the signed header, its payload, and the log's receipt.

    `index` is -1 and `recorded_at` the time of judging while the rule decides; projections see the final ones.
    `signatures` is the parsed signatures line, {alg, by, sig}, and `seen_at` when the last entry was received that the
    device had seen, so that it made this one later; only a rule sees them, a rebuild has no need to.
    """

    header: Header
    payload: Mapping[str, Any]
    index: int
    recorded_at: str
    flags: tuple[str, ...] = ()
    signatures: tuple[Mapping[str, str], ...] = ()
    seen_at: str | None = None

    @property
    def id(self) -> str:
        return self.header.id

    @property
    def kind(self) -> str:
        return self.header.kind

    @property
    def actor(self) -> str:
        return self.header.actor


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the server itself states: the consequence of an entry, or a decision it has taken.

    `id`, a UUIDv7: the name that whoever asks for it gave the entry, so that the same is stated once however often it
    is asked for; PestleError `id_taken` the second time.
    """

    kind: str
    stream: str
    payload: Mapping[str, Any]
    subject: str | None = None
    actor: str = "server"
    corrects: str | None = None
    reason: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule's answer. `flags` are codes that go into the receipt; `consequences` are appended after the entry.

    `refusal` (a code of the error catalogue) is for decisions only: the entry is then not appended, and
    `consequences` alone stand in the log to say that it was refused, and why.
    """

    flags: tuple[str, ...] = ()
    consequences: Sequence[Fact] = ()
    refusal: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def accept(connection: Connection, entry: Entry) -> Ruling:
    """The rule of a kind that has none."""
    return Ruling()


def project_nothing(connection: Connection, entry: Entry) -> None:
    """The projection of a kind that only stands in the log."""


def nowhere(connection: Connection, entry: Entry) -> Sequence[str]:
    """The rooms of a decision that is about none."""
    return ()


def denied(entry: Entry, permission: str) -> Ruling:
    """The refusal of a decision that is not this person's to take."""
    return Ruling(refusal="not_permitted", details={"permission": permission})


# The flag of what a device states and may not: a decision, or what only the server knows.
NOT_PERMITTED = "not_permitted_from_device"
Decide = Callable[[Connection, Entry], Ruling]
Project = Callable[[Connection, Entry], None]
Deny = Callable[[Entry, str], Ruling]
# The flags that people's own signatures under an entry deserve: its header, and its parsed signatures line.
Countersigned = Callable[[Connection, bytes, Sequence[Mapping[str, str]]], tuple[str, ...]]
# Whether a person holds a permission, in the areas of all these rooms and in these areas; of none: anywhere.
Permitted = Callable[[Connection, str, str, Sequence[str], Sequence[str]], bool]
# Why a person must not decide with any of these permissions now, although they hold it.
Barred = Callable[[Connection, str, Sequence[str]], Mapping[str, Any] | None]
Places = Callable[[Connection, Entry], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry: `name` is room.past_tense.vN, `schema` the shape of its payload.

    An observation is never refused; a decision is taken by the server only, and may be. `by_server`: an observation
    that only the server can make, such as that a lease was handed back; a device that states it is heard, no more.

    `by`: the permissions of which one is enough to take the decision, "server" among them where commands at the
    server's console may; none where the rule itself says who. `deny` words the refusal of anybody else. `places`: the
    rooms that the decision is about, in whose areas the permission must be held (IDN-01); `areas`: those areas
    themselves, of what stands in a warehouse.
    """

    name: str
    schema: type[Schema]
    nature: Literal["observation", "decision"]
    decide: Decide = accept
    project: Project = project_nothing
    by_server: bool = False
    by: tuple[str, ...] = ()
    deny: Deny = denied
    places: Places = nowhere
    areas: Places = nowhere


@dataclass(frozen=True, slots=True)
class Room:
    """What a room adds to the door: its kinds, and its ears for the kinds of other rooms.

    `listeners` project an entry of another room into this one's tables; `judges` add flags and consequences to
    another room's ruling. Both by the name of the kind.
    """

    name: str
    kinds: tuple[Kind, ...] = ()
    listeners: Mapping[str, Project] = field(default_factory=dict)
    judges: Mapping[str, Decide] = field(default_factory=dict)


@cache
def _shape(schema: type[Schema]) -> tuple[Schema, shapes.Fits]:
    """Made once, when the first entry of the kind comes: a schema costs more to make than to use, and there are
    hundreds of kinds, of which a command or a witness meets a few."""
    made = schema()
    return made, shapes.compiled(made)


class Registry:
    """All kinds there are, with who listens and who judges, in the order of the rooms."""

    def __init__(
        self,
        rooms: Sequence[Room],
        permitted: Permitted = lambda *_: True,
        countersigned: Countersigned = lambda *_: (),
        barred: Barred = lambda *_: None,
    ) -> None:
        self.countersigned = countersigned
        self._permitted, self._barred = permitted, barred
        self.kinds = {kind.name: kind for room in rooms for kind in room.kinds}
        if len(self.kinds) != sum(len(room.kinds) for room in rooms):
            raise ValueError("a kind belongs to one room")
        self._listeners: dict[str, list[Project]] = {}
        self._judges: dict[str, list[Decide]] = {}
        for room in rooms:
            for name, listener in room.listeners.items():
                self._listeners.setdefault(self.kinds[name].name, []).append(listener)
            for name, judge in room.judges.items():
                self._judges.setdefault(self.kinds[name].name, []).append(judge)

    def problems(self, kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """What is wrong with a payload of this kind, by field; empty when nothing is."""
        schema, fits = _shape(self.kinds[kind].schema)
        return {} if fits(payload) else schema.validate(payload)

    def decide(self, connection: Connection, entry: Entry) -> Ruling:
        """The kind's own ruling with what other rooms' judges add; of a decision, a judge may refuse what it allows.

        A judge sees the flags that were given before it.
        """
        kind = self.kinds[entry.kind]
        if kind.by_server and entry.header.device != SERVER:
            return Ruling(flags=(NOT_PERMITTED,))
        refused = self._refused(connection, entry, kind)
        if refused is not None:
            return refused
        lacking = self._lacking(connection, entry, kind.by)
        if lacking:
            details = {"person": entry.actor, "missing": lacking}
            return Ruling(refusal=NOT_QUALIFIED, details=details)
        ruling = kind.decide(connection, entry)
        for judge in self._judges.get(entry.kind, ()):
            seen = replace(entry, flags=(*entry.flags, *ruling.flags)) if ruling.flags else entry
            more = judge(connection, seen)
            flags = dict.fromkeys((*ruling.flags, *more.flags))
            first = ruling if ruling.refusal is not None else more
            # What would have come of a decision does not come of one that a judge refuses.
            before = ruling.consequences if more.refusal is None or ruling.refusal is not None else ()
            # Nor does anything come of one that was refused already: it leaves what its refusal leaves.
            after = more.consequences if ruling.refusal is None else ()
            ruling = Ruling(tuple(flags), (*before, *after), first.refusal, first.details or ruling.details)
        return ruling

    def _refused(self, connection: Connection, entry: Entry, kind: Kind) -> Ruling | None:
        """Who must not take this decision: at all, in these rooms, or for some hours."""
        if not kind.by:
            return None
        if not self._may(connection, entry.actor, kind.by):
            return kind.deny(entry, " ".join(one for one in kind.by if one != SERVER))
        if entry.actor == SERVER:
            return None
        places, areas = kind.places(connection, entry), kind.areas(connection, entry)
        if (places or areas) and not self._may(connection, entry.actor, kind.by, places, areas):
            return Ruling(refusal="area_not_permitted", details={"places": [*places, *areas]})
        bar = self._barred(connection, entry.actor, kind.by)
        return None if bar is None else Ruling(refusal="signing_barred", details=bar)

    def _may(
        self,
        connection: Connection,
        actor: str,
        by: tuple[str, ...],
        places: Sequence[str] = (),
        areas: Sequence[str] = (),
    ) -> bool:
        if actor == SERVER:
            return SERVER in by
        return any(self._permitted(connection, actor, permission, places, areas) for permission in by)

    def _lacking(self, connection: Connection, entry: Entry, by: tuple[str, ...]) -> list[str]:
        """What the actor must hold before using any of the permissions that they have for this; none where one of
        them may be used."""
        first: list[str] = []
        at = datetime.fromisoformat(entry.header.captured_at)
        for permission in by if entry.actor != SERVER else ():
            if not self._permitted(connection, entry.actor, permission, (), ()):
                continue
            lacking = qualifications.missing(connection, entry.actor, [action(permission)], at)
            if not lacking:
                return []
            first = first or lacking
        return first

    def project(self, connection: Connection, entry: Entry) -> None:
        """Fill the tables, unless the entry is one that stands in the log and is no record."""
        if NOT_PERMITTED in entry.flags:
            return
        self.kinds[entry.kind].project(connection, entry)
        for listener in self._listeners.get(entry.kind, ()):
            listener(connection, entry)
