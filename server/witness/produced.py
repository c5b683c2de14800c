"""Whether somebody released, waived, explained, reviewed for production, or had reworked, what they made themselves, or
what that came of, from the log alone.

Who performed or verified anything in a batch, or in one that it came of, or filled in a form about either, neither
releases it nor excuses what is missing of it; who handed out its material does not explain what it does not account
for (DR 22, PRD-14).
"""

from server.engines.forms.records.model import OPENED, WORK, record_stream
from server.production import model
from server.production.descent.model import REWORK_KIND
from server.production.issuing.model import ISSUED, RETURNED
from server.quality.model import subject_of
from server.release.model import EXPLAINED_KIND, PRODUCTION_KIND, RELEASED_KIND, WAIVED_KIND
from server.witness.lineage import Lineage
from server.witness.seen import Seen
from server.witness.since import SinceRules
from sync.entry import parse_signatures
from sync.errors import SyncError

_CODES = {
    RELEASED_KIND: "releaser_produced",
    WAIVED_KIND: "waiver_produced",
    EXPLAINED_KIND: "difference_own",
    PRODUCTION_KIND: "production_own",
    REWORK_KIND: "rework_own",
}
# The edition of the rules from which on who filled in a form about a batch took part in it.
EDITION = 3
# And from which on they do not decide on its rework.
REWORK_EDITION = 5
MADE = frozenset((*model.WORK, *model.COURSE, *model.BESIDE, model.RESTED))


class ProducedRules:
    """The people of each batch after the entries learnt so far; what an erasure took of them accuses nobody."""

    def __init__(self, lineage: Lineage, since: SinceRules) -> None:
        self._lineage, self._since = lineage, since
        self._made: dict[str, set[str]] = {}
        self._handed: dict[str, set[str]] = {}
        # The batch that a record is about, by the record's stream; and who filled in forms about each.
        self._records: dict[str, str] = {}
        self._filled: dict[str, set[str]] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError with what the door refuses with."""
        code = _CODES.get(seen.head.kind)
        if code is None or seen.body is None or not seen.by_server or not self._since.asked:
            return
        if seen.head.kind == REWORK_KIND and not self._since.has_reached(REWORK_EDITION):
            return
        batch, who = seen.body["batch"], seen.head.actor
        every = (batch, *self._lineage.above(batch))
        theirs = [self._made]
        theirs += [self._handed] if seen.head.kind == EXPLAINED_KIND else []
        theirs += [self._filled] if self._since.has_reached(EDITION) else []
        if any(who in known.get(one, ()) for known in theirs for one in every):
            raise SyncError(code, f"{seen.head.kind} of {batch} by {who}")

    def learn(self, seen: Seen) -> None:
        head, given = seen.head, seen.body
        if given is None or seen.is_strange:
            return
        if seen.by_server and head.kind in (ISSUED, RETURNED):
            self._handed.setdefault(given["batch"], set()).add(head.actor)
        elif not seen.by_server and head.kind in MADE:
            people = {head.actor, given.get("verified_by"), given.get("done_by")} - {None}
            self._made.setdefault(given["batch"], set()).update(str(one) for one in people)
        elif seen.by_server and head.kind == OPENED:
            batch = subject_of(given["subject"] or "")[0]
            if batch is not None:
                self._records[record_stream(given["record"])] = batch
        elif not seen.by_server and head.kind in WORK and head.stream in self._records:
            signers = (str(one["by"]) for one in parse_signatures(seen.signatures))
            second = {one.removeprefix("person:") for one in signers if one.startswith("person:")}
            self._filled.setdefault(self._records[head.stream], set()).update({head.actor, *second})
