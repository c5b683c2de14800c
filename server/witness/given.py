"""Whether somebody signed, or got something to sign with, under a password that another gave, from the log (IDN-08).

As the door asks it: from when another gives a password until a day after its person has chosen their own, or until a
third person vouches for them. Like the rules of granting it holds from the first entry of the kinds that came with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.core.kinds import Registry
from server.engines.forms.records.model import SIGNED as RECORD_SIGNED
from server.identity import granting, grants, rules
from server.identity.model import CREDENTIAL_SET, PASSKEY_ADDED, PASSWORD_CONFIRMED, SERVER, SIGNS, person_stream
from server.identity.signing import Signed
from server.witness.granting import GrantRules
from server.witness.remembering import Remembering
from server.witness.seen import Seen
from sync.errors import SyncError

# What tells of passwords: learnt by the stream, which says whose it is when the payload is gone.
_ABOUT = (CREDENTIAL_SET, PASSWORD_CONFIRMED)


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody else's password: when its person first chose another; None as long as they have not."""

    by: str
    chosen: datetime | None = None

    def bars(self, at: datetime) -> bool:
        return self.chosen is None or not rules.bar_ended(self.chosen, at)


class GivenRules(Remembering):
    """Whose password was given by whom, after the entries learnt so far; `granted` knows what they may do."""

    def __init__(self, registry: Registry, granted: GrantRules) -> None:
        super().__init__()
        self._registry, self._granted = registry, granted
        self._since = False
        self._given: dict[str, Given] = {}
        # Of whom an entry was erased.
        self._unknown: set[str] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError `signing_barred`; `not_permitted` of who vouches for themselves, or for what they gave."""
        head, body = seen.head, seen.body
        if body is None or not seen.by_server or not self._since:
            return
        if head.kind in _ABOUT and head.stream != person_stream(body["person"]):
            raise SyncError("stream_wrong", f"{head.kind} of {body['person']} stands in {head.stream}")
        if head.actor == SERVER:
            return
        if head.kind == PASSWORD_CONFIRMED:
            given = self._given.get(body["person"])
            if given is not None and head.actor in (body["person"], given.by):
                raise SyncError("not_permitted", f"{head.actor} vouched for the password of {body['person']}")
        mine = self._given.get(head.actor)
        at = datetime.fromisoformat(seen.stamp.recorded_at)
        if mine is not None and mine.bars(at) and head.actor not in self._unknown and self._signs(seen, body):
            raise SyncError("signing_barred", f"{head.kind} by {head.actor}, whom {mine.by} had given a password")

    def _signs(self, seen: Seen, body: Mapping[str, Any]) -> bool:
        kind = self._registry.kinds.get(seen.head.kind)
        if kind is None:
            return False
        if kind.name == CREDENTIAL_SET:
            return bool(body["what"] == "pin")
        if kind.name in (PASSKEY_ADDED, PASSWORD_CONFIRMED) or issubclass(kind.schema, Signed):
            return True
        if kind.name == RECORD_SIGNED:
            return body["signature"] is not None and "signature_missing" not in seen.stamp.flags
        held = self._granted.held(seen.head.actor)
        used = [one for one in kind.by if held is not None and grants.permits(held, one)]
        return bool(used) and set(used) <= set(SIGNS)

    def _learn_own(self, seen: Seen, index: int) -> None:
        head, body = seen.head, seen.body
        self._since |= head.kind in granting.SINCE
        if head.kind not in _ABOUT:
            return
        self._about[index] = head.stream
        person = head.stream.removeprefix(person_stream(""))
        given = self._given.get(person)
        if body is None:
            self._unknown.add(person)
        elif head.kind == PASSWORD_CONFIRMED:
            self._given.pop(person, None)
        elif body["what"] == "password" and head.actor != person:
            self._given[person] = Given(head.actor)
        elif body["what"] == "password" and given is not None and given.chosen is None:
            self._given[person] = Given(given.by, datetime.fromisoformat(seen.stamp.recorded_at))

    def _lose(self, stream: str) -> None:
        if self._phases.pop(stream, None) is None:
            self._unknown.add(stream.removeprefix(person_stream("")))
