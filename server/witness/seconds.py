"""Whether the server has marked who is said to have verified their own weighing, from the log alone (CN 2010, 163;
21 CFR 211.101(c)). Of what is typed in from paper who did it there weighed, not who typed."""

from server.production.model import VERIFIED, WEIGHINGS
from server.witness.papers import PaperRules
from server.witness.seen import Seen, unflagged

FLAG = "verifier_is_performer"


class SecondRules:
    """Who has weighed what, after the entries learnt so far. Servers of before went by who typed, and witnesses asked
    nothing of what was verified afterwards."""

    def __init__(self, papers: PaperRules) -> None:
        self._papers = papers
        self._weighed: dict[str, str] = {}

    def judge(self, seen: Seen) -> None:
        """SyncError `flag_missing` of a weighing, or of the word of a second person afterwards."""
        # Of a batch that nobody ordered nothing more is judged.
        if seen.by_server or seen.body is None or not {FLAG, "batch_unknown"}.isdisjoint(seen.stamp.flags):
            return
        if seen.head.kind in WEIGHINGS:
            performer = self._performer(seen) if self._papers.asked else seen.head.actor
        elif seen.head.kind == VERIFIED and self._papers.asked and not self._papers.is_lost(seen.body["batch"]):
            performer = self._weighed.get(seen.body["entry"])
        else:
            return
        if performer is not None and seen.body["verified_by"] == performer:
            raise unflagged(FLAG, f"{performer} is said to have verified what they weighed")

    def learn(self, seen: Seen) -> None:
        """To be asked before what is typed in is learnt."""
        if seen.head.kind in WEIGHINGS and not seen.by_server and not seen.is_strange:
            performer = self._performer(seen)
            if performer is not None and "batch_unknown" not in seen.stamp.flags:
                self._weighed[seen.head.id] = performer

    def _performer(self, seen: Seen) -> str | None:
        """None where that cannot be told any more."""
        if seen.body is None or self._papers.is_lost(seen.body["batch"]):
            return None
        paper = self._papers.typed(seen)
        return seen.head.actor if paper is None else paper.done_by
