"""Whether the server has told of bound parameters that were typed, and of values that no machine has given (PRD-06).

The same questions as its own rules ask (`server.production.sensing`), answered from the log alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from sys import intern

import orjson

from server.equipment.model import PROCESS_READ, REGISTERED
from server.identity.model import DEVICE_ENROLLED
from server.production.course.alarms import Use
from server.production.model import IDENTIFIED, PARAMETER
from server.production.sensing import rules
from server.production.sensing.rules import Sample
from server.recipes.model import find_phase
from server.witness.seen import Seen
from server.witness.since import SinceRules
from server.witness.standing import Body, StandingRules
from sync import canonical

# A week of a press that says something every ten seconds, some 50 MB: of what a tablet still brings that is older than
# that, nobody says here whether it was so.
MOST_SAMPLES = 60_000
# The edition of the rules by which it is asked with which piece the phase is done, and what that says of itself.
EDITION = 4
_Kept = tuple[str, str, str, bytes, bytes]


class SensingRules(StandingRules):
    """What machines have measured and what they are, after the entries learnt so far."""

    kinds = (*rules.KINDS, IDENTIFIED)

    def __init__(self, used_in: Callable[[str, str], Iterable[Use]], since: SinceRules) -> None:
        """`used_in`: what a phase of a batch is done with."""
        super().__init__()
        self._used_in, self._since = used_in, since
        # Device, equipment, time, the figures as text (as objects they would take four times as much), and the mark.
        self._samples: dict[str, _Kept] = {}
        self._classes: dict[str, str] = {}
        self._bridges: set[str] = set()
        # Samples that nobody can read any more, or that were let go.
        self._gone: set[str] = set()
        self._full = False
        # Of pieces that were erased as they were last registered nobody knows of which class they are.
        self._unclassed: set[str] = set()

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` or `flag_wrong` of a parameter."""
        body = seen.body
        if body is None or seen.by_server or seen.head.kind not in rules.KINDS or "batch_unknown" in seen.stamp.flags:
            return
        phase = find_phase(self.phases_of(body["batch"]), body["phase"])
        named = str((body.get("sensed") or {}).get("id", ""))
        known = self._samples.get(named)
        if phase is None or named in self._gone or (named and known is None and self._full):
            return
        if known is not None and known[1] in self._unclassed:
            return
        sample = None if known is None else self._judged(known, seen, phase)
        kind = seen.head.kind
        if not (self._since.has_reached(EDITION) or rules.UNVERIFIED in seen.stamp.flags):
            # A server of before asked neither of these, nor for a sample where the recipe binds nothing.
            kind, sample = PARAMETER, None if sample is None else replace(sample, elsewhere=False, mark=None)
        found = rules.judge(kind, body, seen.head.captured_at, rules.signal_of(phase, body), sample)
        self.compare(seen, {one.code for one in found}, rules.FLAGS)

    def captured(self, id_: str) -> str | None:
        """When a sample was taken; None of one that is not known here."""
        known = self._samples.get(id_)
        return None if known is None else known[2]

    def _judged(self, known: _Kept, seen: Seen, phase: Body) -> Sample:
        device, equipment, at, values, mark = known
        fits = rules.fits(phase, equipment, self._classes.get(equipment))
        read = rules.values_of({"values": orjson.loads(values)})
        body = seen.body or {}
        identified = [(one.equipment, one.at) for one in self._used_in(body["batch"], body["phase"])]
        elsewhere = rules.is_elsewhere(equipment, seen.head.captured_at, identified)
        return Sample(device, equipment, at, read, device in self._bridges, fits, elsewhere, mark)

    def learn(self, seen: Seen) -> None:
        super().learn(seen)
        head, body = seen.head, seen.body
        if head.kind == PROCESS_READ:
            self._sample(seen)
        elif body is None and head.kind == REGISTERED and seen.by_server:
            self._unclassed.add(head.stream.removeprefix("equipment/"))
        elif body is None or seen.is_strange or not seen.by_server:
            return
        elif head.kind == REGISTERED:
            self._classes[body["equipment"]] = body["class"]
            self._unclassed.discard(body["equipment"])
        elif head.kind == DEVICE_ENROLLED and body["role"] == "bridge":
            self._bridges.add(body["device"])

    def _sample(self, seen: Seen) -> None:
        if seen.body is None:
            self._gone.add(seen.head.id)
        elif rules.NOT_TAKEN.isdisjoint(seen.stamp.flags):
            head, body = seen.head, seen.body
            # A copy: what orjson hands out keeps the 4 kB that it was written in.
            values = bytes(memoryview(canonical.encode(body["values"])))
            self._samples[head.id] = (
                intern(head.device),
                intern(body["equipment"]),
                head.captured_at,
                values,
                rules.mark_of(body),
            )
        if len(self._samples) > MOST_SAMPLES:
            self._full = True
            del self._samples[next(iter(self._samples))]
